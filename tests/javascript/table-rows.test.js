import assert from "node:assert/strict";
import { test } from "node:test";
import { RowsInMemory } from "../../static/js/ui/table-rows.js";

/** @typedef {{ id: number, name: string | null, score: number | null, tags: string[] }} Row */

/** @type {Row[]} */
const ROWS = [
  { id: 1, name: "Webinar 10", score: 3, tags: ["spring"] },
  { id: 2, name: "webinar 9", score: null, tags: ["fall", "north"] },
  { id: 3, name: "Übung", score: 20, tags: [] },
  { id: 4, name: null, score: -1, tags: ["North"] },
  { id: 5, name: "Apple", score: 3, tags: [] },
];

/** @type {(key: keyof Row, search?: boolean) => FullColumn<Row>} */
const column = (key, search) => ({
  key,
  label: key,
  sort: key,
  search,
  value: (row) => row[key],
  show: (row) => String(row[key]),
  csv: (row) => row[key],
});

const memory = () =>
  new RowsInMemory(
    ROWS,
    [column("id", false), column("name"), column("score"), column("tags")],
    [
      {
        key: "scored",
        label: "Scored",
        options: [["yes", "Yes"]],
        test: (row, value) => (row.score !== null) === (value === "yes"),
      },
    ],
  );

/** @type {(query: { q?: string, sort?: string, filters?: Record<string, string> }) => number[]} */
const ids = ({ q = "", sort = "", filters = {} }) =>
  memory()
    .all({ q, sort, filters })
    .map(({ id }) => id);

test("names are sorted without regard to case and accents, and numbers in them as numbers", () => {
  assert.deepEqual(ids({ sort: "name" }), [5, 3, 2, 1, 4]);
});

test("missing values come last in either direction", () => {
  assert.deepEqual(ids({ sort: "-name" }).at(-1), 4);
  assert.deepEqual(ids({ sort: "score" }).at(-1), 2);
  assert.deepEqual(ids({ sort: "-score" }).at(-1), 2);
});

test("equal rows keep their order, and so do all rows when the column does not exist", () => {
  assert.deepEqual(ids({ sort: "score" }), [4, 1, 5, 3, 2]);
  assert.deepEqual(ids({ sort: "-score" }), [3, 1, 5, 4, 2]);
  assert.deepEqual(ids({ sort: "color" }), [1, 2, 3, 4, 5]);
});

test("a search requires all its words, in any searched column, ignoring case", () => {
  assert.deepEqual(ids({ q: "NORTH" }), [2, 4]);
  assert.deepEqual(ids({ q: "  north   web " }), [2]);
  assert.deepEqual(ids({ q: "übung" }), [3]);
  assert.deepEqual(ids({ q: "UBUNG" }), [3], "without its accent");
  assert.deepEqual(ids({ q: "inar 10" }), [1], "a match inside a word, because no word begins with “inar”");
  assert.deepEqual(ids({ q: "5" }), [], "the id is not searched");
  assert.deepEqual(ids({ q: "nowhere" }), []);
});

test("a search looks inside words only when the beginnings of words give no match", () => {
  const rows = ["Organic Chemistry", "Chemistry of morgan", "Øyvind's straße"].map((name, id) => ({
    ...ROWS[0],
    id,
    name,
  }));
  const search = (/** @type {string} */ q) => {
    const all = new RowsInMemory(rows, [column("name")], []);
    return all.all({ q, sort: "", filters: {} }).map(({ id }) => id);
  };
  assert.deepEqual(search("org chem"), [0]);
  assert.deepEqual(search("chem"), [0, 1]);
  assert.deepEqual(search("gan chem"), [0, 1]);
  assert.deepEqual(search("oyvind strasse"), [2]);
  for (const sign of "()[]{}*+?.^$|\\/-&%_~#,") assert.deepEqual(search(`${sign}chem`), [], sign);
});

test("a search without matches suggests words of the rows that match the filters", () => {
  const page = (/** @type {string} */ q, filters = {}) =>
    memory().page({ q, sort: "", filters, page: 1, size: 5 }).didYouMean;
  assert.equal(page("weibnar"), "webinar");
  assert.equal(page("webbinar norht"), "webinar north");
  assert.equal(page("aple"), "apple");
  assert.equal(page("ubumg"), "ubung");
  assert.equal(page("webinar apple"), null, "each word is known, but no row has both");
  assert.equal(page("ubumg", { scored: "no" }), null);
  assert.equal(page("xy"), null);
});

test("a filter applies only when it is chosen", () => {
  assert.deepEqual(ids({ filters: { scored: "yes" } }), [1, 3, 4, 5]);
  assert.deepEqual(ids({ filters: { scored: "no" } }), [2]);
  assert.deepEqual(ids({ filters: { scored: "" } }), [1, 2, 3, 4, 5]);
  assert.deepEqual(ids({ filters: { scored: "yes" }, q: "web", sort: "-id" }), [1]);
});

test("a page contains some of the rows, and the total number", () => {
  const page = memory().page({ q: "", sort: "-id", filters: {}, page: 2, size: 2 });
  assert.deepEqual(page, { rows: [ROWS[2], ROWS[1]], total: 5, didYouMean: null });
  assert.deepEqual(memory().page({ q: "", sort: "", filters: {}, page: 9, size: 2 }).rows, []);
});

test("after the rows are replaced, a search finds only the new rows", () => {
  const rows = memory();
  assert.equal(rows.all({ q: "apple", sort: "", filters: {} }).length, 1);
  rows.setRows([{ id: 6, name: "Pear", score: null, tags: [] }]);
  assert.deepEqual(rows.all({ q: "apple", sort: "", filters: {} }), []);
  assert.equal(rows.all({ q: "pear", sort: "", filters: {} }).length, 1);
});
