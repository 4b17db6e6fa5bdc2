/* Tables that sort, filter, search, page and export. The rows are in memory, or come from an endpoint with pages. */

import { ApiError, isAbort, messageOf } from "../core/api.js";
import { announce } from "../core/announce.js";
import { onBack } from "../core/outage.js";
import { closest, focusOn, h, isForBrowser, replace } from "../core/dom.js";
import { disabledDuring } from "../core/focus.js";
import { released } from "../core/pressed.js";
import { onPrint } from "../core/printing.js";
import { number, plural } from "../core/format.js";
import { columnChooser } from "./columns.js";
import { csvText, download, fileName } from "./csv.js";
import { empty, failed, nothingFound, waiting } from "./states.js";
import { Selection } from "./selection.js";
import { showRows } from "./show-rows.js";
import { RowsInMemory } from "./table-rows.js";
import { localState, routeState } from "./table-state.js";
import { makeHead, makePager, makeRows, makeTools } from "./table-view.js";
import { toast } from "./toast.js";

const SIZES = [25, 50, 100];
const EXPORT_PAGE = 500;

/**
 * Make a table. Return { element, reload(), setRows(rows) }.
 *
 * - key: the prefix of the table's parameters in the address: "forms" → forms.q, forms.sort, forms.<key of a filter>, ….
 *   Without a key, the search, filters, order and page are not in the address.
 * - caption: the name of the rows.
 * - noun: the word for one row ("form"), for counts.
 * - columns: [{ key, label, value(row), show(row) → node or text, csv(row), sort: boolean | "name at the endpoint",
 *   first: "desc", end: true (numbers), className, search: false }]. value defaults to row[key].
 * - rows: an array. Instead of rows: source({ q, sort, page, size, filters, signal }) → { rows, total }.
 * - filters: [{ key, label, options: [[value, label]], test(row, value), initial }]. Only tables with `rows` call test.
 *   `initial` is the value until the user chooses another one. A filter with `initial` has no option "All". `options`
 *   may be a function, for options that depend on the rows.
 * - search: the label of the search field, or false.
 * - sort: the default order ("-score").
 * - detail(row) → node: the content that opens below the row.
 * - rowId(row): the id of a row, by default row.id.
 * - bulk: { actions: [{ label, sign, run(selected) }] }: checkboxes before rows, and a bar with these actions.
 * - nothing: the sentence for a table without rows.
 * - exportAs: the beginning of the CSV file's name.
 * - alsoInCsv: columns that only the CSV file has.
 * - tools: more controls.
 *
 * @template Row
 * @param {TableOptions<Row>} options
 * @returns {Table<Row>}
 */
export function table(options) {
  return new Table({ search: "Search", filters: [], noun: "row", sort: "", rowId: idOf, alsoInCsv: [], ...options });
}

/** @template Row */
class Table {
  /** @param {SetOptions<Row>} options */
  constructor(options) {
    this.options = options;
    this.columns = options.columns.map(withDefaults);
    this.lifetime = new AbortController();
    this.state = options.key ? routeState(options.key, this.lifetime.signal) : localState();
    this.source = options.source ?? noSource;
    this.memory = options.source ? null : new RowsInMemory(options.rows ?? [], this.columns, options.filters);
    /** @type {Set<string | number>} */
    this.open = new Set();
    /** @type {Row[]} */
    this.rows = [];
    this.wasSeen = false;
    this.isWhole = false;
    this.isPrinted = false;
    /** @type {AbortController | undefined} */
    this.current = undefined;
    this.element = h("div", { class: "table-block", data: { table: options.key ?? "" } });
    this.chooser = columnChooser(this, () => this.chooseColumns());
    this.hidden = this.chooser.hidden();
    /** @type {ReturnType<typeof makeTools>} */
    this.tools = makeTools(this);
    /** @type {Selection<Row> | null} */
    this.selection = isSelectable(this) ? new Selection(this) : null;
    this.head = makeHead(this, (column) => this.sortBy(column));
    this.body = h("tbody", { on: { keydown: moveAmongRows } });
    this.count = h("span", { class: "table-count" });
    this.scroll = this.makeScroll();
    this.message = h("div", { hidden: true });
    this.pager = makePager(SIZES, (change) => this.turn(change));
    this.element.prepend(this.tools.element, this.scroll, this.message, this.pager.element);
    this.showRows = options.key ? showRows(options.key, this.element, this.lifetime.signal) : () => {};
    this.state.onChange(() => this.isConcerned() && this.draw());
    onPrint({ show: () => this.showAll(), restore: () => this.showPage(), signal: this.lifetime.signal });
    this.ready = this.draw({ quiet: true });
  }

