/* The drawer of the records with a clean-up tag. tagged.action in the address names the clean-up action. */

import { api } from "../core/api.js";
import { h } from "../core/dom.js";
import { number } from "../core/format.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { outwardOr, pages } from "../assets/links.js";
import { TYPES } from "../assets/words.js";
import { panelDialog } from "../ui/panel-dialog.js";
import { table } from "../ui/table.js";

const KEY = "tagged.action";
const MOST = 1000;

export default function tagged() {
  const dialog = panelDialog({
    title: "Tagged",
    drawer: true,
    content: panel({
      lines: 6,
      keys: [KEY],
      load,
      empty: (data) => data === null && "This clean-up action does not exist. The settings list all actions.",
      render: ([status, to]) => {
        dialog.retitle(`Tagged “${status.tag}”`);
        return [
          (status.count ?? 0) > status.items.length &&
            h("p", { class: "soft" }, `The first ${number(status.items.length)} of ${number(status.count)}.`),
          items(status, to),
        ];
      },
    }),
  });
  return dialog;
}

/**
 * @param {{ signal: AbortSignal }} context
 * @returns {Promise<[Api["ActionStatus"], Pages] | null>}
 */
async function load({ signal }) {
  const [{ actions }, to] = await Promise.all([
    api.get("cleanup/status", { params: { limit: MOST }, signal }),
    pages(),
  ]);
  const status = actions.find(({ action }) => action === route.get(KEY));
  return status ? [status, to] : null;
}

/**
 * @param {Api["ActionStatus"]} action
 * @param {Pages} to
 */
function items({ action, items: rows }, to) {
  const types = [...new Set(rows.map(typeOf))].sort();
  return table({
    caption: "Tagged",
    noun: "item",
    exportAs: `tagged-${action.toLowerCase()}`,
    rows,
    size: 50,
    rowId: (row) => `${row.object_type}-${row.object_id}`,
    columns: [
      {
        key: "object_name",
        label: "Name",
        className: "wide",
        show: (row) =>
          outwardOr(row.object_name || `(no name, ${row.object_id})`, row.type && to.pardot(row.type, row.object_id)),
      },
      { key: "type", label: "Type", value: typeOf },
      { key: "object_id", label: "Id", end: true, className: "number" },
    ],
    filters: [
      {
        key: "type",
        label: "Type",
        options: types.map((type) => [type, type]),
        test: (row, type) => typeOf(row) === type,
      },
    ],
  }).element;
}

/** @param {Api["TaggedItem"]} item */
function typeOf({ type, object_type }) {
  return (type && TYPES[type]?.title) ?? object_type ?? "Unknown type";
}
