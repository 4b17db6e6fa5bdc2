/* The issues by their cost in points: the first few as a list, or all as a table. */

import { h, icon } from "../core/dom.js";
import { number, plural, points } from "../core/format.js";
import { nameOf } from "../core/names.js";
import { openOverlay } from "../core/open-overlay.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { rowsOf, rowsOfIssue } from "../core/rows.js";
import { shared } from "../core/shared.js";
import { button, chip } from "../ui/parts.js";
import { recentDays } from "./recent.js";

const FIRST = 3;

export default panel({
  lines: 8,
  keys: ["steps"],
  uses: ["tasks", "issues", "exemptions", "config"],
  load: async () => {
    const isAll = route.get("steps") === "all";
    const [{ issues }, all, recent] = await Promise.all([
      shared("issues"),
      isAll ? import("./issue-table.js") : null,
      isAll ? recentDays() : null,
    ]);
    return { issues, all, recent };
  },
  noData: ({ issues }) => issues.every((issue) => issue.count === null),
  render: ({ issues, all, recent }) => (all && recent ? everything(issues, recent, all.issueTable) : first(issues)),
});

/**
 * The table is loaded on demand: few visits need it.
 *
 * @param {readonly Api["IssueItem"][]} issues
 * @param {Recent} recent
 * @param {IssueTable} issueTable
 */
function everything(issues, recent, issueTable) {
  /** @param {Api["IssueItem"]} issue */
  const acts = (issue) => [rowsLink(issue), taskButton(issue)];
  return [
    issueTable(issues, recent, acts),
    h(
      "p",
      {},
      button("Only the first few", () => route.set({ steps: "" }), { kind: "quiet", sign: "left" }),
    ),
  ];
}

/** @param {readonly Api["IssueItem"][]} issues */
function first(issues) {
  const open = issues.filter((issue) => issue.count);
  const list = open.length
    ? h("ol", { class: "steps" }, open.slice(0, FIRST).map(step))
    : h("p", {}, nothingOpen(issues));
  return [
    list,
    further(open.slice(FIRST)),
    h(
      "p",
      { class: "row" },
      button(`All ${plural(issues.length, "issue")}`, () => route.set({ steps: "all" }), { sign: "table" }),
      issues.some((issue) => issue.exempt > 0) &&
        h("a", { href: route.href("gear-locker", { "exemptions.state": "holds" }) }, "Exempt rows are not counted"),
    ),
  ];
}

/** @param {readonly Api["IssueItem"][]} issues */
function nothingOpen(issues) {
  const without = issues.filter((issue) => issue.count === null).length;
  return without
    ? `No issues found, but ${plural(without, "issue")} could not be checked, because data is missing.`
    : "No issues today. Sit down by the fire.";
}

/**
 * Link the issues after the first few, so that the rows of every issue are one click away.
 *
 * @param {readonly Api["IssueItem"][]} issues
 */
function further(issues) {
  if (!issues.length) return null;
  return h(
    "div",
    { class: "further" },
    h("h3", {}, "Further issues"),
    h(
      "ul",
      { class: "chips" },
      issues.map((issue) => h("li", {}, chip(issue.title, { href: rowsOfIssue(issue) }))),
    ),
  );
}

/** @param {Api["IssueItem"]} issue */
function step(issue) {
  return h(
    "li",
    { class: "step" },
    h(
      "p",
      { class: "step-points" },
      h("strong", {}, points(issue.impact)),
      h("span", {}, issue.impact === 1 ? "point" : "points"),
    ),
    h(
      "div",
      { class: "step-what" },
      h("h3", {}, issue.title),
      h("p", { class: "soft" }, issue.description),
      h("p", { class: "chips" }, marks(issue)),
    ),
    h("div", { class: "step-actions" }, rowsLink(issue), taskButton(issue)),
  );
}

/** @param {Api["IssueItem"]} issue */
function marks(issue) {
  return [
    issue.priority === "high" && chip("High priority", { tone: "bad" }),
    chip(nameOf(issue.area), { href: rowsOf(issue.area) }),
    owner(issue),
    issue.exempt > 0 &&
      chip(`${number(issue.exempt)} exempt`, { href: rowsOf(issue.area, { flag: issue.flag, exempt: "yes" }) }),
  ];
}

/** @param {Api["IssueItem"]} issue */
function owner({ owners }) {
  return h("span", { class: "chip" }, icon("person"), owners.length ? owners.join(", ") : "Nobody owns it");
}

/** @param {Api["IssueItem"]} issue */
function rowsLink(issue) {
  return h(
    "a",
    { class: "button compact", href: rowsOfIssue(issue), "aria-label": `Show the rows: ${issue.title}` },
    icon("table"),
    "Show the rows",
  );
}

/**
 * Return a button that shows the issue's newest open task, or creates a task if none is open.
 *
 * @param {Api["IssueItem"]} issue
 */
function taskButton(issue) {
  const [task] = issue.tasks;
  if (!task)
    return h(
      "button",
      {
        type: "button",
        class: "button compact",
        "aria-label": `Create a task: ${issue.title}`,
        on: { click: () => makeTask(issue) },
      },
      icon("plus"),
      "Create a task",
    );
  const open = () => openOverlay("tasks", { "tasks.q": task.title });
  const text = task.assignee ? `With ${task.assignee}` : "Has a task";
  return h(
    "button",
    { type: "button", class: "button compact quiet", "aria-label": `${text}: ${issue.title}`, on: { click: open } },
    icon("tasks"),
    text,
  );
}

/** @param {Api["IssueItem"]} issue */
async function makeTask(issue) {
  const form = await import("../tasks/make-task.js");
  return form.makeIssueTask(issue);
}
