import assert from "node:assert/strict";
import { test } from "node:test";
import { csvText } from "../../static/js/ui/csv.js";

/** @type {(value: Cell) => string} */
const cellOf = (value) =>
  csvText([{ label: "A", csv: () => value }], [{}])
    .split("\r\n")
    .slice(1, -1)
    .join("\r\n");

test("the CSV of a table begins with the labels", () => {
  const columns = [
    { label: "Name", csv: (/** @type {{ name: string }} */ row) => row.name },
    { label: "Length", csv: (/** @type {{ name: string }} */ row) => row.name.length },
  ];
  assert.equal(csvText(columns, [{ name: "north" }, { name: "" }]), "Name,Length\r\nnorth,5\r\n,0\r\n");
  assert.equal(csvText(columns, []), "Name,Length\r\n");
});

test("a cell with a comma, a quote or a line break is quoted", () => {
  assert.equal(cellOf("a,b"), '"a,b"');
  assert.equal(cellOf('say "hi"'), '"say ""hi"""');
  assert.equal(cellOf("two\nlines"), '"two\nlines"');
  assert.equal(cellOf("plain"), "plain");
});

test("text that a spreadsheet would run as a formula is escaped", () => {
  for (const start of ["=", "+", "-", "@", "\t"]) assert.equal(cellOf(`${start}1+1`), `'${start}1+1`);
  assert.equal(cellOf('=HYPERLINK("x")'), `"'=HYPERLINK(""x"")"`);
  assert.equal(cellOf("\r=1"), `"'\r=1"`);
  assert.equal(cellOf("\n=1"), `"'\n=1"`);
  for (const wide of ["＝", "＋", "－", "＠"]) assert.equal(cellOf(`${wide}1+1`), `'${wide}1+1`);
  assert.equal(cellOf(["=1+1", "b"]), `"'=1+1,b"`);
});

test("a timestamp is written as a day, and text that begins with a timestamp is not changed", () => {
  assert.equal(/^2026-11-2[123]$/.test(cellOf("2026-11-22T12:00:00.123Z")), true);
  assert.equal(/^2026-11-2[123]$/.test(cellOf("2026-11-22T12:00:00+00:00")), true);
  assert.equal(cellOf("2026-11-22"), "2026-11-22");
  assert.equal(cellOf("2026-11-22T12:00:00Z, a launch"), '"2026-11-22T12:00:00Z, a launch"');
});

test("a negative number stays a number, and a missing value is empty", () => {
  assert.equal(cellOf(-5), "-5");
  assert.equal(cellOf(0), "0");
  assert.equal(cellOf(false), "false");
  assert.equal(cellOf(null), "");
  assert.equal(cellOf(undefined), "");
});
