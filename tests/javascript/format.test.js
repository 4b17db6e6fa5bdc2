import assert from "node:assert/strict";
import { test } from "node:test";
import * as format from "../../static/js/core/format.js";

const { ago, day, decimal, number, percent, plural, points, shortDay, signed, sinceDay, tenths } = format;
const NOW = Date.parse("2026-11-22T12:00:00Z");

test("what is missing is a dash, and never a zero", () => {
  for (const say of [number, decimal, percent, tenths, points, signed, day, shortDay]) {
    assert.equal(say(null), "–", say.name);
    assert.equal(say(undefined), "–", say.name);
  }
  assert.equal(number(0), "0");
  assert.equal(percent(0), "0%");
  assert.equal(ago(null), "never");
});

test("the day of a comparison is named as the digest names it", () => {
  assert.equal(sinceDay("2026-06-09", "2026-06-10"), "since yesterday");
  assert.equal(sinceDay("2026-06-05", "2026-06-08"), "since Friday");
  assert.equal(sinceDay("2026-06-07", "2026-06-08"), "since yesterday");
  assert.equal(sinceDay("2026-06-01", "2026-06-08"), "since Mon, Jun 1");
  assert.equal(sinceDay("2026-06-08", "2026-06-10"), "since Mon, Jun 8");
  assert.equal(sinceDay("2025-12-30", "2026-01-05"), "since Tue, Dec 30, 2025");
});

test("numbers have as many digits as their kind needs", () => {
  assert.equal(number(12_345.6), "12,346");
  assert.equal(decimal(12.345), "12.3");
  assert.equal(decimal(12), "12");
  assert.equal(tenths(36), "36.0%");
});

test("points that are few keep two digits, and what is almost nothing says so", () => {
  assert.deepEqual([12.345, 1, 0.999, 0.1234, 0.005, 0.0049, 0].map(points), [
    "12.3",
    "1.0",
    "1.0",
    "0.12",
    "0.01",
    "<0.01",
    "0",
  ]);
});

test("a change has its sign", () => {
  assert.deepEqual([3, -3, 0, -1234.56].map(signed), ["+3", "−3", "±0", "−1,234.6"]);
});

test("a day is the server's, whatever zone the reader is in", () => {
  assert.equal(day("2026-11-22"), "Nov 22, 2026");
  assert.equal(day("2026-11-22T23:59:59Z"), "Nov 22, 2026");
  assert.equal(shortDay("2026-01-01"), "Jan 1");
});

test("how long ago it was is said in the largest whole unit", () => {
  const said = ["2026-11-22T12:00:00Z", "2026-11-22T11:59:01Z", "2026-11-22T11:58:59Z", "2026-11-22T09:00:00Z"];
  assert.deepEqual(
    said.map((at) => ago(at, NOW)),
    ["just now", "just now", "1 minute ago", "3 hours ago"],
  );
  assert.equal(ago("2026-11-21T11:59:00Z", NOW), "yesterday");
  assert.equal(ago("2026-11-20T11:59:00Z", NOW), "2 days ago");
  assert.equal(ago("2025-12-20T12:00:00Z", NOW), "11 months ago");
  assert.equal(ago("2025-10-20T12:00:00Z", NOW), "13\u00a0mo ago");
  assert.equal(ago("2025-03-17T12:00:00Z", NOW), "20\u00a0mo ago");
  assert.equal(ago("2022-11-20T12:00:00Z", NOW), "4\u00a0years ago");
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
