/* Flags as chips and figures, and filters by flag. */

import { h, hiddenText, icon } from "../core/dom.js";
import { number } from "../core/format.js";
import { openOverlay } from "../core/open-overlay.js";
import { rowsOf, rowsOfIssue } from "../core/rows.js";
import { about } from "../ui/about.js";
import { button, chip } from "../ui/parts.js";
import { flagDefinitions } from "./definitions.js";
import { flagWords, TYPES } from "./words.js";

/** @typedef {{ area: string, counts: Record<string, number | null>, exempt: Record<string, number>, issues: Api["AreaSummary"]["issues"] }} Counted */
/** @typedef {{ area: string, flag: string, exempt: number }} CountedFlag */

/**
 * Return the flags of one asset. Exempt flags are marked and have no color.
 *
 * @param {Flagged} asset
 */
export function flagChips({ flags, exempt }) {
  if (flags.length === 0) return null;
  return h(
    "span",
    { class: "chips" },
    flags.map((flag) => flagChip(flag, exempt.includes(flag))),
  );
}

/**
 * @param {string} flag
 * @param {boolean} isExempt
 */
function flagChip(flag, isExempt) {
  const { label, tone, why } = flagWords(flag);
  if (!isExempt) return chip(label, { tone, title: why });
  return chip([label, h("span", { class: "soft" }, "exempt")], {
    sign: "shield",
    title: "The asset is exempt from this issue, so the issue does not count.",
  });
}

/**
 * Return the flags as text for a spreadsheet.
 *
 * @param {Flagged} asset
 */
export function flagText({ flags, exempt }) {
  return flags
    .map((flag) => (exempt.includes(flag) ? `${flagWords(flag).label} (exempt)` : flagWords(flag).label))
    .join("; ");
}

/**
 * Return a line of chips. A chip has the number of assets with one flag, or of assets exempt from one issue, and a link
 * to these assets. Numbers of 0 are left out. One more chip names the flags without data.
 *
 * @param {Counted} summary
 */
export function countChips(summary) {
  const { area, counts, exempt } = summary;
  const open = Object.entries(counts).flatMap(([flag, count]) => (count ? [{ flag, count }] : []));
  const unknown = Object.keys(counts).filter((flag) => counts[flag] === null);
  const chips = open
    .sort((a, b) => b.count - a.count)
    .map(({ flag, count }) => countChip({ area, flag, exempt: exempt[flag] }, count));
  if (unknown.length) chips.push(noDataChip(unknown));
  if (chips.length === 0) chips.push(chip("No open issues", { tone: "good" }));
  const exemptFlags = Object.keys(exempt).filter((flag) => exempt[flag] > 0);
  return h(
    "p",
    { class: "chips" },
    chips,
    exemptFlags.map((flag) => exemptChip(area, flag, exempt[flag])),
    issuesAbout(summary),
  );
}

/**
 * @param {CountedFlag} issue
 * @param {number} count
 */
function countChip(issue, count) {
  const { label, tone, why } = flagWords(issue.flag);
  return chip([h("span", { class: "number" }, number(count)), " ", label.toLowerCase()], {
    tone,
    href: rowsOfIssue(issue),
    title: why,
  });
}

/**
 * @param {string} area
 * @param {string} flag
 * @param {number} count
 */
function exemptChip(area, flag, count) {
  return chip(`${number(count)} exempt: ${flagWords(flag).label.toLowerCase()}`, {
    href: rowsOf(area, { flag, exempt: "yes" }),
    sign: "shield",
  });
}

/** @param {readonly string[]} flags */
export function noDataChip(flags) {
  const names = flags.map((flag) => flagWords(flag).label.toLowerCase()).join(", ");
  return chip(`No data: ${names}`, { title: "The needed data was not synced, or is more than 8 days old." });
}

/**
 * Return a line of figures: for each flag its label, its count with a link to the rows, and the number of exempt rows.
 *
 * @param {Counted} summary
 */
export function flagFigures(summary) {
  const { area, counts, exempt } = summary;
  return h(
    "ul",
    { class: "tally" },
    Object.entries(counts).map(([flag, count]) => h("li", {}, flagFigure({ area, flag, exempt: exempt[flag] }, count))),
    h("li", { class: "tally-about" }, issuesAbout(summary)),
  );
}

/**
 * Return a "?" that opens the definitions of the issues.
 *
 * @param {Counted} summary
 */
const issuesAbout = (summary) => about(`Issues of ${TYPES[summary.area].many}`, () => flagDefinitions(summary));

/**
 * @param {CountedFlag} issue
 * @param {number | null} count
 * @returns {Child}
 */
function flagFigure(issue, count) {
  const { label, tone, why } = flagWords(issue.flag);
  const shown = h("span", { class: "tally-value number" }, number(count));
  const name = h("span", { class: "tally-label" }, Boolean(count) && icon(tone === "info" ? "info" : "warning"), label);
  const attributes = { class: `tally-item ${count ? tone : ""}`, title: why };
  if (count === null) return h("span", attributes, shown, " ", name, h("span", { class: "small soft" }, "no data"));
  return [h("a", { ...attributes, href: rowsOfIssue(issue) }, shown, " ", name), issue.exempt > 0 && exemptLink(issue)];
}

/** @param {CountedFlag} issue */
function exemptLink({ area, flag, exempt }) {
  return h(
    "a",
    { class: "small soft", href: rowsOf(area, { flag, exempt: "yes" }) },
    `and ${number(exempt)} exempt`,
    hiddenText(`: ${flagWords(flag).label}`),
  );
}

/**
 * Return a filter for tables: any, none, or one of the flags.
 *
 * @param {Pick<Counted, "counts">} summary
 * @returns {Filter<unknown>}
 */
export function flagFilter({ counts }) {
  /** @type {Option[]} */
  const flags = Object.keys(counts).map((flag) => [flag, flagWords(flag).label]);
  return { key: "flag", label: "Issue", options: [["any", "Any issue"], ["none", "No issue"], ...flags] };
}

/** @type {Filter<unknown>} */
export const EXEMPT_FILTER = {
  key: "exempt",
  label: "Exemption",
  options: [
    ["yes", "Exempt"],
    ["no", "Not exempt"],
  ],
};

/**
 * Return the query parameters for a table's filters by flag and by exemption.
 *
 * @param {Record<string, string>} filters
 */
export function flagParams({ flag, exempt }) {
  const which = flag === "any" ? { issues: true } : flag === "none" ? { issues: false } : { flag };
  return { exempt: yesOrNo(exempt), ...which };
}

/**
 * Return true for "yes" and false for "no". Otherwise return undefined, so that no parameter is sent.
 *
 * @param {string | undefined} value
 * @returns {boolean | undefined}
 */
export function yesOrNo(value) {
  if (value === "yes") return true;
  return value === "no" ? false : undefined;
}

/**
 * Return a note when activity data is missing or old; otherwise null.
 *
 * @param {{ has_activities: boolean }} summary
 * @param {string} what a sentence that says what the page cannot show without this data
 */
export function activityNote({ has_activities }, what) {
  if (has_activities) return null;
  return h(
    "p",
    { class: "banner" },
    icon("info"),
    h(
      "span",
      {},
      `Activity data is missing or more than 8 days old. ${what} To sync activity, run a full survey: `,
      button("Data freshness", () => openOverlay("freshness"), { kind: "compact" }),
    ),
  );
}
