/* Show how many assets reach a Salesforce campaign: asset → campaign → Salesforce campaign. */

import { h } from "../core/dom.js";
import { number, percent } from "../core/format.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { rowsOf } from "../core/rows.js";
import { CONTENT, TYPES } from "../assets/words.js";
import { shares, sharesLegend } from "../charts/shares.js";
import { table } from "../ui/table.js";

/** @typedef {Api["ChainOut"] & { only: number | null }} Chain */

/** @type {{ key: keyof Chain, label: string, short: string, tone: Tone, filter: Params }[]} */
const PARTS = [
  {
    key: "in_sf_campaign",
    label: "In a Salesforce campaign",
    short: "In Salesforce",
    tone: "good",
    filter: { reach: "yes" },
  },
  {
    key: "only",
    label: "In a campaign that is not linked",
    short: "Not linked",
    tone: "warn",
    filter: { reach: "no" },
  },
  {
    key: "orphaned",
    label: "In a deleted campaign",
    short: "Deleted campaign",
    tone: "bad",
    filter: { flag: "orphan" },
  },
  { key: "no_campaign", label: "In no campaign", short: "No campaign", tone: "none", filter: { flag: "no_campaign" } },
];

export default panel({
  lines: 5,
  load: () => shared("gear-summary"),
  noData: ({ totals }) => totals.total === null,
  render: ({ content, totals }) => [
    headline(withOnly(totals)),
    table({
      key: "chain",
      caption: "By type",
      noun: "type",
      exportAs: "reporting-chain",
      search: false,
      rowId: (row) => row.type,
      rows: CONTENT.map((type) => ({ type, ...withOnly(content[type]) })),
      columns: columns(),
    }).element,
  ],
});

/**
 * Add the number of assets in a campaign that is not linked to Salesforce.
 *
 * @param {Api["ChainOut"]} chain
 */
function withOnly(chain) {
  const only =
    chain.in_campaign === null || chain.in_sf_campaign === null ? null : chain.in_campaign - chain.in_sf_campaign;
  return { ...chain, only };
}

/** @param {Chain} totals */
function headline(totals) {
  const share = totals.total && totals.in_sf_campaign !== null ? (100 * totals.in_sf_campaign) / totals.total : null;
  return h(
    "div",
    { class: "stack" },
    h(
      "p",
      { class: "headline" },
      h("span", { class: "figure-value" }, percent(share)),
      h("span", {}, ` of ${number(totals.total)} assets reach Salesforce`),
    ),
    shares({ label: "All assets", parts: partsOf(totals), large: true }),
    sharesLegend(PARTS),
  );
}

/** @param {Chain} chain */
function partsOf(chain) {
  return PARTS.map((part) => ({ ...part, value: chain[part.key] }));
}

/** @returns {Column<Chain & { type: Api["ContentType"] }>[]} */
function columns() {
  return [
    { key: "type", label: "Type", className: "tight", value: ({ type }) => TYPES[type].title },
    {
      key: "bar",
      label: "Share",
      sort: false,
      csv: false,
      value: () => "",
      className: "bar-cell",
      show: (row) => shares({ label: TYPES[row.type].title, parts: partsOf(row) }),
    },
    ...PARTS.map(partColumn),
    { key: "total", label: "All", end: true, first: "desc", show: (row) => countLink(row.total, rowsOf(row.type)) },
  ];
}

/**
 * @param {typeof PARTS[number]} part
 * @returns {Column<Chain & { type: Api["ContentType"] }>}
 */
function partColumn({ key, label, short, filter }) {
  const show = (/** @type {Chain & { type: string }} */ row) => countLink(row[key], rowsOf(row.type, filter));
  return { key, label: short, end: true, first: "desc", show, about: `${label}.` };
}

/**
 * @param {number | null} count
 * @param {string} href
 */
function countLink(count, href) {
  return count ? h("a", { href }, number(count)) : number(count);
}
