import assert from "node:assert/strict";
import { test } from "node:test";
import "./window.js";

const { tonesBy } = await import("../../static/js/core/tones.js");

/**
 * @param {number[]} minimums
 * @param {...(number | null)} scores
 */
function toned(minimums, ...scores) {
  return scores.map(tonesBy(minimums.map((minimum) => ({ minimum })))).join(" ");
}

test("a score has the color of its grade: the lowest grade is bad, and the upper half of the other grades is good", () => {
  assert.equal(toned([90, 80, 70, 60, 0], 100, 80, 79, 60, 59, 0), "good good warn warn bad bad");
  assert.equal(toned([95, 90, 85, 80, 0], 90, 89, 79), "good warn bad");
  assert.equal(toned([95, 80, 0], 95, 94, 79), "good warn bad");
  assert.equal(toned([95, 0], 95, 94), "good bad");
  assert.equal(toned([0], 0), "good", "the only grade is not bad");
});

test("there is no color when the score or the grades are missing", () => {
  assert.equal(toned([90, 0], null), "");
  assert.equal(toned([], 95), "");
});
