/* Rows in memory: ten thousand of them are searched and sorted within a frame or two. */

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
const isMissing = (value) => value === null || value === undefined || value === "";

export class RowsInMemory {
  constructor(rows, columns, filters) {
    this.columns = columns;
    this.filters = filters;
    this.setRows(rows);
  }

  setRows(rows) {
    this.rows = rows;
    this.texts = null;
    this.last = null;
  }

  /** One page of what is asked for: { rows, total }. */
  page({ page, size, ...query }) {
    const found = this.all(query);
    return { rows: found.slice((page - 1) * size, page * size), total: found.length };
  }

  /** All of it, sorted; the last answer is kept, so that turning a page costs nothing. */
  all({ q, sort, filters }) {
    const asked = JSON.stringify([q, sort, filters]);
    if (this.last?.asked !== asked) this.last = { asked, rows: this.sorted(this.matching(q, filters), sort) };
    return this.last.rows;
  }

  matching(q, filters) {
    const tests = this.filters
      .filter(({ key }) => filters[key])
      .map(
        ({ key, test }) =>
          (row) =>
            test(row, filters[key]),
      );
    const words = q.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    if (words.length) this.texts ??= new Map(this.rows.map((row) => [row, this.textOf(row)]));
    return this.rows.filter(
      (row) => tests.every((test) => test(row)) && words.every((word) => this.texts.get(row).includes(word)),
    );
  }

  textOf(row) {
    const searched = this.columns.filter((column) => column.search !== false);
    return searched
      .map((column) => [column.value(row)].flat().join(" "))
      .join("\n")
      .toLocaleLowerCase();
  }

  sorted(rows, sort) {
    const name = sort.replace(/^-/, "");
    const column = this.columns.find((one) => one.sort === name);
    if (!column) return rows;
    const direction = sort.startsWith("-") ? -1 : 1;
    const keyed = rows.map((row) => [column.value(row), row]);
    return keyed.sort(([a], [b]) => compare(a, b, direction)).map(([, row]) => row);
  }
}

/** Missing values come last, whichever way. */
function compare(a, b, direction) {
  if (isMissing(a) || isMissing(b)) return isMissing(a) - isMissing(b);
  if (typeof a === "number" && typeof b === "number") return direction * (a - b);
  return direction * collator.compare(String(a), String(b));
}
