import assert from "node:assert/strict";
import { test } from "node:test";
import "./window.js";

// The modules make their formats when they are loaded.
process.env.TZ = "America/Chicago";
const { day, moment, shortDay } = await import("../../static/js/core/format.js");
const { csvText } = await import("../../static/js/ui/csv.js");
const { byDay } = await import("../../static/js/survey/kinds.js");
const { countsByDay } = await import("../../static/js/overlays/prospect.js");

const EVENING = "2026-11-29T02:30:00Z"; // November 28, 8:30 PM in Chicago

test("a timestamp has the reader's day in every format, and in CSV", () => {
  assert.equal(moment(EVENING).replace("\u202f", " "), "Nov 28, 2026, 8:30 PM");
  assert.equal(day(EVENING), "Nov 28, 2026");
  assert.equal(shortDay("2026-11-29T02:30:00.123456+00:00"), "Nov 28");
  assert.equal(csvText([{ label: "At", csv: () => EVENING }], [{}]), "At\r\n2026-11-28\r\n");
});

test("a day without a time is the same day in every time zone", () => {
  assert.equal(day("2026-11-29"), "Nov 29, 2026");
  assert.equal(shortDay("2026-11-29"), "Nov 29");
});

test("checks are grouped by the reader's day, not by the day in UTC", () => {
  const checks = [EVENING, "2026-11-28T16:00:00Z"].map((captured_at) => ({ captured_at, total: 1, counts: {} }));
  assert.deepEqual(
    byDay(/** @type {any} */ (checks)).map(({ day: on }) => on),
    ["2026-11-28"],
  );
});

test("activities are counted by the reader's day, not by the day in UTC", () => {
  const counted = countsByDay([EVENING, "2026-11-28T14:00:00Z", null], "2026-10-30T12:30:00Z", "2026-11-29T12:30:00Z");
  assert.deepEqual(counted.slice(-3), [
    { label: "Nov 27", value: 0 },
    { label: "Nov 28", value: 2 },
    { label: "Nov 29", value: 0 },
  ]);
  assert.equal(counted[0].label, "Oct 30");
});
