/* Prefixes of tags, and the separators that follow each prefix. */

import { h } from "../core/dom.js";
import { number } from "../core/format.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { rowsOf } from "../core/rows.js";
import { chip, meter } from "../ui/parts.js";
import { table } from "../ui/table.js";

export default panel({
  uses: ["cleanup"],
  load: async () => (await shared("tags", { limit: 1 })).naming_patterns,
  noData: (patterns) => patterns === null,
  empty: (patterns) =>
    patterns?.length === 0 && "No tag has a prefix. For example, “Region: North” has the prefix “Region”.",
  render: (patterns) => {
    const most = Math.max(...patterns.map((pattern) => pattern.tags));
    return table({
      key: "naming",
      caption: "Prefixes",
      noun: "naming pattern",
      exportAs: "tag-prefixes",
      size: 25,
      search: patterns.length > 10 && "Search prefixes",
      sort: "-tags",
      rowId: (row) => row.prefix,
      rows: patterns,
      columns: columns(most),
      filters: patterns.length > 10 ? [MIXED] : [],
    }).element;
  },
});

/** @type {Filter<Api["NamingPattern"]>} */
const MIXED = {
  key: "mixed",
  label: "Separators",
  options: [
    ["yes", "Mixed"],
    ["no", "Always the same"],
  ],
  test: ({ separators }, value) => separators.length > 1 === (value === "yes"),
};

/**
 * @param {number} most
 * @returns {Column<Api["NamingPattern"]>[]}
 */
function columns(most) {
  return [
    { key: "prefix", label: "Prefix", show: ({ prefix }) => h("a", { href: rowsOf("tags", { prefix }) }, prefix) },
    {
      key: "separators",
      label: "Separators",
      sort: false,
      value: ({ separators }) => separators.join(" "),
      show: separators,
    },
    {
      key: "tags",
      label: "Tags",
      first: "desc",
      show: ({ prefix, tags }) =>
        h(
          "span",
          { class: "metered" },
          h("a", { class: "number", href: rowsOf("tags", { prefix }) }, number(tags)),
          meter((100 * tags) / most),
        ),
    },
    { key: "usage", label: "Used", end: true, first: "desc", show: ({ usage }) => number(usage) },
  ];
}

/** @param {Api["NamingPattern"]} pattern */
function separators({ separators: all }) {
  const signs = all.map((sign) => h("code", { class: "sign" }, sign));
  return all.length > 1 ? h("span", { class: "chips" }, signs, chip("Mixed", { tone: "info" })) : signs;
}
