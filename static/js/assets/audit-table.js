/* The audit table of one type of assets: paged, sorted and filtered by the server. */

import { api } from "../core/api.js";
import { h } from "../core/dom.js";
import { ago, day, MISSING, number } from "../core/format.js";
import { route } from "../core/route.js";
import { rowsOf } from "../core/rows.js";
import { chip } from "../ui/parts.js";
import { table } from "../ui/table.js";
import { assetButton } from "./asset-button.js";
import { assetBulk } from "./bulk.js";
import { csvColumns } from "./csv-columns.js";
import { flagDefinitions, RECENT } from "./definitions.js";
import { activityNote, EXEMPT_FILTER, flagChips, flagFilter, flagParams, flagText, yesOrNo } from "./flags.js";
import { outwardOr } from "./links.js";
import { paged } from "./paging.js";
import { actionsColumn, keepFocus } from "./row-actions.js";
import { sinceColumn, sinceFilters, sinceParams } from "./since.js";
import { isContent, TYPES } from "./words.js";

/** @type {Partial<Record<Api["Area"], string>>} */
const ACTIVITY = { forms: "Submissions", landing_pages: "Views", custom_redirects: "Clicks", campaigns: "Activity" };
/** @type {Filter<unknown>} */
const REACH = {
  key: "reach",
  label: "Salesforce",
  options: [
    ["yes", "In Salesforce"],
    ["no", "Campaign not linked"],
  ],
};
/** @type {Filter<unknown>} */
const TAGGED = {
  key: "tagged",
  label: "Tags",
  options: [
    ["yes", "Tagged"],
    ["no", "Without a tag"],
  ],
};

/**
 * Return { nodes, reload() }. summary: the summary of the type's audit.
 *
 * @param {Api["AreaSummary"]} summary
 * @param {{ pages: Pages, since: readonly Option[], owners: Record<string, string> }} links
 */
export function auditTable(summary, { pages, since, owners }) {
  const type = summary.area;
  const { one, title } = TYPES[type];
  const view = table({
    key: type,
    caption: title,
    noun: one,
    exportAs: type.replaceAll("_", "-"),
    size: 25,
    sort: "-issues",
    search: `Search ${TYPES[type].many}`,
    source: paged(async (page, filters, signal) => {
      const answer = await api.get(`assets/${type}`, { params: { ...page, ...params(filters) }, signal });
      return { rows: answer.records, total: answer.count, didYouMean: answer.did_you_mean };
    }),
    columns: [
      nameColumn(type),
      issuesColumn(summary),
      sinceColumn(type),
      ...columnsOf(type, pages),
      actionsColumn(summary, pages),
    ],
    filters: filtersOf(summary, since),
    alsoInCsv: csvColumns(type, { pages, owners }),
    bulk: assetBulk(summary, {
      pages,
      params,
      post: {
        tasks: (body, matching) => api.post(`assets/${type}/tasks`, body, { params: matching }),
        exemptions: (body, matching) => api.post(`assets/${type}/exemptions`, body, { params: matching }),
      },
    }),
  });
  const note = activityNote(summary, "Issues that need activity data are left out here.");
  return {
    nodes: [note, view.element],
    async reload() {
      const focusAgain = keepFocus(view.element);
      await view.reload();
      focusAgain();
    },
  };
}

/**
 * Return the table's filters as parameters of the endpoint.
 *
 * @param {Record<string, string>} filters
 */
export function params({ reach, tagged, campaign, prefix, ...flags }) {
  return {
    ...flagParams(flags),
    ...sinceParams(flags),
    linked: yesOrNo(reach),
    tagged: yesOrNo(tagged),
    campaign_id: campaign,
    prefix,
  };
}

/**
 * @param {Api["AreaSummary"]} summary
 * @param {readonly Option[]} since
 * @returns {Filter<unknown>[]}
 */
function filtersOf(summary, since) {
  const type = summary.area;
  const campaign = route.get(`${type}.campaign`);
  const prefix = route.get(`${type}.prefix`);
  const filters = [flagFilter(summary), ...sinceFilters(type, since), EXEMPT_FILTER];
  if (isContent(type)) filters.push(REACH);
  if (type !== "tags") filters.push(TAGGED);
  if (campaign) filters.push({ key: "campaign", label: "Campaign", options: [[campaign, `Campaign ${campaign}`]] });
  if (prefix) filters.push({ key: "prefix", label: "Prefix", options: [[prefix, prefix]] });
  return filters;
}

