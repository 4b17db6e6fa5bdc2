/* What carries the tag of a clean-up action: a drawer. */

import { api, isAbort } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { number } from "../core/format.js";
import { openDialog } from "../ui/dialog.js";
import { failed, loading } from "../ui/states.js";
import { table } from "../ui/table.js";
import { outwardOr } from "./links.js";
import { TYPES } from "./words.js";

const MOST = 1000;

export function openTagged({ action, tag }, to) {
  const stop = new AbortController();
  const dialog = openDialog({ title: `Tagged “${tag}”`, drawer: true, body: loading(6) });
  dialog.closed.then(() => stop.abort());
  fill(dialog.body, action, to, stop.signal);
}

async function fill(body, action, to, signal) {
  replace(body, loading(6));
  try {
    const { actions } = await api.get("cleanup/status", { params: { limit: MOST }, signal });
    const found = actions.find((one) => one.action === action);
    replace(body, found.count > found.items.length && h("p", { class: "soft" }, `The first ${number(found.items.length)} of ${number(found.count)}.`), items(found, to));
  } catch (error) {
    if (!isAbort(error)) replace(body, failed(error, () => fill(body, action, to, signal)));
  }
}

function items({ action, items: rows }, to) {
  const types = [...new Set(rows.map(typeOf))].sort();
  return table({
    caption: "Tagged", noun: "item", exportAs: `tagged-${action.toLowerCase()}`, rows, size: 50, rowId: (row) => `${row.object_type}-${row.object_id}`,
    columns: [
      { key: "object_name", label: "Name", className: "wide", show: (row) => outwardOr(row.object_name || `(no name, ${row.object_id})`, row.type && to.pardot(row.type, row.object_id)) },
      { key: "type", label: "Type", value: typeOf },
      { key: "object_id", label: "Id", end: true, className: "number" },
    ],
    filters: [{ key: "type", label: "Type", options: types.map((type) => [type, type]), test: (row, type) => typeOf(row) === type }],
  }).element;
}

function typeOf({ type, object_type }) {
  return TYPES[type]?.title ?? object_type ?? "Not named";
}
