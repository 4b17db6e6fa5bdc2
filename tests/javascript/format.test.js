import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as format from "../../static/js/core/format.js";

const { ago, amount, day, decimal, number, percent, plural, points, shortDay, signed, sinceDay } = format;
const NOW = Date.parse("2026-11-22T12:00:00Z");

test("a missing value is a dash, never a zero", () => {
  for (const say of [number, decimal, percent, points, signed, day, shortDay]) {
    assert.equal(say(null), "–", say.name);
    assert.equal(say(undefined), "–", say.name);
  }
  assert.equal(number(0), "0");
  assert.equal(percent(0), "0%");
  assert.equal(ago(null), "never");
});

/** Values and their texts, which tests/pardot/test_wording.py also checks in Python. */
const TEXTS = JSON.parse(readFileSync(new URL("wording.json", import.meta.url), "utf8"));

test("days, ages, percentages and points are written as on the server", () => {
  /** @type {[string, (...values: any[]) => string][]} */
  const functions = [
    ["since_day", sinceDay],
    ["ago", (seconds) => ago(new Date(NOW - 1000 * seconds).toISOString(), NOW)],
    ["percent", percent],
    ["points", points],
  ];
  for (const [name, say] of functions) {
    for (const [values, text] of TEXTS[name]) assert.equal(say(...values), text, `${name}(${values})`);
  }
});

test("numbers have as many digits as their kind needs", () => {
  assert.equal(number(12_345.6), "12,346");
  assert.equal(decimal(12.345), "12.3");
  assert.equal(decimal(12), "12");
  assert.equal(amount(36.44, true), "36.4%");
  assert.equal(amount(1234, false), "1,234");
});

test("a change is written with its sign", () => {
  assert.deepEqual([3, -3, 0, -1234.56].map(signed), ["+3", "−3", "±0", "−1,234.6"]);
});

test("a time in the future is written with “in”", () => {
  assert.equal(ago("2026-11-22T15:00:00Z", NOW), "in 3 hours");
});

test("one is singular, everything else is plural", () => {
  assert.deepEqual(
    [0, 1, 2, 1000].map((count) => plural(count, "form")),
    ["0 forms", "1 form", "2 forms", "1,000 forms"],
  );
  assert.equal(plural(1, "campaign has", "campaigns have"), "1 campaign has");
  assert.equal(plural(null, "form"), "– forms");
});