// -- columns -------------------------------------------------------------------------------------------------

/**
 * @param {Api["Area"]} type
 * @param {Pages} pages
 * @returns {Column<Api["AssetRecord"]>[]}
 */
function columnsOf(type, pages) {
  const counted = ACTIVITY[type];
  return [
    ...(type === "campaigns" ? [salesforceColumn(pages)] : (OWN[type] ?? [])),
    ...(isContent(type) ? [campaignColumn()] : []),
    ...(counted ? [countColumn("activity_count", counted, RECENT)] : []),
    ...(type === "forms" ? [countColumn("error_count", "Errors", RECENT)] : []),
    {
      key: "updated_at",
      label: "Updated",
      className: "tight",
      first: "desc",
      show: ({ updated_at }) => updated_at && h("span", { title: day(updated_at) }, ago(updated_at)),
    },
  ];
}

/**
 * @param {Api["Area"]} type
 * @returns {Column<Asset & { folder_name?: string | null }>}
 */
export function nameColumn(type) {
  return {
    key: "name",
    label: "Name",
    className: "wide",
    show: (row) => [assetButton(type, row), row.folder_name && h("span", { class: "under" }, row.folder_name)],
  };
}

/**
 * @param {Api["AreaSummary"]} summary
 * @returns {Column<Flagged>}
 */
export function issuesColumn(summary) {
  const about = () => flagDefinitions(summary);
  return { key: "flags", label: "Issues", sort: "issues", first: "desc", value: flagText, show: flagChips, about };
}

/**
 * @param {"activity_count" | "error_count" | "usage"} key
 * @param {string} label
 * @param {string} [about]
 * @returns {Column<Api["AssetRecord"]>}
 */
export function countColumn(key, label, about) {
  return { key, label, end: true, first: "desc", show: (row) => number(row[key]), about };
}

/** @param {Maybe<number>} id */
const deleted = (id) => `${id} (deleted)`;

/** @returns {Column<Api["AssetRecord"]>} */
function campaignColumn() {
  return {
    key: "campaign_id",
    label: "Campaign",
    sort: "campaign_name",
    className: "medium",
    csv: ({ campaign_id, campaign_name, flags }) =>
      flags.includes("orphan") ? deleted(campaign_id) : (campaign_name ?? campaign_id),
    show: ({ campaign_id, campaign_name, flags }) => {
      if (!campaign_id) return null;
      if (flags.includes("orphan")) return deleted(campaign_id);
      return h("a", { href: rowsOf("campaigns", { q: campaign_id }) }, campaign_name ?? `Campaign ${campaign_id}`);
    },
  };
}

/**
 * @param {Pages} pages
 * @returns {Column<Api["AssetRecord"]>}
 */
function salesforceColumn(pages) {
  return {
    key: "salesforce_id",
    label: "Salesforce",
    sort: false,
    show: ({ salesforce_id: id }) => id && outwardOr(id, pages.salesforce(id)),
  };
}

/** @type {Column<Api["AssetRecord"]>} */
const urlColumn = {
  key: "url",
  label: "Address",
  sort: false,
  show: ({ url }) => url && h("span", { class: "clip", title: url }, url.replace(/^https?:\/\//, "")),
};

/** @type {Partial<Record<Api["Area"], Column<Api["AssetRecord"]>[]>>} */
const OWN = {
  landing_pages: [urlColumn],
  custom_redirects: [urlColumn],
  list_emails: [
    { key: "subject", label: "Subject", className: "medium" },
    {
      key: "is_sent",
      label: "State",
      value: ({ is_sent }) => sent(is_sent),
      show: ({ is_sent }) => (is_sent === false ? chip("Draft") : sent(is_sent)),
    },
  ],
  lists: [
    { key: "title", label: "Public title", sort: false, className: "medium" },
    {
      key: "kind",
      label: "Kind",
      sort: false,
      value: ({ is_dynamic, is_public }) =>
        [is_dynamic ? "Dynamic" : "Static", is_public && "public"].filter(Boolean).join(", "),
    },
  ],
  tags: [
    { key: "prefix", label: "Prefix", show: ({ prefix }) => prefix || null },
    countColumn("usage", "Tagged objects"),
  ],
};

/** @param {Maybe<boolean>} is */
function sent(is) {
  if (is === null) return MISSING;
  return is ? "Sent" : "Draft";
}
