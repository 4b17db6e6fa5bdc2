/* The table of campaigns with their assets. The server filters and sorts it, and sends one page at a time. */

import { api } from "../core/api.js";
import { h, hiddenText, icon } from "../core/dom.js";
import { ago, day, number, percent, plural } from "../core/format.js";
import { openOverlay } from "../core/open-overlay.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { onChanged, shared } from "../core/shared.js";
import { assetBulk } from "../assets/bulk.js";
import { campaignDetail } from "../assets/campaign-detail.js";
import { issuesColumn, nameColumn } from "../assets/audit-table.js";
import { csvColumns, ownersByArea } from "../assets/csv-columns.js";
import { EXEMPT_FILTER, flagFilter, flagParams, yesOrNo } from "../assets/flags.js";
import { outwardOr, pages } from "../assets/links.js";
import { paged } from "../assets/paging.js";
import { actionsColumn, keepFocus } from "../assets/row-actions.js";
import { sinceColumn, sinceFilters, sinceOptions, sinceParams } from "../assets/since.js";
import { CONTENT, countOf, nameOfAsset, TYPES } from "../assets/words.js";
import { chip } from "../ui/parts.js";
import { table } from "../ui/table.js";

const YEAR = 365;
/** @type {Record<string, [label: string, params: { min_age_days?: number, max_age_days?: number }]>} */
const AGES = {
  month: ["Under a month", { max_age_days: 30 }],
  year: ["A month to a year", { min_age_days: 30, max_age_days: YEAR }],
  three: ["One to three years", { min_age_days: YEAR, max_age_days: 3 * YEAR }],
  older: ["Over three years", { min_age_days: 3 * YEAR }],
};

export default panel({
  lines: 8,
  // These filters are rare, so each is shown only when the address contains it.
  keys: ["campaigns.exempt", "campaigns.fixed"],
  load: async () => {
    const [{ summary, folders }, to, since, owners] = await Promise.all([
      shared("campaigns", { limit: 1 }),
      pages(),
      sinceOptions(),
      ownersByArea(),
    ]);
    return { summary, folders, to, since, owners };
  },
  noData: ({ summary }) => summary.items === null,
  render: (data, { signal }) => map(data, signal),
});

/**
 * @param {{ summary: Api["CampaignSummary"], folders: Api["CampaignList"]["folders"], to: Pages, since: readonly Option[],
 *   owners: Record<string, string> }} data
 * @param {AbortSignal} signal
 */
function map({ summary, folders, to, since, owners }, signal) {
  const view = table({
    key: "campaigns",
    caption: "Campaigns",
    noun: "campaign",
    exportAs: "campaigns",
    size: 25,
    sort: "name",
    search: "Name, folder, tag, ID",
    source: paged(async (page, filters, signal) => {
      const answer = await api.get("campaigns", { params: { ...page, ...params(filters) }, signal });
      return { rows: answer.campaigns, total: answer.count, didYouMean: answer.did_you_mean };
    }),
    columns: columns(summary, to),
    filters: filters(summary, folders, since),
    alsoInCsv: [...assetCounts, ...csvColumns("campaigns", { pages: to, owners })],
    bulk: assetBulk(summary, {
      pages: to,
      params,
      post: {
        tasks: (body, matching) => api.post("campaigns/tasks", body, { params: matching }),
        exemptions: (body, matching) => api.post("campaigns/exemptions", body, { params: matching }),
      },
    }),
    detail: (row) => campaignDetail(row),
  });
  onChanged(async (paths) => {
    if (!paths.includes("exemptions")) return;
    const focusAgain = keepFocus(view.element);
    await view.reload();
    focusAgain();
  }, signal);
  return view.element;
}

// -- filters -------------------------------------------------------------------------------------------------

/**
 * @param {Api["CampaignSummary"]} summary
 * @param {Api["CampaignList"]["folders"]} folders
 * @param {readonly Option[]} since
 * @returns {Filter<unknown>[]}
 */
