/* Scales that map numbers to pixels, and the marks of axes. */

/** The smallest gap after the first mark, in steps. The label of the first mark reaches into this gap. */
const NEAR = 0.7;

/**
 * Return a linear scale from a range of numbers to a range of pixels.
 *
 * @param {readonly [number, number]} from
 * @param {readonly [number, number]} to
 * @returns {Scale}
 */
export function linear([from, to], [start, end]) {
  const span = to - from || 1;
  return (value) => start + ((value - from) / span) * (end - start);
}

/**
 * Return round marks for an axis in about `count` steps: ticks(0, 87, 4) → [0, 25, 50, 75, 100].
 *
 * @param {number} low
 * @param {number} high
 * @param {number} [count]
 */
export function ticks(low, high, count = 4) {
  const step = roundStep((high - low || 1) / count);
  const first = Number((Math.floor(low / step) * step).toPrecision(12));
  const marks = [first];
  while (marks[marks.length - 1] < high) marks.push(Number((first + marks.length * step).toPrecision(12)));
  return marks;
}

/** @param {number} raw */
function roundStep(raw) {
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 2.5, 5].find((one) => one * power >= raw) ?? 10;
  return factor * power;
}

/**
 * Return at most `count` indexes, including the first and the last.
 *
 * All steps are equal if a step of at most twice the smallest possible size divides the range. Otherwise, steps of the
 * smallest size are counted back from the last index. The first gap then differs, and an index too near to the first is
 * left out.
 *
 * @param {number} length
 * @param {number} count at least 2
 */
export function spread(length, count) {
  const last = length - 1;
  const least = Math.max(1, Math.ceil(last / Math.max(1, count - 1)));
  let step = least;
  while (step < 2 * least && last % step) step += 1;
  if (last % step) step = least;
  const marks = [];
  for (let index = last; index > 0; index -= step) marks.unshift(index);
  if (marks[0] < NEAR * step) marks.shift();
  return length > 0 ? [0, ...marks] : marks;
}
