/* The details of one campaign: its ID, dates and cost, and its assets by type. */

import { h, hiddenText, icon } from "../core/dom.js";
import { day, number, plural } from "../core/format.js";
import { rowsOf } from "../core/rows.js";
import { assetButton } from "./asset-button.js";
import { flagChips } from "./flags.js";
import { CONTENT, countOf, TYPES } from "./words.js";

/**
 * Return the details of a campaign as an element.
 *
 * @param {Api["CampaignItem"]} campaign
 */
export function campaignDetail(campaign) {
  return h(
    "div",
    { class: "stack" },
    facts(campaign),
    h(
      "div",
      { class: "belongings" },
      CONTENT.map((type) => belongings(campaign, type)),
    ),
  );
}

/** @param {Api["CampaignItem"]} campaign */
function facts({ id, cost, sf_created_at, sf_modified_at, start_date, end_date }) {
  const entries = [
    ["Pardot ID", String(id)],
    ["Runs", start_date || end_date ? `${day(start_date)} to ${day(end_date)}` : null],
    ["In Salesforce since", sf_created_at && day(sf_created_at)],
    ["Changed in Salesforce", sf_modified_at && day(sf_modified_at)],
    ["Cost", cost ? number(cost) : null],
  ].filter(([, value]) => value);
  return h(
    "dl",
    { class: "facts" },
    entries.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}

/**
 * @param {Api["CampaignItem"]} campaign
 * @param {Api["ContentType"]} type
 */
function belongings(campaign, type) {
  const assets = campaign.children[type];
  const count = countOf(campaign, type);
  return h(
    "section",
    {},
    h("h4", {}, icon(TYPES[type].sign), TYPES[type].title, countLink(campaign, type, count)),
    assets.length
      ? h(
          "ul",
          { class: "plain-list" },
          assets.map((asset) => belonging(type, asset)),
        )
      : h("p", { class: "small soft" }, count === null ? "No data yet." : "None."),
    count !== null &&
      count > assets.length &&
      h("p", { class: "small soft" }, `The first ${number(assets.length)} of ${number(count)}.`),
  );
}

/**
 * @param {Api["CampaignItem"]} campaign
 * @param {Api["ContentType"]} type
 * @param {number | null} count
 */
function countLink(campaign, type, count) {
  if (!count) return h("span", { class: "soft number" }, number(count));
  return h(
    "a",
    { class: "number", href: rowsOf(type, { campaign: campaign.id }), title: "Show in the Gear Locker" },
    number(count),
    hiddenText(` ${TYPES[type].many} in the Gear Locker`),
  );
}

/**
 * @param {Api["ContentType"]} type
 * @param {Api["CampaignChild"]} asset
 */
function belonging(type, asset) {
  const { activity_count: count } = asset;
  const activity = count === null ? null : plural(count, "recent activity", "recent activities");
  return h(
    "li",
    {},
    assetButton(type, asset),
    " ",
    flagChips(asset),
    activity && h("span", { class: "under" }, activity),
  );
}
