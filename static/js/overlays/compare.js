/* Two days side by side: the health score, and a table of the other scores and all counts. */

import { api } from "../core/api.js";
import { h } from "../core/dom.js";
import { amount, day, number, points, signed } from "../core/format.js";
import { nameOf, withoutCount } from "../core/names.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { rowsOf, rowsOfIssue } from "../core/rows.js";
import { shared } from "../core/shared.js";
import { panelDialog } from "../ui/panel-dialog.js";
import { delta } from "../ui/parts.js";
import { empty } from "../ui/states.js";
import { table } from "../ui/table.js";

/** @type {Option[]} */
const KINDS = [
  ["score", "Scores"],
  ["person", "People"],
  ["issue", "Issues"],
  ["count", "Counts"],
];
/** @type {Record<string, "up" | "down">} */
const BETTER = { score: "up", person: "up", issue: "down" };

export default function compare() {
  const inputs = { from: dateInput("from"), to: dateInput("to") };
  const form = h(
    "form",
    { class: "row compare-days", on: { submit: (event) => event.preventDefault() } },
    h("label", { class: "field" }, h("span", { class: "label" }, "From"), inputs.from),
    h("label", { class: "field" }, h("span", { class: "label" }, "To"), inputs.to),
  );
  return panelDialog({ title: "Compare two days", drawer: true, before: form, content: contentFor(inputs) });
}

/** @param {"from" | "to"} name */
function dateInput(name) {
  const input = h("input", { type: "date", required: true });
  input.addEventListener("change", () => input.value && route.set({ [`compare.${name}`]: input.value }));
  return input;
}

/** @param {{ from: HTMLInputElement, to: HTMLInputElement }} inputs */
function contentFor(inputs) {
  return panel({
    lines: 8,
    keys: ["compare.from", "compare.to"],
    load: async ({ signal }) => {
      const days = { from: route.get("compare.from") || null, to: route.get("compare.to") || null };
      const [comparison, { issues }] = await Promise.all([loadComparison(days, signal), shared("issues")]);
      inputs.from.value = comparison?.from.asked ?? "";
      inputs.to.value = comparison?.to.asked ?? "";
      return comparison && { comparison, issues };
    },
    empty: (data) => data === null && "Days can be compared from the second day with a sync.",
    render: ({ comparison, issues }) => [headline(comparison), rowsTable(comparison, issues)],
  });
}

/**
 * Compare the days in the address. Without them, compare the two latest days with a snapshot; return null when
 * no day before today has one.
 *
 * @param {{ from: string | null, to: string | null }} days
 * @param {AbortSignal} signal
 */
async function loadComparison(days, signal) {
  if (!days.from && !days.to && (await shared("briefing")).yesterday === null) return null;
  return api.get("compare", { params: days, signal });
}

/** @param {Api["ComparedDays"]} comparison */
function headline({ from, to, health_score: score }) {
  return h(
    "div",
    { class: "before-after" },
    side(from, score.before),
    h(
      "p",
      { class: "before-after-change" },
      delta(score.change, Math.abs(score.change ?? 0) === 1 ? "point" : "points") ??
        h("span", { class: "soft" }, "no score on one of the days"),
    ),
    side(to, score.after),
  );
}

/**
 * @param {Api["ComparedDay"]} day
 * @param {Maybe<number>} score
 */
function side({ asked, used }, score) {
  return h(
    "div",
    {},
    h("p", { class: "figure-label" }, day(used)),
    h("p", { class: "figure-value large" }, number(score)),
    asked !== used && h("p", { class: "small soft" }, `No sync on ${day(asked)}; showing ${day(used)}.`),
  );
}

/** @typedef {Api["Changed"] & { kind: string, name: string, harm: number | null, owners: readonly string[], href: string | null, isPercentage: boolean }} Row */

/**
 * @param {Api["ComparedDays"]} comparison
 * @param {readonly Api["IssueItem"][]} issues
 */
function allRows(comparison, issues) {
  const byKey = new Map(issues.map((issue) => [issue.key, issue]));
  /** @type {Row[]} */
  const rows = [
    ...comparison.areas.map((row) => ({
      ...row,
      kind: "score",
      isPercentage: false,
      name: row.label,
      href: rowsOf(row.area),
    })),
    ...comparison.people.map((row) => ({
      ...row,
      kind: "person",
      isPercentage: false,
      owners: [row.name],
      href: null,
    })),
    ...comparison.issues.map((row) => {
      const issue = byKey.get(row.key);
      const name = issue ? withoutCount(issue.title) : row.key;
      const isPercentage = issue?.is_percentage ?? false;
      return { ...row, kind: "issue", name, isPercentage, href: issue ? rowsOfIssue(issue) : null };
    }),
    ...comparison.counts.map((row) => ({
      ...row,
      kind: "count",
      isPercentage: false,
      name: nameOf(row.name),
      harm: null,
      owners: [],
      href: null,
    })),
  ];
  return rows.map((row, id) => ({ ...row, id }));
}

/**
 * Return "better", "worse", or "" when nothing changed. Plain counts are neither better nor worse.
 *
 * @param {Row} row
 */
function effectOf({ kind, change }) {
  const better = BETTER[kind];
  if (!better || !change) return "";
  return change > 0 === (better === "up") ? "better" : "worse";
}

/**
 * @param {Api["ComparedDays"]} comparison
 * @param {readonly Api["IssueItem"][]} issues
 */
function rowsTable(comparison, issues) {
  const rows = allRows(comparison, issues);
  if (!rows.length) return empty("Nothing is counted on either day.");
  return table({
    key: "compare",
    caption: "Differences",
    noun: "figure",
    exportAs: "compare",
    rows,
    size: 50,
    sort: "-harm",
    columns: [
      {
        key: "name",
        label: "What",
        className: "wide",
        show: (row) => (row.href ? h("a", { href: row.href }, row.name) : row.name),
      },
      { key: "kind", label: "Kind", value: (row) => KINDS.find(([kind]) => kind === row.kind)?.[1] },
      { key: "before", label: "Before", end: true, show: (row) => amount(row.before, row.isPercentage) },
      { key: "after", label: "After", end: true, show: (row) => amount(row.after, row.isPercentage) },
      { key: "change", label: "Change", end: true, first: "desc", show: change },
      { key: "harm", label: "Points lost", end: true, first: "desc", show: (row) => harm(row) },
      { key: "owners", label: "Owner", value: (row) => row.owners.join(", ") },
    ],
    filters: [
      {
        key: "effect",
        label: "Effect",
        options: [
          ["worse", "Worse"],
          ["better", "Better"],
        ],
        test: (row, effect) => effectOf(row) === effect,
      },
      { key: "kind", label: "Kind", options: KINDS, test: (row, kind) => row.kind === kind },
      {
        key: "show",
        label: "Show",
        initial: "changed",
        options: [
          ["changed", "Changed only"],
          ["all", "All"],
        ],
        test: (row, show) => show === "all" || row.before !== row.after,
      },
    ],
  }).element;
}

/** @param {Row} row */
function harm({ harm: lost }) {
  return lost === null ? null : points(lost);
}

/**
 * Plain counts are neither better nor worse, so their change has no color.
 *
 * @param {Row} row
 */
function change(row) {
  if (!row.change) return signed(row.change);
  return BETTER[row.kind] ? delta(row.change, "", { better: BETTER[row.kind] }) : signed(row.change);
}
