/* The table of all issues. */

import { h } from "../core/dom.js";
import { amount, points } from "../core/format.js";
import { nameOf, withoutCount } from "../core/names.js";
import { rowsOfIssue } from "../core/rows.js";
import { chip, delta, time } from "../ui/parts.js";
import { linksAction } from "../assets/bulk.js";
import { makeIssueTasks } from "../tasks/make-task.js";
import { PRIORITIES } from "../tasks/words.js";
import { table } from "../ui/table.js";
import { issueCount, recentLine, weekChange } from "./recent.js";

/** @type {Option[]} */
const STATES = [
  ["found", "Found"],
  ["clean", "Not found"],
  ["unknown", "No data"],
];

/**
 * acts(issue): the actions for an issue, as nodes.
 *
 * @param {readonly Api["IssueItem"][]} issues
 * @param {Recent} recent
 * @param {(issue: Api["IssueItem"]) => Child} acts
 */
export function issueTable(issues, recent, acts) {
  const owners = [...new Set(issues.flatMap((issue) => issue.owners))].sort();
  const areas = [...new Set(issues.map((issue) => issue.area))];
  return table({
    key: "issues",
    caption: "Issues",
    noun: "issue",
    exportAs: "issues",
    rows: issues,
    rowId: (issue) => issue.key,
    sort: "-impact",
    columns: [...COLUMNS, ...recentColumns(recent)],
    filters: [
      {
        key: "area",
        label: "Area",
        options: areas.map((area) => [area, nameOf(area)]),
        test: (issue, area) => issue.area === area,
      },
      {
        key: "priority",
        label: "Priority",
        options: PRIORITIES,
        test: (issue, priority) => issue.priority === priority,
      },
      {
        key: "owner",
        label: "Owner",
        options: [...owners.map(ownerOption), ["-", "Nobody"]],
        test: isOf,
      },
      { key: "state", label: "State", options: STATES, test: (issue, state) => stateOf(issue) === state },
    ],
    bulk: {
      actions: [
        {
          label: "Create tasks",
          sign: "tasks",
          run: async (selected) => {
            const rows = await selected.rows();
            if (await makeIssueTasks(rows.map(({ key }) => key))) selected.clear();
          },
        },
        linksAction((issue) => [issue.title, new URL(rowsOfIssue(issue), location.href).href]),
      ],
    },
    detail: (issue) =>
      h("div", { class: "stack" }, h("p", {}, issue.description), h("p", { class: "row" }, acts(issue))),
  }).element;
}

/**
 * @param {string} name
 * @returns {Option}
 */
function ownerOption(name) {
  return [`=${name}`, name];
}

/**
 * @param {Api["IssueItem"]} issue
 * @param {string} owner
 */
function isOf(issue, owner) {
  return owner === "-" ? issue.owners.length === 0 : issue.owners.includes(owner.slice(1));
}

/** @param {Api["IssueItem"]} issue */
function stateOf({ count }) {
  if (count === null) return "unknown";
  return count > 0 ? "found" : "clean";
}

/**
 * Return the count; if it is above 0, as a link to its rows.
 *
 * @param {Api["IssueItem"]} issue
 */
function count(issue) {
  const text = amount(issue.count, issue.is_percentage);
  return issue.count ? h("a", { href: rowsOfIssue(issue), "aria-label": `${text}: show the rows` }, text) : text;
}

/**
 * @param {Recent} recent
 * @returns {Column<Api["IssueItem"]>[]}
 */
function recentColumns(recent) {
  /** @param {Api["IssueItem"]} issue */
  const inWeek = (issue) => weekChange(recent, issue.count, issueCount(issue.key));
  return [
    {
      key: "week",
      label: recent.since ? `Change ${recent.since}` : "Week's change",
      end: true,
      first: "desc",
      search: false,
      value: inWeek,
      show: (issue) => delta(inWeek(issue), "", { better: "down" }),
    },
    {
      key: "trend",
      label: "Trend",
      sort: false,
      search: false,
      csv: false,
      value: () => "",
      show: (issue) => recentLine(recent, withoutCount(issue.title), issueCount(issue.key)),
    },
    {
      key: "oldest",
      label: "Oldest",
      className: "tight",
      search: false,
      show: ({ oldest }) => time(oldest),
    },
  ];
}

const POINTS = "The points that the issue costs the overall score now, with the weights of the settings.";

/** @type {Column<Api["IssueItem"]>[]} */
const COLUMNS = [
  { key: "title", label: "Issue", className: "wide", value: (issue) => withoutCount(issue.title) },
  { key: "area", label: "Area", value: (issue) => nameOf(issue.area) },
  {
    key: "priority",
    label: "Priority",
    value: ({ priority }) => PRIORITIES.findIndex(([key]) => key === priority),
    csv: ({ priority }) => priority,
    search: false,
    show: ({ priority }) => chip(nameOf(priority), { tone: priority === "high" ? "bad" : "" }),
  },
  { key: "owners", label: "Owner", value: (issue) => issue.owners.join(", ") },
  { key: "count", label: "Count", end: true, first: "desc", show: count },
  { key: "exempt", label: "Exempt", end: true, first: "desc" },
  { key: "impact", label: "Points", end: true, first: "desc", show: (issue) => points(issue.impact), about: POINTS },
];
