/* The parts of a table: the controls, the head, the rows, the pager. */

import { freshId, h, hiddenText, icon, replace } from "../core/dom.js";
import { MISSING, number } from "../core/format.js";
import { about } from "./about.js";

const TYPING = 180;

// -- controls ------------------------------------------------------------------------------------------------

/**
 * Return { element, exportButton, show(query), showOpened(areAllOpen), focus() }.
 *
 * @template Row
 * @param {TableParts<Row>} table
 */
export function makeTools(table) {
  const { options } = table;
  const search = options.search ? searchField(options.search, (text) => table.search(text)) : null;
  const selects = options.filters.map((filter) => filterField(filter, (value) => table.filter(filter.key, value)));
  const exportButton = h(
    "button",
    { type: "button", class: "button compact", on: { click: () => table.export() } },
    icon("download"),
    "CSV",
  );
  exportButton.setAttribute("aria-label", `Export as CSV: ${options.caption}`);
  const openAll = options.detail && openAllButton(table);
  const element = h("div", { class: "table-tools" });
  const filterButton = makeFilterButton(element, selects.length);
  replace(
    element,
    search?.element,
    filterButton.element,
    selects.map((one) => one.element),
    options.tools,
    h("span", { class: "push row" }, openAll, table.chooser.element, exportButton),
  );
  return {
    element,
    exportButton,
    focus: () => (search ? search.input : exportButton).focus(),
    /** @param {TableQuery} query */
    show({ q, filters }) {
      search?.show(q);
      for (const { filter, select, fill } of selects) {
        if (typeof filter.options === "function") fill();
        select.value = filters[filter.key] ?? "";
      }
      filterButton.show(selects.filter(({ filter, select }) => select.value !== (filter.initial ?? "")).length);
    },
    /** @param {boolean} areAllOpen */
    showOpened: (areAllOpen) => openAll?.setAttribute("aria-pressed", String(areAllOpen)),
  };
}

/**
 * @param {string} label
 * @param {(text: string) => void} search
 */
function searchField(label, search) {
  const input = h("input", {
    type: "search",
    placeholder: label,
    "aria-label": label,
    autocomplete: "off",
    spellcheck: "false",
  });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const send = () => {
    clearTimeout(timer);
    timer = undefined;
    search(input.value.trim());
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(send, TYPING);
  });
  // Apply the typed search before a click that follows.
  input.addEventListener("change", () => timer && send());
  /** @param {string} q */
  const show = (q) => {
    // Do not overwrite a text that is being typed, and do not remove a space at its end.
    if (!timer && input.value.trim() !== q) input.value = q;
  };
  return { input, show, element: h("div", { class: "search-field" }, icon("search"), input) };
}

/**
 * @template Row
 * @param {Filter<Row>} filter
 * @param {(value: string) => void} choose
 */
function filterField(filter, choose) {
  const id = freshId("filter");
  const all = filter.initial ? [] : [["", filter.all ?? "All"]];
  const select = h("select", { id, on: { change: (event) => choose(event.currentTarget.value) } });
  const fill = () => {
    const options = typeof filter.options === "function" ? filter.options() : filter.options;
    replace(
      select,
      [...all, ...options].map(([value, label]) => h("option", { value }, label)),
    );
  };
  fill();
  return { filter, select, fill, element: h("div", { class: "field" }, h("label", { for: id }, filter.label), select) };
}

/**
 * Return { element, show(set) }: a button for phones that shows and hides the filters (css/table.css).
 * Its label has the number of active filters. With fewer than two filters there is no button: element is null.
 *
 * @param {HTMLElement} tools
 * @param {number} count
 */
function makeFilterButton(tools, count) {
  if (count < 2) return { element: null, show() {} };
  const words = h("span", {}, "Filters");
  const element = h("button", { type: "button", class: "button filter-button", "aria-expanded": "false" }, words);
  element.addEventListener("click", () => {
    const isOpen = tools.classList.toggle("filters-open");
    element.setAttribute("aria-expanded", String(isOpen));
  });
  tools.classList.add("folds");
  return {
    element,
    /** @param {number} set */
    show(set) {
      words.textContent = set ? `Filters (${set})` : "Filters";
    },
  };
}

/** @param {{ areAllOpen(): boolean, openAll(opened: boolean): void }} table */
function openAllButton(table) {
  const button = h("button", { type: "button", class: "button compact", "aria-pressed": "false" }, "Expand all");
  button.addEventListener("click", () => table.openAll(!table.areAllOpen()));
  return button;
}

// -- head ----------------------------------------------------------------------------------------------------

/**
 * Return { element, show(sort) }.
 *
 * @template Row
 * @param {TableParts<Row>} table
 * @param {(column: FullColumn<Row>) => void} sortBy
 */
export function makeHead(table, sortBy) {
  const { columns, options, selection } = table;
  const cells = columns.map((column) => ({ column, ...headCell(column, sortBy) }));
  const first = options.detail && h("th", { scope: "col", class: "tight expand" }, hiddenText("Details"));
  const element = h(
    "thead",
    {},
    h(
      "tr",
      {},
      selection?.headCell,
      first,
      cells.map((cell) => cell.element),
    ),
  );
  return {
    element,
    /** @param {string} sort */
    show(sort) {
      for (const cell of cells) {
        markSorted(cell, sort);
        cell.element.hidden = table.hidden.has(cell.column.key);
      }
    },
  };
}

/**
 * @template Row
 * @param {FullColumn<Row>} column
 * @param {(column: FullColumn<Row>) => void} sortBy
 */
