import assert from "node:assert/strict";
import { test } from "node:test";
import { fit } from "../../static/js/charts/chart.js";
import { linear, spread, ticks } from "../../static/js/charts/scale.js";
import { strokes } from "../../static/js/charts/strokes.js";
import { textOf } from "../../static/js/charts/trend.js";

test("a scale maps numbers to rising or falling pixels, also in a range of one number", () => {
  assert.equal(linear([0, 10], [0, 100])(5), 50);
  assert.equal(linear([0, 10], [100, 0])(10), 0);
  assert.equal(linear([7, 7], [20, 100])(7), 20);
});

test("ticks of an axis are round numbers in rising order, and cover the whole range", () => {
  assert.deepEqual(ticks(0, 87, 4), [0, 25, 50, 75, 100]);
  assert.deepEqual(ticks(0, 0.3, 3), [0, 0.1, 0.2, 0.3]);
  for (const [low, high] of [
    [0, 1],
    [3, 1234],
    [-20, 20],
    [0.001, 0.002],
    [99, 101],
  ]) {
    const marks = ticks(low, high);
    assert.equal(marks[0] <= low && marks[marks.length - 1] >= high, true, `${low} to ${high}: ${marks}`);
    assert.equal(marks.length <= 6, true, `${low} to ${high}: ${marks}`);
    assert.deepEqual(
      [...new Set(marks)].sort((a, b) => a - b),
      marks,
    );
  }
});

test("a line bridges the days without a value, and a single value between two gaps is a point of its own", () => {
  const same = /** @param {number} value */ (value) => value;
  const drawn = strokes([null, 5, 6, null, null, 7, undefined, 0, 1, null], same, same);
  assert.equal(drawn.solid, "M1.0 5.0L2.0 6.0M5.0 7.0M7.0 0.0L8.0 1.0");
  assert.equal(drawn.bridges, "M2.0 6.0L5.0 7.0M5.0 7.0L7.0 0.0");
  assert.deepEqual(
    drawn.alone.map(({ index }) => index),
    [5],
  );
  assert.deepEqual(strokes([null, null], same, same), { solid: "", bridges: "", alone: [] });
});

test("labels include the first and the last index, never crowd, and have equal gaps after the first gap", () => {
  assert.deepEqual(spread(0, 5), []);
  assert.deepEqual(spread(1, 5), [0]);
  assert.deepEqual(spread(3, 5), [0, 1, 2]);
  assert.deepEqual(spread(31, 4), [0, 10, 20, 30]);
  assert.deepEqual(spread(45, 7), [0, 11, 22, 33, 44]);
  assert.deepEqual(spread(30, 4), [0, 9, 19, 29]);
  for (let length = 2; length < 400; length += 1) {
    for (let count = 2; count < 14; count += 1) {
      const marks = spread(length, count);
      const [first, ...gaps] = marks.slice(1).map((mark, index) => mark - marks[index]);
      const message = `${length} in ${count}: ${marks}`;
      assert.equal(marks[0] === 0 && marks.at(-1) === length - 1 && marks.length <= count, true, message);
      assert.equal(new Set(gaps).size <= 1 && first >= 0.7 * (gaps[0] ?? first), true, message);
    }
  }
});

test("text that does not fit ends with dots", () => {
  assert.equal(fit("Landing pages", 1000), "Landing pages");
  assert.equal(fit("Landing pages", 62), "Landing…");
  assert.equal(fit("Landing", 5), "…");
});

test("the notes of a day are joined, and a day without notes has no text", () => {
  const notes = [
    { day: "2026-11-22", text: "Launch" },
    { day: "2026-11-21", text: "Clean-up" },
    { day: "2026-11-22", text: "Mail" },
  ];
  assert.equal(textOf(notes, "2026-11-22"), "Launch · Mail");
  assert.equal(textOf(notes, "2026-11-20"), null);
});