  /** @param {readonly Row[]} rows */
  setRows(rows) {
    this.memory?.setRows(rows);
    return this.draw();
  }

  reload() {
    return this.draw();
  }

  // -- query -----------------------------------------------------------------------------------------

  /** @returns {TableQuery} */
  query() {
    const { options, state } = this;
    const filters = Object.fromEntries(
      options.filters.map(({ key, initial }) => [key, state.get(key) || initial]).filter(([, value]) => value),
    );
    const page = Math.max(1, Number.parseInt(state.get("page"), 10) || 1);
    const size = SIZES.find((one) => String(one) === state.get("size")) ?? options.size ?? SIZES[1];
    return { q: state.get("q"), sort: state.get("sort") || options.sort, page, size, filters };
  }

  /**
   * @param {TableQuery & { signal?: AbortSignal }} query
   * @returns {Promise<Found<Row>>}
   */
  fetch(query) {
    return this.memory ? Promise.resolve(this.memory.page(query)) : this.source(query);
  }

  /** Return whether the table is visible, and its query has changed since it was last drawn. */
  isConcerned() {
    // A panel that reloads replaces its tables, so the old tables must stop listening.
    if (this.wasSeen && !this.element.isConnected) this.lifetime.abort();
    if (this.lifetime.signal.aborted || this.element.closest("[hidden]")) return false;
    return JSON.stringify(this.query()) !== this.queryShown;
  }

  // -- content ----------------------------------------------------------------------------------------

  makeScroll() {
    const caption = h("caption", {}, this.options.caption, " ", this.count);
    const grid = h("table", { class: "table" }, caption, this.head.element, this.body);
    const region = { role: "region", "aria-label": this.options.caption, tabindex: "0" };
    const scroll = h("div", { class: "table-scroll sideways", ...region }, grid);
    // Only a table without horizontal scrolling can keep its head in view (css/table.css).
    const look = () => scroll.classList.toggle("fits", grid.offsetWidth <= scroll.clientWidth);
    const watcher = new ResizeObserver(() => requestAnimationFrame(look));
    watcher.observe(scroll);
    watcher.observe(grid);
    return scroll;
  }

  /** @param {{ quiet?: boolean }} [options] */
  async draw({ quiet = false } = {}) {
    const query = this.query();
    this.queryShown = JSON.stringify(query);
    this.current?.abort();
    this.current = new AbortController();
    const { signal } = this.current;
    this.tools.show(query);
    this.head.show(query.sort);
    if (!this.memory) this.scroll.setAttribute("aria-busy", "true");
    try {
      const page = await this.fetch({ ...query, signal });
      await released();
      if (!signal.aborted) this.show(page, query, quiet);
    } catch (error) {
      await released();
      if (signal.aborted || isAbort(error)) return;
      const isOutage = error instanceof ApiError && error.isOutage;
      if (isOutage) onBack(() => this.draw(), signal);
      this.say(isOutage ? waiting() : failed(error, () => this.retry()));
    } finally {
      if (!signal.aborted) {
        this.scroll.removeAttribute("aria-busy");
        this.showRows();
      }
    }
  }

  /** Load the rows again. The pressed button is removed, so focus the rows, or the new button after another failure. */
  async retry() {
    await this.draw();
    focusOn(this.message.hidden ? this.scroll : this.message.querySelector("button"));
  }

