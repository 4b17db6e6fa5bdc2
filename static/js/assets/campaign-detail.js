/* What belongs to one campaign: its assets by type, and when it ran. */

import { h, icon } from "../core/dom.js";
import { day, number } from "../core/format.js";
import { flagChips } from "./flags.js";
import { outwardOr, rowsOf } from "./links.js";
import { CONTENT, nameOf, TYPES } from "./words.js";

/** A campaign of the endpoint, as nodes. */
export function campaignDetail(campaign, to) {
  return h("div", { class: "stack" }, facts(campaign), h("div", { class: "belongings" }, CONTENT.map((type) => belongings(campaign, type, to))));
}

function facts({ id, cost, sf_created_at, sf_modified_at, start_date, end_date }) {
  const said = [
    ["Number in Pardot", id],
    ["Runs", start_date || end_date ? `${day(start_date)} to ${day(end_date)}` : null],
    ["In Salesforce since", sf_created_at && day(sf_created_at)],
    ["Changed there", sf_modified_at && day(sf_modified_at)],
    ["Cost", cost ? number(cost) : null],
  ].filter(([, value]) => value);
  return h("dl", { class: "facts" }, said.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

function belongings(campaign, type, to) {
  const assets = campaign.children[type];
  const count = campaign[`${type.replace(/s$/, "")}_count`];
  return h(
    "section", {},
    h("h4", {}, icon(TYPES[type].sign), TYPES[type].title, " ", h("span", { class: "soft number" }, number(count))),
    assets.length ? h("ul", { class: "plain-list" }, assets.map((asset) => belonging(type, asset, to))) : h("p", { class: "small soft" }, count === null ? "No data yet." : "None."),
    count > 0 && h("p", { class: "small" }, h("a", { href: rowsOf(type, { campaign: campaign.id }) }, count > assets.length ? `All ${number(count)}` : "In the Gear Locker")),
  );
}

function belonging(type, asset, to) {
  const happened = asset.activity_count === null ? null : `${number(asset.activity_count)} in the look-back`;
  return h("li", {}, outwardOr(nameOf(asset), to.pardot(type, asset.id)), " ", flagChips(asset), happened && h("span", { class: "under" }, happened));
}
