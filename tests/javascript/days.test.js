import assert from "node:assert/strict";
import { test } from "node:test";
import { before, dayIn, daysBetween, everyDay, inMonths } from "../../static/js/core/days.js";

test("days are counted correctly across months, years and daylight saving time", () => {
  assert.equal(before("2026-11-22", 7), "2026-11-15");
  assert.equal(before("2026-03-01", 1), "2026-02-28");
  assert.equal(before("2028-03-01", 1), "2028-02-29");
  assert.equal(before("2026-01-01", 1), "2025-12-31");
  assert.equal(before("2026-03-09", 2), "2026-03-07");
  assert.equal(before("2026-11-22", -1), "2026-11-23");
});

test("the difference of two days is negative when the second is earlier", () => {
  assert.equal(daysBetween("2026-11-15", "2026-11-22"), 7);
  assert.equal(daysBetween("2026-11-22", "2026-11-15"), -7);
  assert.equal(daysBetween("2026-10-31", "2026-11-02"), 2);
});

test("every day is listed once, including both ends", () => {
  assert.deepEqual(everyDay("2026-12-30", "2027-01-02"), ["2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02"]);
  assert.deepEqual(everyDay("2026-11-22", "2026-11-22"), ["2026-11-22"]);
});

test("today's date depends on the time zone", () => {
  const [east, west] = [dayIn("Pacific/Kiritimati"), dayIn("Pacific/Pago_Pago")];
  assert.equal(/^\d{4}-\d\d-\d\d$/.test(east), true);
  assert.equal(daysBetween(west, east) >= 1, true, "the two time zones are 25 hours apart");
});

test("adding months keeps the day of the month, or gives the last day of a shorter month", () => {
  assert.equal(inMonths("2026-11-29", 6), "2027-05-29");
  assert.equal(inMonths("2026-08-31", 6), "2027-02-28");
  assert.equal(inMonths("2026-12-31", 1), "2027-01-31");
});
