/* Clean-up by tags: the number of records with each action's tag, and for each issue the tagged share of its assets. */

import { api, messageOf, optional } from "../core/api.js";
import { h, icon, replace } from "../core/dom.js";
import { disabledDuring } from "../core/focus.js";
import { number, percent, plural } from "../core/format.js";
import { openOverlay } from "../core/open-overlay.js";
import { panel } from "../core/panel.js";
import { changed, shared } from "../core/shared.js";
import { rowsOfIssue } from "../core/rows.js";
import { flagWords, TYPES } from "../assets/words.js";
import { button, chip, meter } from "../ui/parts.js";
import { table } from "../ui/table.js";
import { toast } from "../ui/toast.js";

/** @typedef {Api["IssueTriage"] & { flag: string }} Triage */

export default panel({
  uses: ["cleanup", "exemptions"],
  lines: 6,
  load: async ({ signal }) => {
    const [status, config] = await Promise.all([
      api.get("cleanup/status", { params: { limit: 1 }, signal }),
      optional(shared("config")),
    ]);
    const flags = Object.fromEntries((config?.issues ?? []).map((issue) => [issue.key, issue.flag]));
    return { actions: status.actions, issues: status.issues.map((issue) => ({ ...issue, flag: flags[issue.key] })) };
  },
  noData: ({ actions }) =>
    actions.length > 0 && actions.every(({ tag_id, count }) => tag_id === null && count === null),
  empty: ({ actions }) => actions.length === 0 && "No clean-up actions are configured. Add them in the settings.",
  render: ({ actions, issues }) => [
    setup(actions),
    h("ul", { class: "triage-actions" }, actions.map(actionItem)),
    issueTable(issues),
  ],
});

// -- the tags ------------------------------------------------------------------------------------------------

/** @param {readonly Api["ActionStatus"][]} actions */
function setup(actions) {
  const missing = actions.filter((action) => action.tag_id === null);
  if (missing.length === 0) return null;
  const problem = h("p", { class: "problem", role: "alert" });
  const make = button(`Create ${missing.length === 1 ? "tag" : "tags"} in Pardot`, () => makeTags(make, problem), {
    kind: "primary",
    sign: "plus",
  });
  const names = missing.map((action) => action.tag).join(", ");
  // Pardot may have a tag that was made after the last sync.
  const sentence = `${plural(missing.length, "tag was", "tags were")} not synced yet: ${names}. The button creates what Pardot lacks.`;
  return h(
    "div",
    { class: "banner" },
    icon("tag"),
    h("div", {}, h("p", {}, sentence), problem),
    h("p", { class: "actions" }, make),
  );
}

/**
 * @param {HTMLButtonElement} make
 * @param {HTMLElement} problem
 */
async function makeTags(make, problem) {
  replace(problem);
  try {
    const { tags } = await disabledDuring(make, () => api.post("cleanup/setup", {}));
    const created = tags.filter((tag) => tag.created).length;
    toast(created ? `${plural(created, "tag")} created in Pardot.` : "Pardot had all tags already.");
    changed("cleanup", "issues");
  } catch (error) {
    replace(problem, messageOf(error));
  }
}

/** @param {Api["ActionStatus"]} action */
function actionItem({ action: name, tag, tag_id, count, by_type }) {
  const types = Object.entries(by_type).map(
    ([type, many]) => `${number(many)} ${TYPES[type]?.[many === 1 ? "one" : "many"] ?? (type || "others")}`,
  );
  const shown = h("span", { class: "figure-value" }, number(count));
  return h(
    "li",
    {},
    h("h3", {}, name),
    h(
      "p",
      {},
      count
        ? h(
            "button",
            {
              type: "button",
              class: "figure-button",
              on: { click: () => openOverlay("tagged", { "tagged.action": name }) },
            },
            shown,
            h("span", { class: "visually-hidden" }, ` tagged “${tag}”: show them`),
          )
        : shown,
    ),
    h(
      "p",
      { class: "small soft" },
      types.length ? types.join(", ") : count === null ? "No data yet" : "Nothing tagged",
    ),
    h("p", {}, tag_id === null ? chip(`${tag}: not synced yet`, { tone: "warn" }) : chip(tag, { sign: "tag" })),
  );
}

// -- the issues ---------------------------------------------------------------------------------------------

/** @param {readonly Triage[]} issues */
function issueTable(issues) {
  /** @type {Option[]} */
  const areas = [...new Set(issues.map(({ area }) => area))].map((area) => [area, TYPES[area].title]);
  return table({
    key: "triage",
    caption: "Issues and the tagged share of their assets",
    noun: "issue",
    exportAs: "triage",
    size: 25,
    sort: "-count",
    search: "Search issues",
    rowId: (row) => row.key,
    rows: issues.filter(({ area }) => area !== "prospects"),
    columns: COLUMNS,
    filters: [
      {
        key: "area",
        label: "Type",
        options: areas.filter(([area]) => area !== "prospects"),
        test: (row, area) => row.area === area,
      },
      {
        key: "state",
        label: "State",
        options: [
          ["open", "Still to do"],
          ["done", "All tagged"],
          ["none", "None left"],
          ["unknown", "No data yet"],
        ],
        test: (row, state) => stateOf(row) === state,
      },
    ],
  }).element;
}

/** @param {Pick<Triage, "count" | "tagged">} issue */
export function stateOf({ count, tagged }) {
  if (count === 0) return "none";
  if (count === null || tagged === null) return "unknown";
  return tagged >= count ? "done" : "open";
}

/** @type {Column<Triage>[]} */
const COLUMNS = [
  { key: "issue", label: "Issue", value: ({ flag, key }) => (flag ? flagWords(flag).label : key) },
  { key: "area", label: "Type", value: ({ area }) => TYPES[area].title },
  {
    key: "count",
    label: "Count",
    end: true,
    first: "desc",
    show: (row) => (row.count && row.flag ? h("a", { href: rowsOfIssue(row) }, number(row.count)) : number(row.count)),
  },
  { key: "tagged", label: "Tagged", end: true, first: "desc", show: ({ tagged }) => number(tagged) },
  {
    key: "tagged_pct",
    label: "Share",
    first: "desc",
    show: ({ tagged_pct }) =>
      tagged_pct !== null &&
      h(
        "span",
        { class: "metered" },
        h("span", { class: "number" }, percent(tagged_pct)),
        meter(tagged_pct, tagged_pct === 100 ? "good" : ""),
      ),
  },
];
