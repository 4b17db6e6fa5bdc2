/* What is worth doing, by what it costs the score: the first few as a list, or all of it as a table. */

import { h, icon } from "../core/dom.js";
import { decimal, number, plural, points } from "../core/format.js";
import { nameOf } from "../core/names.js";
import { openOverlay } from "../core/open-overlay.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { rowsOf, rowsOfIssue } from "../core/rows.js";
import { shared } from "../core/shared.js";
import { makeTask } from "../overlays/make-task.js";
import { button, chip } from "../ui/parts.js";
import { table } from "../ui/table.js";

const FIRST = 5;
const TONES = { high: "bad", normal: "", low: "" };

export default panel({
  lines: 8,
  keys: ["steps"],
  uses: ["tasks", "issues", "exemptions", "config"],
  load: () => shared("issues"),
  noData: ({ issues }) => issues.every((issue) => issue.count === null),
  render: ({ issues }) => (route.get("steps") === "all" ? everything(issues) : first(issues)),
});

// -- the first few ---------------------------------------------------------------------------------------------

function first(issues) {
  const found = issues.filter((issue) => issue.count > 0);
  const exempt = issues.reduce((sum, issue) => sum + issue.exempt, 0);
  const list = found.length
    ? h("ol", { class: "steps" }, found.slice(0, FIRST).map(step))
    : h("p", {}, "No issue is found today. Sit down by the fire.");
  return [list, h(
    "p", { class: "row" },
    button(`All ${plural(issues.length, "issue")}`, () => route.set({ steps: "all" }), { sign: "table" }),
    exempt > 0 && h("a", { href: route.href("gear-locker") }, `${plural(exempt, "asset is", "assets are")} exempt and not counted`),
  )];
}

function step(issue) {
  return h(
    "li", { class: "step" },
    h("p", { class: "step-points" }, h("strong", {}, points(issue.impact)), h("span", {}, issue.impact === 1 ? "point" : "points")),
    h(
      "div", { class: "step-what" },
      h("h3", {}, issue.title),
      h("p", { class: "soft" }, issue.description),
      h("p", { class: "chips" }, marks(issue)),
    ),
    h("div", { class: "step-actions" }, rowsLink(issue), taskButton(issue)),
  );
}

function marks(issue) {
  return [
    issue.priority === "high" && chip("High priority", { tone: TONES.high }),
    chip(nameOf(issue.area), { href: rowsOf(issue.area) }),
    owner(issue),
    issue.exempt > 0 && chip(`${number(issue.exempt)} exempt`, { href: rowsOf(issue.area, { flag: issue.flag, exempt: "yes" }) }),
  ];
}

function owner({ owners }) {
  return h("span", { class: "chip" }, icon("person"), owners.length ? owners.join(", ") : "Nobody owns it");
}

function rowsLink(issue) {
  return h("a", { class: "button compact", href: rowsOfIssue(issue), "aria-label": `Show the rows: ${issue.title}` }, icon("table"), "Show the rows");
}

/** One open task for an issue is enough: then it leads there. */
function taskButton(issue) {
  const [task] = issue.tasks;
  if (!task) return h("button", { type: "button", class: "button compact", "aria-label": `Make a task: ${issue.title}`, on: { click: () => makeTask(issue) } }, icon("plus"), "Make a task");
  const open = () => openOverlay("tasks", { "tasks.q": task.title });
  const text = task.assignee ? `With ${task.assignee}` : "Has a task";
  return h("button", { type: "button", class: "button compact quiet", "aria-label": `${text}: ${issue.title}`, on: { click: open } }, icon("tasks"), text);
}

// -- all of it -------------------------------------------------------------------------------------------------

function everything(issues) {
  const owners = [...new Set(issues.flatMap((issue) => issue.owners))].sort();
  const areas = [...new Set(issues.map((issue) => issue.area))];
  const shown = table({
    key: "issues", caption: "Issues", noun: "issue", exportAs: "issues", rows: issues, rowId: (issue) => issue.key, sort: "-impact",
    columns: COLUMNS,
    filters: [
      { key: "area", label: "Area", options: areas.map((area) => [area, nameOf(area)]), test: (issue, area) => issue.area === area },
      { key: "priority", label: "Priority", options: [["high", "High"], ["normal", "Normal"], ["low", "Low"]], test: (issue, priority) => issue.priority === priority },
      { key: "owner", label: "Owner", options: [...owners.map((name) => [name, name]), ["-", "Nobody"]], test: (issue, name) => (name === "-" ? issue.owners.length === 0 : issue.owners.includes(name)) },
      { key: "state", label: "State", options: [["found", "Found"], ["clean", "Not found"], ["unknown", "No data"]], test: (issue, state) => stateOf(issue) === state },
    ],
    detail: (issue) => h("div", { class: "stack" }, h("p", {}, issue.description), h("p", { class: "row" }, rowsLink(issue), taskButton(issue))),
  });
  return [shown.element, h("p", {}, button("Only the first few", () => route.set({ steps: "" }), { kind: "quiet", sign: "left" }))];
}

function stateOf({ count }) {
  if (count === null) return "unknown";
  return count > 0 ? "found" : "clean";
}

const countOf = (issue) => (issue.is_percentage && issue.count !== null ? `${decimal(issue.count)} %` : number(issue.count));

const COLUMNS = [
  { key: "title", label: "Issue", className: "wide" },
  { key: "area", label: "Area", value: (issue) => nameOf(issue.area) },
  { key: "priority", label: "Priority", show: (issue) => chip(nameOf(issue.priority), { tone: TONES[issue.priority] }) },
  { key: "owners", label: "Owner", value: (issue) => issue.owners.join(", ") },
  { key: "count", label: "Count", end: true, first: "desc", show: (issue) => (issue.count > 0 ? h("a", { href: rowsOfIssue(issue), "aria-label": `${countOf(issue)}: show the rows` }, countOf(issue)) : countOf(issue)) },
  { key: "exempt", label: "Exempt", end: true, first: "desc" },
  { key: "impact", label: "Points", end: true, first: "desc", show: (issue) => points(issue.impact) },
];
