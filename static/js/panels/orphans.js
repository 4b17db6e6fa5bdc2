/* The number of orphans, and its trend. Two or more checks of a single day are shown as a list instead of the trend. */

import { h } from "../core/dom.js";
import { ago, moment, number } from "../core/format.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { shared } from "../core/shared.js";
import { trend } from "../charts/trend.js";
import { plainTable } from "../ui/plain-table.js";
import { delta, figure, time } from "../ui/parts.js";
import { byDay } from "../survey/kinds.js";

/** @type {[string, Api["Kind"][]][]} */
const GROUPS = [
  ["Assets", ["forms", "landing_pages", "list_emails", "custom_redirects"]],
  ["Prospects", ["prospects_crm_gone", "prospects_unlinked"]],
  ["Leads and contacts", ["leads_without_prospect", "contacts_without_prospect"]],
];

export default panel({
  lines: 5,
  load: () => Promise.all([shared("orphans", { limit: 1 }), shared("orphans/history")]),
  noData: ([{ captured_at: at }]) => at === null,
  render: ([latest, { checks }]) => h("div", { class: "lead-columns" }, total(latest, checks), history(checks)),
});

/**
 * @param {Api["Orphans"]} latest
 * @param {readonly Api["PastCheck"][]} checks
 */
function total({ total: all, kinds, captured_at: at }, checks) {
  const before = checks[1];
  const counts = Object.fromEntries(kinds.map(({ kind, count }) => [kind, count]));
  return h(
    "div",
    { class: "lead-figures" },
    figure("Total", number(all), { large: true }),
    before &&
      h(
        "p",
        {},
        delta((all ?? 0) - before.total, `since the previous check (${moment(before.captured_at)})`, {
          better: "down",
        }),
      ),
    h(
      "div",
      { class: "figures" },
      GROUPS.map(([name, names]) => figure(name, number(sum(counts, names)), { href: hrefOf(counts, names) })),
    ),
    h(
      "p",
      { class: "small soft", title: moment(at) },
      all === 0 ? `Nothing is orphaned. Checked ${ago(at)}.` : `Checked ${ago(at)}.`,
    ),
  );
}

/** @param {readonly Api["PastCheck"][]} checks */
function history(checks) {
  if (checks.length < 2)
    return h(
      "p",
      { class: "soft first-check" },
      "This is the first check. The trend starts with a check on another day.",
    );
  const days = byDay(checks);
  if (days.length < 2) return checksOfOneDay(checks);
  const series = GROUPS.map(([name, names]) => ({ name, values: days.map(({ counts }) => sum(counts, names)) }));
  return trend({
    title: "Orphans by day",
    days: days.map(({ day }) => day),
    series: series.filter(({ values }) => values.some(Boolean)),
    low: 0,
    high: Math.max(4, ...series.flatMap(({ values }) => values)),
    height: 220,
  });
}

/**
 * Return the list of checks. Checks of a single day make no trend.
 *
 * @param {readonly Api["PastCheck"][]} checks
 */
function checksOfOneDay(checks) {
  return plainTable(
    "Checks so far",
    [
      { label: "Check", value: (check) => time(check.captured_at, moment) },
      { label: "Orphans", value: (check) => number(check.total), end: true },
    ],
    checks,
  );
}

/**
 * Return the link to the first kind in `names` that has orphans; null when none of these kinds has orphans.
 *
 * @param {Record<string, number>} counts
 * @param {readonly Api["Kind"][]} names
 */
function hrefOf(counts, names) {
  const kind = names.find((name) => counts[name] > 0);
  return kind ? route.href("full-survey", { "orphans.kind": kind }) : null;
}

/**
 * @param {Record<string, number>} counts
 * @param {readonly Api["Kind"][]} names
 */
function sum(counts, names) {
  return names.reduce((so, name) => so + (counts[name] ?? 0), 0);
}