  /**
   * @param {Found<Row>} answer
   * @param {TableQuery} query
   * @param {boolean} quiet
   */
  show({ rows, total, didYouMean }, query, quiet) {
    this.wasSeen ||= this.element.isConnected;
    const pages = Math.max(1, Math.ceil(total / query.size));
    if (query.page > pages && this.element.closest("[hidden]")) {
      // The address is that of another tab now. Draw again when this tab is shown.
      this.queryShown = "";
      return undefined;
    }
    if (query.page > pages) return this.state.set({ page: pages === 1 ? "" : pages }, { replace: true });
    const isNarrowed = Boolean(query.q) || this.isFiltered(query);
    this.rows = rows;
    this.count.textContent = `(${plural(total, this.options.noun)}${isNarrowed ? " found" : ""})`;
    if (total === 0) this.say(this.nothing(query, didYouMean));
    else this.say(null);
    replace(this.body, makeRows(this, rows));
    this.tools.showOpened(this.areAllOpen());
    this.selection?.show(query, total);
    this.pager.show({ ...query, pages, total, shown: rows.length });
    if (!quiet)
      announce(
        total
          ? `${plural(total, this.options.noun)}, page ${number(query.page)} of ${number(pages)}.`
          : "Nothing found.",
      );
    return undefined;
  }

  /** @param {TableQuery} query */
  isFiltered({ filters }) {
    return this.options.filters.some(({ key, initial }) => filters[key] !== initial);
  }

  /**
   * @param {TableQuery} query
   * @param {Maybe<string>} [didYouMean]
   */
  nothing(query, didYouMean) {
    const many = `${this.options.noun}s`;
    const isFiltered = this.isFiltered(query);
    if (!query.q && !isFiltered) return empty(this.options.nothing ?? `There are no ${many}.`);
    return nothingFound({
      sentence: [
        `No ${many} match`,
        query.q && `“${query.q}”`,
        isFiltered && (query.q ? "with these filters" : "these filters"),
      ],
      didYouMean,
      search: (text) => this.search(text),
      clearSearch: query.q ? () => this.clear(["q"]) : null,
      clearFilters: isFiltered ? () => this.clear(this.options.filters.map(({ key }) => key)) : null,
    });
  }

  /**
   * Show the node in place of the rows; null shows the rows.
   *
   * @param {Node | null} node
   */
  say(node) {
    this.message.hidden = node === null;
    this.scroll.hidden = node !== null;
    this.pager.element.hidden = node !== null;
    replace(this.message, node);
    if (node) replace(this.body);
  }

  /**
   * Show all matching rows, for printing. Rows in memory appear immediately. Rows of an endpoint may arrive after
   * printing, because the browser's own menu does not wait; they are not shown then.
   */
  showAll() {
    if (!this.element.checkVisibility() || this.message.hidden === false) return undefined;
    this.isPrinted = true;
    if (this.memory) return this.put(this.memory.all(this.query()));
    return this.isWhole ? undefined : this.everyPage().then((rows) => this.isPrinted && this.put(rows));
  }

  showPage() {
    this.isPrinted = false;
    if (!this.isWhole) return;
    this.isWhole = false;
    replace(this.body, makeRows(this, this.rows));
  }

  /** @param {readonly Row[]} rows */
  put(rows) {
    this.isWhole = true;
    replace(this.body, makeRows(this, rows));
  }

  // -- actions of the user ----------------------------------------------------------------------------

  /** @param {string} text */
  search(text) {
    this.state.set({ q: text, page: "" }, { replace: true });
  }

  /**
   * @param {string} key
   * @param {string} value
   */
  filter(key, value) {
    const initial = this.options.filters.find((filter) => filter.key === key)?.initial;
    this.state.set({ [key]: value === initial ? "" : value, page: "" });
  }

  /** @param {readonly string[]} names */
  clear(names) {
    this.state.set(Object.fromEntries([...names, "page"].map((name) => [name, ""])));
    this.tools.focus();
  }

  /** @param {FullColumn<Row>} column */
  sortBy(column) {
    const { sort } = this.query();
    const first = column.first === "desc" ? `-${column.sort}` : column.sort;
    const other = column.first === "desc" ? column.sort : `-${column.sort}`;
    this.state.set({ sort: sort === first ? other : first, page: "" });
  }

