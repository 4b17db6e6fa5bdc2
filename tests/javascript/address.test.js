import assert from "node:assert/strict";
import { test } from "node:test";
import { steps } from "./window.js";

const { addressOf } = await import("../../static/js/core/api.js");
const { route } = await import("../../static/js/core/route.js");
const { rowsOf, rowsOfIssue } = await import("../../static/js/core/rows.js");
const { fromAddress, intoAddress } = await import("../../static/js/overlays/what-if-address.js");
const { routeState } = await import("../../static/js/ui/table-state.js");

test("a parameter that the address does not have is empty text", () => {
  assert.equal(route.get("tags.q"), "north");
  assert.equal(route.get("tags.sort"), "");
  assert.equal(route.tab(), "tags");
});

test("empty parameters are removed from the address, and listeners get the changes", () => {
  /** @type {string[][]} */
  const calls = [];
  const life = new AbortController();
  route.onChange((names) => calls.push([...names]), life.signal);
  route.set({ "tags.q": "", "tags.page": 2 });
  route.set({ "tags.page": 2 });
  life.abort();
  route.set({ "tags.page": "" }, { replace: true });
  assert.deepEqual(calls, [["tags.q", "tags.page"]], "the second call changes nothing, and the third has no listener");
  assert.deepEqual(steps.splice(0), ["push ?tab=tags&tags.page=2", "replace ?tab=tags"]);
});

test("a table keeps its state under its own name, apart from other tables", () => {
  const forms = routeState("forms", new AbortController().signal);
  forms.set({ q: "a & b", page: 3 });
  assert.equal(route.get("forms.q"), "a & b");
  assert.equal(forms.get("page"), "3");
  assert.equal(routeState("lists", new AbortController().signal).get("q"), "");
  forms.set({ q: null, page: "" });
  assert.equal(steps.splice(0).at(-1), "push ?tab=tags");
});

test("a tab is restored as it was left", () => {
  route.set({ tab: "gear-locker", "gear.type": "forms" });
  route.go("tags");
  route.go("gear-locker");
  assert.equal(route.get("gear.type"), "forms");
  route.go("scout-report");
  assert.equal(steps.splice(0).at(-1), "push ?tab=scout-report");
});

test("special characters in a link are escaped", () => {
  assert.equal(route.href("tags", { "tags.q": "a&b=c #1/é" }), "/pardot/?tab=tags&tags.q=a%26b%3Dc+%231%2F%C3%A9");
});

test("a link to rows leads to the tab of their type", () => {
  assert.equal(rowsOf("forms", { flag: "dormant" }), "/pardot/?tab=gear-locker&gear.type=forms&forms.flag=dormant");
  assert.equal(rowsOf("campaigns"), "/pardot/?tab=campaign-map");
  assert.equal(rowsOf("tags", { prefix: "Region" }), "/pardot/?tab=tags&tags.prefix=Region");
  assert.equal(rowsOf("prospects"), "/pardot/?tab=full-survey&orphans.kind=prospects_unlinked");
});

test("an issue's link leaves out exempt assets", () => {
  const issue = { area: "tags", flag: "unused" };
  assert.equal(rowsOfIssue({ ...issue, exempt: 2 }), "/pardot/?tab=tags&tags.flag=unused&tags.exempt=no");
  assert.equal(rowsOfIssue({ ...issue, exempt: 0 }), "/pardot/?tab=tags&tags.flag=unused");
});

test("a request omits empty parameters, and has one parameter for each item of an array", () => {
  assert.equal(addressOf("tasks"), "/api/v1/pardot/tasks");
  assert.equal(addressOf("/healthz/"), "/healthz/");
  const params = { q: "a b", limit: 0, overdue: false, from: "", to: null, sort: undefined, tag: ["x", "", "y"] };
  assert.equal(addressOf("tasks", params), "/api/v1/pardot/tasks?q=a+b&limit=0&overdue=false&tag=x&tag=y");
});

const ISSUES = [
  { key: "forms_errors", count: 3 },
  { key: "campaigns_no_sf", count: 12 },
];

test("the address names each issue to fix, with the number of rows unless all of them are fixed", () => {
  const fixes = new Map([
    ["forms_errors", 3],
    ["campaigns_no_sf", 5],
  ]);
  assert.equal(intoAddress(fixes, ISSUES), "forms_errors,campaigns_no_sf:5");
  assert.deepEqual(fromAddress("forms_errors,campaigns_no_sf:5", ISSUES), fixes);
});

test("an old or wrong address asks for no more rows than there are now", () => {
  assert.deepEqual([...fromAddress("gone:2,campaigns_no_sf:99", ISSUES)], [["campaigns_no_sf", 12]]);
  assert.deepEqual([...fromAddress("forms_errors:many", ISSUES)], [["forms_errors", 3]]);
  assert.deepEqual([...fromAddress("forms_errors:-1", ISSUES)], [["forms_errors", 3]]);
  assert.deepEqual([...fromAddress("", ISSUES)], []);
});
