/* Figures about all prospects: links to Salesforce, email addresses, broken fields. */

import { optional } from "../core/api.js";
import { h, icon } from "../core/dom.js";
import { ago, moment, number, percent, plural } from "../core/format.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { shared } from "../core/shared.js";
import { ring } from "../charts/ring.js";
import { prospectsOf } from "../people/people.js";

/** @typedef {Exclude<keyof Api["ProspectHealth"], "audited_at">} Counted */
/** @typedef {{ title: string, rows: [label: string, name: Counted, group?: string][], isBad?: boolean, todo?: string }} Section */

export default panel({
  lines: 5,
  load: () => Promise.all([shared("prospect-health"), optional(shared("issues"))]),
  noData: ([{ total }]) => total === null,
  empty: ([{ total }]) => total === 0 && "Pardot has no prospects.",
  render: ([health, issues]) =>
    h(
      "div",
      { class: "health-columns" },
      linkRate(health, costOfUnlinked(issues)),
      SECTIONS.map((section) => list(section, health)),
    ),
});

/**
 * Return the color of a share. The limits are fixed, because a share is not a score with grades.
 *
 * @param {number | null} rate
 */
function toneOf(rate) {
  if (rate === null) return "";
  if (rate >= 80) return "good";
  return rate >= 60 ? "warn" : "bad";
}

/**
 * Return the points that unlinked prospects cost the overall score; null when the issues could not be loaded.
 *
 * @param {Api["IssueList"] | null} answer
 */
function costOfUnlinked(answer) {
  return answer?.issues.find(({ key }) => key === "prospects_unlinked_pct")?.impact ?? null;
}

/**
 * @param {Api["ProspectHealth"]} health
 * @param {number | null} cost
 */
function linkRate({ link_rate: rate, total, unlinked, audited_at: at }, cost) {
  return h(
    "div",
    { class: "health-lead" },
    ring({
      value: rate,
      label: `Linked to Salesforce: ${percent(rate)}`,
      text: percent(rate),
      tone: toneOf(rate),
      size: 132,
    }),
    h(
      "div",
      { class: "stack" },
      h("p", {}, h("strong", {}, `${percent(rate)} linked`), ` of ${number(total)} prospects.`),
      Boolean(unlinked) &&
        h(
          "p",
          { class: "small" },
          h(
            "a",
            { href: route.href("full-survey", { "orphans.kind": "prospects_unlinked" }) },
            `${plural(unlinked, "is", "are")} not`,
          ),
          cost ? ", which costs points." : ".",
        ),
      h("p", { class: "small soft", title: moment(at) }, `Counted ${ago(at)}.`),
    ),
  );
}

/** @type {Section[]} */
const SECTIONS = [
  {
    title: "In Salesforce",
    rows: [
      ["Linked as contact", "as_contact"],
      ["Linked as lead", "as_lead"],
      ["Linked in total", "linked"],
      ["Not linked", "unlinked"],
    ],
  },
  {
    title: "Reachable",
    rows: [
      ["With an email address", "with_email"],
      ["Opted out", "opted_out"],
      ["In Pardot's recycle bin", "deleted"],
    ],
  },
  {
    title: "Broken fields",
    rows: [
      ["Salesforce ID", "bad_salesforce_ids", "bad_salesforce_id"],
      ["Lead ID", "bad_lead_ids", "bad_lead_id"],
      ["Contact ID", "bad_contact_ids", "bad_contact_id"],
      ["Account ID", "bad_account_ids", "bad_account_id"],
      ["Adoption data stuck", "adoption_stuck"],
    ],
    isBad: true,
    todo: "Empty the field in Pardot and let the connector sync the prospect again. Empty adoption data only after the adoption was recorded in Salesforce.",
  },
];

/**
 * @param {Section} section
 * @param {Api["ProspectHealth"]} health
 */
function list({ title, rows, isBad = false, todo }, health) {
  const wrong = isBad && rows.some(([, name]) => health[name]);
  return h(
    "div",
    { class: "stack" },
    h("h3", {}, title),
    h(
      "dl",
      { class: "tallies" },
      rows.map(([label, name, group = name]) =>
        h("div", {}, h("dt", {}, label), h("dd", {}, value(label, health[name], group, isBad))),
      ),
    ),
    isBad &&
      (wrong
        ? h("p", { class: "small todo" }, h("strong", {}, "What to do: "), todo)
        : h("p", { class: "small soft" }, "All fields are valid.")),
  );
}

/**
 * @param {string} label
 * @param {number | null} count
 * @param {string} group
 * @param {boolean} isBad
 */
function value(label, count, group, isBad) {
  if (!count) return number(count);
  return [
    isBad && icon("warning", "wrong"),
    h("a", { href: prospectsOf({ group }), "aria-label": `${label}: ${number(count)}. Show the rows` }, number(count)),
  ];
}