function headCell(column, sortBy) {
  const element = h("th", { scope: "col", class: classes(column) });
  const definition = column.about ? about(column.label, column.about) : "";
  if (!column.sort) {
    element.append(column.label, definition);
    return { element };
  }
  const sign = icon("up");
  element.append(
    h("button", { type: "button", class: "sort-button", on: { click: () => sortBy(column) } }, column.label, sign),
    definition,
  );
  return { element, sign };
}

/**
 * @template Row
 * @param {{ column: FullColumn<Row>, element: HTMLElement, sign?: Element }} cell
 * @param {string} sort
 */
function markSorted({ column, element, sign }, sort) {
  if (!column.sort) return;
  const sorted = sort.replace(/^-/, "") === column.sort;
  const down = sort.startsWith("-");
  if (sorted) element.setAttribute("aria-sort", down ? "descending" : "ascending");
  else element.removeAttribute("aria-sort");
  sign?.firstElementChild?.setAttribute("href", down ? "#i-down" : "#i-up");
}

// -- rows ----------------------------------------------------------------------------------------------------

/**
 * @template Row
 * @param {TableParts<Row>} table
 * @param {readonly Row[]} rows
 */
export function makeRows(table, rows) {
  table.selection?.begin();
  return rows.map((row) => rowOf(table, row));
}

/**
 * @template Row
 * @param {TableParts<Row>} table
 * @param {Row} row
 */
function rowOf(table, row) {
  const { columns, options } = table;
  const cells = columns.map((column, index) => cellOf(column, row, index === 0, table.hidden.has(column.key)));
  const pick = table.selection?.cell(row);
  if (!options.detail) return h("tr", {}, pick, cells);
  const id = options.rowId(row);
  const detail = detailOf(table, options.detail, row);
  detail.open(table.open.has(id));
  const button = expandButton(columns[0].value(row), detail, (opened) => table.remember(id, opened));
  return [h("tr", {}, pick, h("td", { class: "tight expand" }, button), cells), detail.element];
}

/**
 * @template Row
 * @param {FullColumn<Row>} column
 * @param {Row} row
 * @param {boolean} isFirst
 * @param {boolean} hidden
 */
function cellOf(column, row, isFirst, hidden) {
  const shown = column.show(row);
  const nothing = shown === null || shown === undefined || shown === "";
  const name = isFirst ? "th" : "td";
  const attributes = { class: classes(column, nothing && "nothing"), scope: isFirst && "row", hidden };
  return h(name, attributes, nothing ? MISSING : shown);
}

/**
 * @param {Cell} name
 * @param {{ element: HTMLElement, open(opened: boolean): void }} detail
 * @param {(opened: boolean) => void} remember
 */
function expandButton(name, detail, remember) {
  const button = h(
    "button",
    { type: "button", class: "icon-button expand-button", "aria-controls": detail.element.id },
    icon("expand"),
    hiddenText(`Details of ${name ?? "this row"}`),
  );
  button.setAttribute("aria-expanded", String(!detail.element.hidden));
  button.addEventListener("click", () => {
    const opened = detail.element.hidden;
    detail.open(opened);
    button.setAttribute("aria-expanded", String(opened));
    remember(opened);
  });
  return button;
}

/**
 * Return { element, open(opened) } of the detail row. Its content is created when the row is first opened.
 *
 * @template Row
 * @param {TableParts<Row>} table
 * @param {(row: Row) => Node} make
 * @param {Row} row
 */
function detailOf(table, make, row) {
  const cell = h("td", { class: "detail", colspan: table.columns.length + (table.selection ? 2 : 1) });
  const element = h("tr", { id: freshId("detail"), hidden: true }, cell);
  return {
    element,
    /** @param {boolean} opened */
    open(opened) {
      if (opened && !cell.hasChildNodes()) cell.append(make(row));
      element.hidden = !opened;
    },
  };
}

/**
 * @template Row
 * @param {FullColumn<Row>} column
 * @param {string | false} [more]
 */
function classes(column, more = "") {
  return [column.end && "end", column.className, more].filter(Boolean).join(" ") || null;
}

// -- pager ---------------------------------------------------------------------------------------------------

/**
 * Return { element, show({ page, pages, size, total, shown }) }.
 *
 * @param {readonly number[]} sizes
 * @param {(change: { page?: number, size?: string }) => void} turn
 */
export function makePager(sizes, turn) {
  let now = { page: 1, pages: 1 };
  /** @param {number} step */
  const go = (step) => now.page + step >= 1 && now.page + step <= now.pages && turn({ page: now.page + step });
  const back = pageButton("left", "Previous page", () => go(-1));
  const on = pageButton("right", "Next page", () => go(1));
  const where = h("span", { class: "number" });
  const size = h(
    "select",
    { on: { change: (event) => turn({ size: event.currentTarget.value }) } },
    sizes.map((one) => h("option", { value: one }, String(one))),
  );
  const element = h(
    "div",
    { class: "pager", role: "group", "aria-label": "Pages", hidden: true },
    back,
    where,
    on,
    h("label", { class: "push" }, "Rows a page", size),
  );
  return {
    element,
    /** @param {{ page: number, pages: number, size: number, total: number, shown: number }} query */
    show(query) {
      now = query;
      const first = (query.page - 1) * query.size + 1;
      where.textContent = `${number(first)}–${number(first + query.shown - 1)} of ${number(query.total)}`;
      back.setAttribute("aria-disabled", String(query.page <= 1));
      on.setAttribute("aria-disabled", String(query.page >= query.pages));
      size.value = String(query.size);
      element.hidden = query.total <= sizes[0];
    },
  };
}

/**
 * @param {string} sign
 * @param {string} label
 * @param {() => unknown} click
 */
function pageButton(sign, label, click) {
  return h(
    "button",
    { type: "button", class: "icon-button", title: label, on: { click } },
    icon(sign),
    hiddenText(label),
  );
}