function filters(summary, folders, since) {
  /** @type {Option[]} */
  const named = Object.entries(folders).map(([id, name]) => [id, name ?? `Folder ${id}`]);
  /** @type {Filter<unknown>[]} */
  const all = [
    flagFilter(summary),
    ...sinceFilters("campaigns", since),
    {
      key: "sf",
      label: "Salesforce",
      options: [
        ["yes", "Linked"],
        ["no", "Not linked"],
      ],
    },
    {
      key: "assets",
      label: "Assets",
      options: [
        ["some", "Has assets"],
        ["empty", "Empty"],
        ...CONTENT.map((type) => /** @type {Option} */ ([type, `Has ${TYPES[type].many}`])),
      ],
    },
    {
      key: "members",
      label: "Members",
      options: [
        ["yes", "Has members"],
        ["no", "Nobody"],
      ],
    },
    { key: "age", label: "Age", options: Object.entries(AGES).map(([key, [label]]) => [key, label]) },
    {
      key: "folder",
      label: "Folder",
      options: named.sort(([, a], [, b]) => a.localeCompare(b, "en", { numeric: true })),
    },
  ];
  return route.get("campaigns.exempt") ? [...all, EXEMPT_FILTER] : all;
}

/**
 * Return the table's filters as parameters of the endpoint.
 *
 * @param {Record<string, string>} filters
 */
export function params({ sf, assets, members, age, folder, ...flags }) {
  return {
    ...flagParams(flags),
    ...sinceParams(flags),
    no_sf: sf ? !yesOrNo(sf) : undefined,
    has_assets: assets === "some" ? true : assets === "empty" ? false : undefined,
    asset_type: CONTENT.find((type) => type === assets),
    has_members: yesOrNo(members),
    folder_id: folder,
    ...AGES[age]?.[1],
  };
}

// -- columns -------------------------------------------------------------------------------------------------

/**
 * @param {Api["CampaignSummary"]} summary
 * @param {Pages} to
 * @returns {Column<Api["CampaignItem"]>[]}
 */
function columns(summary, to) {
  return [
    { ...nameColumn("campaigns"), label: "Campaign" },
    issuesColumn(summary),
    sinceColumn("campaigns"),
    { key: "salesforce_id", label: "Salesforce", sort: false, show: (row) => inSalesforce(row, to) },
    { key: "assets", label: "Assets", sort: "asset_count", first: "desc", csv: null, value: assetText, show: assets },
    { key: "member_count", label: "Members", end: true, first: "desc", show: members },
    {
      key: "activity_count",
      label: "Activity",
      end: true,
      first: "desc",
      show: ({ activity_count }) => number(activity_count),
    },
    {
      key: "created_at",
      label: "Created",
      sort: "begun_at",
      className: "tight",
      first: "desc",
      value: createdAt,
      show: (row) => createdAt(row) && h("span", { title: day(createdAt(row)) }, ago(createdAt(row))),
    },
    actionsColumn(summary, to),
  ];
}

/** The CSV file has a column for each type of asset. The table shows the numbers of all types in one cell. */
const assetCounts = CONTENT.map((type) => ({
  label: TYPES[type].title,
  /** @param {Api["CampaignItem"]} row */
  csv: (row) => countOf(row, type),
}));

/** @param {Api["CampaignItem"]} campaign */
const createdAt = ({ sf_created_at, created_at }) => sf_created_at ?? created_at;

/**
 * @param {Api["CampaignItem"]} campaign
 * @param {Pages} to
 */
function inSalesforce({ salesforce_id: id }, to) {
  return id ? outwardOr("Linked", to.salesforce(id)) : chip("Not linked");
}

/** @param {Api["CampaignItem"]} row */
function assetText(row) {
  const counts = CONTENT.map((type) => ({ ...TYPES[type], count: countOf(row, type) }));
  return counts
    .filter(({ count }) => count)
    .map(({ count, one, many }) => plural(count, one, many))
    .join(", ");
}

/** @param {Api["CampaignItem"]} row */
function assets(row) {
  if (CONTENT.every((type) => countOf(row, type) === null)) return null;
  return h(
    "span",
    { class: "kit", title: assetText(row) || "Nothing" },
    hiddenText(assetText(row) || "none"),
    CONTENT.map((type) => kit(type, countOf(row, type))),
  );
}

/**
 * @param {Api["ContentType"]} type
 * @param {number | null} count
 */
function kit(type, count) {
  return h(
    "span",
    { class: count ? "kit-part" : "kit-part none", "aria-hidden": "true" },
    icon(TYPES[type].sign),
    number(count),
  );
}

/** @param {Api["CampaignItem"]} row */
function members(row) {
  if (!row.salesforce_id || row.member_count === null) return null;
  const share = row.member_count ? percent((100 * (row.responded_count ?? 0)) / row.member_count) : null;
  const open = () => openOverlay("members", { "members.of": row.salesforce_id });
  return [
    h(
      "button",
      { type: "button", class: "link-button", on: { click: open } },
      number(row.member_count),
      hiddenText(` members of ${nameOfAsset(row)}`),
    ),
    share && h("span", { class: "under" }, `${share} responded`),
  ];
}