  /** @param {{ page?: number, size?: string }} change */
  turn({ page, size }) {
    this.state.set(size ? { size, page: "" } : { page: page === 1 ? "" : page });
    if (this.element.getBoundingClientRect().top < 0) this.element.scrollIntoView({ block: "start" });
  }

  chooseColumns() {
    this.hidden = this.chooser.hidden();
    this.head.show(this.query().sort);
    replace(this.body, makeRows(this, this.rows));
  }

  /** Return whether all rows of this page are open. */
  areAllOpen() {
    return this.rows.length > 0 && this.rows.every((row) => this.open.has(this.options.rowId(row)));
  }

  /**
   * @param {string | number} id of a row
   * @param {boolean} opened
   */
  remember(id, opened) {
    this.open[opened ? "add" : "delete"](id);
    this.tools.showOpened(this.areAllOpen());
  }

  /** @param {boolean} opened */
  openAll(opened) {
    for (const row of this.rows) this.remember(this.options.rowId(row), opened);
    replace(this.body, makeRows(this, this.rows));
    announce(opened ? "All rows of this page are open." : "All rows of this page are closed.");
  }

  async export() {
    try {
      this.exportRows(await disabledDuring(this.tools.exportButton, () => this.allRows()));
    } catch (error) {
      toast(messageOf(error), { kind: "bad" });
    }
  }

  /** @param {readonly Row[]} rows */
  exportRows(rows) {
    const columns = this.columns.flatMap(({ label, csv }) => (csv ? [{ label, csv }] : []));
    const name = fileName(this.options.exportAs ?? this.options.key ?? "table");
    download(name, csvText([...columns, ...this.options.alsoInCsv], rows));
    toast(`${plural(rows.length, this.options.noun)} exported as CSV.`);
  }

  /** Get all rows that match the search and the filters, from all pages. */
  async allRows() {
    return this.memory ? this.memory.all(this.query()) : this.everyPage();
  }

  async everyPage() {
    /** @type {Row[]} */
    const rows = [];
    const query = this.query();
    for (let page = 1; ; page += 1) {
      const answer = await this.source({ ...query, page, size: EXPORT_PAGE });
      rows.push(...answer.rows);
      if (answer.rows.length === 0 || rows.length >= answer.total) return rows;
    }
  }
}

/**
 * @template Row
 * @param {Column<Row>} column
 * @returns {FullColumn<Row>}
 */
function withDefaults(column) {
  const value = column.value ?? ((row) => /** @type {Record<string, Cell>} */ (row)[column.key]);
  const sort = column.sort === false ? null : typeof column.sort === "string" ? column.sort : column.key;
  const show = /** @type {(row: Row) => Child} */ (value);
  return { show, csv: value, ...column, value, sort };
}

/**
 * @template Row
 * @param {Table<Row>} table
 * @returns {table is Table<Row> & SelectableTable<Row>}
 */
function isSelectable(table) {
  return table.options.bulk !== undefined;
}

/**
 * Move the focus up or down in a column of links, buttons or checkboxes.
 *
 * @param {KeyboardEvent} event
 */
function moveAmongRows(event) {
  const sibling = event.key === "ArrowDown" ? "nextElementSibling" : "previousElementSibling";
  const cell = closest(event, "th, td");
  const isStep = (event.key === "ArrowDown" || event.key === "ArrowUp") && !isForBrowser(event);
  if (!isStep || !(cell instanceof HTMLTableCellElement) || !closest(event, "a, button, input")) return;
  for (let row = cell.parentElement?.[sibling]; row instanceof HTMLTableRowElement; row = row[sibling]) {
    const target = row.cells[cell.cellIndex]?.querySelector(":scope:not(.detail) :is(a, button, input)");
    if (target) {
      event.preventDefault();
      focusOn(target);
      return;
    }
  }
}

/** @param {unknown} row */
function idOf(row) {
  return /** @type {{ id: string | number }} */ (row).id;
}

/** Rows in memory need no request. */
async function noSource() {
  return { rows: [], total: 0 };
}
