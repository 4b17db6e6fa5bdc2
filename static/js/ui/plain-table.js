/* A table without controls, for a few rows. */

import { h } from "../core/dom.js";
import { MISSING } from "../core/format.js";

/**
 * columns: [{ label, value(row), end }]; the first column has the row headers. A value may be a node.
 *
 * @template Row
 * @param {string} caption
 * @param {readonly PlainColumn<Row>[]} columns
 * @param {readonly Row[]} rows
 * @param {{ hideCaption?: boolean }} [options]
 */
export function plainTable(caption, columns, rows, { hideCaption = false } = {}) {
  return h(
    "div",
    { class: "table-scroll sideways", role: "region", "aria-label": caption, tabindex: "0" },
    h(
      "table",
      { class: "table" },
      h("caption", { class: hideCaption ? "visually-hidden" : null }, caption),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          columns.map((column) => h("th", { scope: "col", class: column.end && "end" }, column.label)),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            columns.map((column, index) => cell(column, row, index)),
          ),
        ),
      ),
    ),
  );
}

/**
 * @template Row
 * @param {PlainColumn<Row>} column
 * @param {Row} row
 * @param {number} index
 */
function cell(column, row, index) {
  const value = column.value(row) ?? MISSING;
  const attributes = { class: column.end && "end" };
  return index === 0 ? h("th", { ...attributes, scope: "row" }, value) : h("td", attributes, value);
}
