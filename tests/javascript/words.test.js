import assert from "node:assert/strict";
import { test } from "node:test";
import "./window.js";

const { flagWords, nameOfAsset } = await import("../../static/js/assets/words.js");
const { flagParams, flagText, yesOrNo } = await import("../../static/js/assets/flags.js");
const { joinNames, nameOf, withoutCount } = await import("../../static/js/core/names.js");
const { commandOf, kindOf, lastSync } = await import("../../static/js/panels/freshness-state.js");
const { byGrade, isCrmId } = await import("../../static/js/people/people.js");
const { actor, actorText } = await import("../../static/js/people/actor.js");
const { same } = await import("../../static/js/settings/drafts.js");
const { shortTitle } = await import("../../static/js/settings/editors.js");
const { byDay, chosenKind } = await import("../../static/js/survey/kinds.js");

test("a key from the server becomes words", () => {
  assert.equal(nameOf("landing_pages"), "Landing pages");
  assert.equal(nameOf("list_emails"), "List emails");
});

test("names are joined with “and” or “or”, and a long list ends with the number of the rest", () => {
  assert.deepEqual(
    [[], ["a"], ["a", "b"], ["a", "b", "c"]].map((names) => joinNames(names)),
    ["", "a", "a and b", "a, b and c"],
  );
  assert.equal(joinNames(["a", "b", "c", "d"], 2), "a, b and 2 more");
  assert.equal(joinNames(["Ada and Bo", "Cy"], 4, "or"), "Ada and Bo or Cy");
  assert.equal(joinNames(["Rock and Roll"], 4, "or"), "Rock and Roll");
});

test("an asset without a name is called by its id", () => {
  assert.equal(nameOfAsset({ name: "  ", id: 7 }), "(no name, 7)");
  assert.equal(nameOfAsset({ name: null, id: 7 }), "(no name, 7)");
  assert.equal(nameOfAsset({ name: "Form", id: 7 }), "Form");
});

test("an account's UUID is never shown in place of a name", () => {
  assert.equal(actorText("Ines Example"), "Ines Example");
  assert.equal(actor("Ines Example"), "Ines Example");
  for (const by of ["5b0a4f3e-1d27-4a69-9f0e-2c8b7d61a935", "5B0A4F3E-1D27-4A69-9F0E-2C8B7D61A935", "", null]) {
    assert.equal(actorText(by), "an unknown person", String(by));
  }
});

test("an unknown flag is shown by its name", () => {
  assert.deepEqual(flagWords("too_shiny"), { label: "too shiny", tone: "warn", why: null });
  assert.equal(flagWords("dormant").label, "Dormant");
});

test("exported flags show which are exempt", () => {
  assert.equal(flagText({ flags: ["dormant", "errors"], exempt: ["errors"] }), "Dormant; Errors (exempt)");
  assert.equal(flagText({ flags: [], exempt: [] }), "");
});

test("filters by flag and by exemption become query parameters", () => {
  assert.deepEqual(flagParams({ flag: "any", exempt: "no" }), { exempt: false, issues: true });
  assert.deepEqual(flagParams({ flag: "none" }), { exempt: undefined, issues: false });
  assert.deepEqual(flagParams({ flag: "dormant", exempt: "yes" }), { exempt: true, flag: "dormant" });
  assert.deepEqual(
    [yesOrNo("yes"), yesOrNo("no"), yesOrNo(""), yesOrNo(undefined)],
    [true, false, undefined, undefined],
  );
});

test("an id of Salesforce has 15 or 18 letters and digits", () => {
  assert.equal(isCrmId("003000000000001"), true);
  assert.equal(isCrmId("003000000000001AAA"), true);
  for (const id of ["00300000000000", "0030000000000012", "003000000000001AA!", "", null, undefined]) {
    assert.equal(isCrmId(id), false, String(id));
  }
});

