/* For each type of object, the share of its objects that have a tag. */

import { h } from "../core/dom.js";
import { number, percent } from "../core/format.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { rowsOf } from "../core/rows.js";
import { shared } from "../core/shared.js";
import { TYPES } from "../assets/words.js";
import { meter } from "../ui/parts.js";
import { table } from "../ui/table.js";

export default panel({
  load: async () => (await shared("tags", { limit: 1 })).object_type_coverage,
  noData: (coverage) => coverage === null,
  render: (coverage) =>
    table({
      key: "coverage",
      caption: "Types",
      noun: "type",
      exportAs: "tag-coverage",
      size: 25,
      search: false,
      rowId: (row) => row.object_type,
      rows: coverage,
      columns: COLUMNS,
    }).element,
});

/** @type {Column<Api["ObjectTypeCoverage"]>[]} */
const COLUMNS = [
  {
    key: "object_type",
    label: "Type",
    value: ({ area, object_type }) => (area && TYPES[area]?.title) ?? (object_type || "Unknown type"),
  },
  {
    key: "tagged_pct",
    label: "Tagged",
    first: "desc",
    show: ({ tagged_pct }) =>
      h(
        "span",
        { class: "metered" },
        h("span", { class: "number" }, percent(tagged_pct)),
        tagged_pct !== null && meter(tagged_pct),
      ),
  },
  {
    key: "tagged",
    label: "With a tag",
    end: true,
    first: "desc",
    show: ({ area, tagged }) => countLink(area, tagged, "yes"),
  },
  {
    key: "untagged",
    label: "Without",
    end: true,
    first: "desc",
    value: without,
    show: (row) => countLink(row.area, without(row), "no"),
  },
  {
    key: "assignments",
    label: "Tags set",
    end: true,
    first: "desc",
    show: ({ assignments }) => number(assignments),
  },
];

/** @param {Api["ObjectTypeCoverage"]} coverage */
function without({ total, tagged }) {
  return total === null || tagged === null ? null : total - tagged;
}

/**
 * Return the count as a link to its rows. Campaigns have a link to the Gear Locker, because the Campaign Map cannot
 * filter by tags. Prospects have no link, because no page lists them by tags.
 *
 * @param {Api["Area"] | null} area
 * @param {number | null} count
 * @param {string} tagged
 */
function countLink(area, count, tagged) {
  if (!count || !area || area === "prospects") return number(count);
  const href =
    area === "campaigns"
      ? route.href("gear-locker", { "gear.type": area, "campaigns.tagged": tagged })
      : rowsOf(area, { tagged });
  return h("a", { href }, number(count));
}
