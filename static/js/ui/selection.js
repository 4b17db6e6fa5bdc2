/* The selected rows of a table, on all its pages, and the bar with the actions for them. */

import { messageOf } from "../core/api.js";
import { announce } from "../core/announce.js";
import { focusOn, h, hiddenText, icon, replace } from "../core/dom.js";
import { number, plural } from "../core/format.js";
import { button } from "./parts.js";
import { toast } from "./toast.js";

/**
 * Rows stay selected when the page or order changes, but not when the search or a filter changes.
 *
 * @template Row
 */
export class Selection {
  /** @param {SelectableTable<Row>} table */
  constructor(table) {
    this.table = table;
    /** @type {Map<string | number, Row>} */
    this.chosen = new Map();
    this.isAll = false;
    this.total = 0;
    this.query = "";
    this.last = -1;
    /** @type {{ row: Row, box: HTMLInputElement }[]} */
    this.shown = [];
    this.count = h("strong", {});
    this.more = button("", () => this.chooseAll(), { kind: "quiet compact" });
    this.headBox = checkbox("Select all rows of this page", () => this.choosePage(this.headBox.checked));
    this.headCell = h("th", { scope: "col", class: "tight pick" }, this.headBox);
    this.bar = this.makeBar();
    table.element.append(this.bar);
    table.element.addEventListener("keydown", (event) => this.escape(event));
  }

  // -- elements ---------------------------------------------------------------------------------------

  makeBar() {
    const { bulk, caption } = this.table.options;
    const actions = bulk.actions.map(({ label, sign, run }) =>
      button(label, () => orSay(() => run(this.selected())), { kind: "compact", sign }),
    );
    const csv = button("CSV", () => orSay(async () => this.table.exportRows(await this.rows())), {
      kind: "compact",
      sign: "download",
      title: "Export the selected rows as CSV",
    });
    const clear = h(
      "button",
      { type: "button", class: "icon-button", title: "Clear the selection", on: { click: () => this.clear() } },
      icon("close"),
      hiddenText("Clear the selection"),
    );
    return h(
      "div",
      { class: "bulk-bar", role: "region", "aria-label": `Selected: ${caption}`, hidden: true },
      h("p", { class: "bulk-count" }, this.count, this.more),
      h("div", { class: "bulk-actions" }, actions, csv),
      clear,
    );
  }

  /**
   * Return the cell with the checkbox, which the table puts at the beginning of the row.
   *
   * @param {Row} row
   */
  cell(row) {
    const index = this.shown.length;
    const name = String(this.table.columns[0].value(row) ?? "this row");
    const box = checkbox(`Select ${name}`, (event) => this.choose(index, event.shiftKey));
    box.checked = this.has(row);
    this.shown.push({ row, box });
    return h("td", { class: "tight pick" }, box);
  }

  /** Call this before the rows are redrawn. */
  begin() {
    this.shown = [];
    this.last = -1;
  }

  /**
   * Call this after newly loaded rows were drawn.
   *
   * @param {TableQuery} query
   * @param {number} total
   */
  show({ q, filters }, total) {
    const query = JSON.stringify([q, filters]);
    if (query !== this.query) this.forget();
    if (this.isAll && total !== this.total) this.forget();
    this.query = query;
    this.total = total;
    for (const one of this.shown) if (this.chosen.has(this.idOf(one.row))) this.chosen.set(this.idOf(one.row), one.row);
    this.draw();
  }

  draw() {
    for (const { row, box } of this.shown) box.checked = this.has(row);
    const ticked = this.shown.filter(({ box }) => box.checked).length;
    this.headBox.checked = ticked > 0 && ticked === this.shown.length;
    this.headBox.indeterminate = ticked > 0 && ticked < this.shown.length;
    this.headBox.disabled = this.shown.length === 0;
    this.bar.hidden = this.size === 0;
    replace(this.count, `${number(this.size)} selected`);
    this.more.hidden = this.isAll || this.size >= this.total;
    replace(this.more, `Select all ${plural(this.total, this.table.options.noun)}`);
  }

  // -- selected rows ----------------------------------------------------------------------------------

  /** @param {Row} row */
  idOf(row) {
    return this.table.options.rowId(row);
  }

  /** @param {Row} row */
  has(row) {
    return this.isAll || this.chosen.has(this.idOf(row));
  }

  get size() {
    return this.isAll ? this.total : this.chosen.size;
  }

  /** @returns {Promise<readonly Row[]>} */
  async rows() {
    return this.isAll ? this.table.allRows() : [...this.chosen.values()];
  }

  /** @returns {Selected<Row>} */
  selected() {
    return {
      size: this.size,
      isAll: this.isAll,
      known: [...this.chosen.values()],
      filters: this.table.query().filters,
      q: this.table.query().q,
      rows: () => this.rows(),
      clear: () => this.clear(),
    };
  }

  // -- actions of the user ----------------------------------------------------------------------------

  /**
   * Select or clear one row; with Shift, also the rows between it and the row clicked before.
   *
   * @param {number} index
   * @param {boolean} isRange
   */
  choose(index, isRange) {
    const { checked } = this.shown[index].box;
    const from = isRange && this.last >= 0 ? this.last : index;
    this.leaveAll();
    for (const { row } of this.shown.slice(Math.min(from, index), Math.max(from, index) + 1)) this.put(row, checked);
    this.last = index;
    this.tell();
  }

  /** @param {boolean} checked */
  choosePage(checked) {
    if (!checked && this.isAll) return this.clear();
    for (const { row } of this.shown) this.put(row, checked);
    return this.tell();
  }

  chooseAll() {
    this.isAll = true;
    this.tell();
    // Move the focus, because the pressed button is now hidden.
    focusOn(this.bar.querySelector(".bulk-actions button"));
  }

  /** End “Select all”. The rows of this page, and the rows selected before “Select all”, stay selected. */
  leaveAll() {
    if (!this.isAll) return;
    this.isAll = false;
    for (const { row } of this.shown) this.put(row, true);
  }

  /**
   * @param {Row} row
   * @param {boolean} checked
   */
  put(row, checked) {
    if (checked) this.chosen.set(this.idOf(row), row);
    else this.chosen.delete(this.idOf(row));
  }

  tell() {
    this.draw();
    announce(this.size ? `${number(this.size)} selected.` : "Nothing is selected.");
  }

  forget() {
    this.chosen.clear();
    this.isAll = false;
  }

  clear() {
    const wasInBar = this.bar.contains(document.activeElement);
    this.forget();
    this.tell();
    if (wasInBar || document.activeElement === document.body) this.headBox.focus({ preventScroll: true });
  }

  /** @param {KeyboardEvent} event */
  escape(event) {
    const isOurs = event.target instanceof Element && event.target.closest(".pick, .bulk-bar");
    if (event.key !== "Escape" || !isOurs || this.size === 0) return;
    event.preventDefault();
    this.clear();
  }
}

/**
 * Run an action. When it fails, show the error: loading all selected rows may fail.
 *
 * @param {() => unknown} run
 */
async function orSay(run) {
  try {
    await run();
  } catch (error) {
    toast(messageOf(error), { kind: "bad" });
  }
}

/**
 * @param {string} label
 * @param {(event: MouseEvent) => unknown} click
 */
function checkbox(label, click) {
  return h("input", { type: "checkbox", "aria-label": label, on: { click } });
}