test("A+ comes before A, A comes before A−, and a missing grade comes last", () => {
  assert.deepEqual(["none", "B", "A-", "A", "A+", "B+", "D-"].sort(byGrade), [
    "A+",
    "A",
    "A-",
    "B+",
    "B",
    "D-",
    "none",
  ]);
});

test("the order of keys does not matter when two settings are compared", () => {
  assert.equal(same({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }), true);
  for (const [a, b] of [
    [{ a: 1 }, { a: 1, b: 2 }],
    [
      [1, 2],
      [2, 1],
    ],
    [{ a: 1 }, { a: "1" }],
    [null, {}],
  ]) {
    assert.equal(same(a, b), false, JSON.stringify([a, b]));
  }
});

test("the count is removed from the title of an issue", () => {
  assert.equal(withoutCount("Forms in no campaign: 1,234"), "Forms in no campaign");
  assert.equal(withoutCount("3 forms in no campaign"), "Forms in no campaign");
  assert.equal(withoutCount("Prospects not linked: 12.5%"), "Prospects not linked");
  assert.equal(withoutCount("Lists without a name: –"), "Lists without a name");
  assert.equal(withoutCount("404"), "404");
});

test("the placeholder for the count is removed from the title of an issue", () => {
  assert.equal(shortTitle("Forms with errors: {count}"), "Forms with errors");
  assert.equal(shortTitle("Prospects not linked: {count} %"), "Prospects not linked");
  assert.equal(shortTitle("Stale lists"), "Stale lists");
});

test("the kind of orphans that is shown is the requested kind, else the first kind that has orphans", () => {
  /** @type {Pick<Api["OrphanKind"], "kind" | "count">[]} */
  const kinds = [
    { kind: "forms", count: 0 },
    { kind: "landing_pages", count: 4 },
  ];
  assert.equal(chosenKind("list_emails", kinds), "list_emails");
  assert.equal(chosenKind("no such kind", kinds), "landing_pages");
  assert.equal(chosenKind("toString", []), chosenKind("", []));
});

test("the last of several checks on a day counts, and the oldest day comes first", () => {
  const checks = [
    { captured_at: "2026-11-22T18:00:00Z", total: 3, counts: {} },
    { captured_at: "2026-11-22T06:00:00Z", total: 9, counts: {} },
    { captured_at: "2026-11-20T06:00:00Z", total: 5, counts: {} },
  ];
  assert.deepEqual(
    byDay(checks).map(({ day, total }) => [day, total]),
    [
      ["2026-11-20", 5],
      ["2026-11-22", 3],
    ],
  );
});

/** @type {Api["EntityFreshness"]} */
const FRESH = {
  name: "forms",
  aliases: [],
  tier: 1,
  freshness: "fresh",
  last_sync: "2026-11-22T06:00:00Z",
  mode: "full",
  count: 5,
  state: "done",
  problem: null,
  failed_at: null,
  deletes: null,
  message: "",
  age_seconds: 60,
  withheld: false,
  complete_until: null,
  complete_since: null,
};

test("a failed sync is shown even when the data is fresh or was never read", () => {
  assert.equal(kindOf(FRESH), "fresh");
  assert.equal(kindOf({ ...FRESH, problem: "failed" }), "failed");
  assert.equal(kindOf({ ...FRESH, problem: "refused", freshness: "never" }), "refused");
  assert.equal(kindOf({ ...FRESH, freshness: "never" }), "never");
});

test("the last sync is the latest of all entities, and an unknown tier has the command of the survey", () => {
  assert.equal(
    lastSync([FRESH, { ...FRESH, last_sync: "2026-11-23T06:00:00Z" }, { ...FRESH, last_sync: null }]),
    "2026-11-23T06:00:00Z",
  );
  assert.equal(lastSync([]), null);
  assert.equal(commandOf(2), "python manage.py camp_sync --scout");
  assert.equal(commandOf(9), "python manage.py camp_sync --survey");
});
