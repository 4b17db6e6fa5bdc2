/* Scales that map numbers to pixels. */

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
 * Return round marks for an axis, at most `count` + 1: ticks(0, 87, 4) → [0, 25, 50, 75, 100].
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
 * Return the indexes of at most `count` items, evenly spread, with the first and the last.
 *
 * @param {number} length
 * @param {number} count
 */
export function spread(length, count) {
  if (length <= count) return Array.from({ length }, (_, index) => index);
  return Array.from({ length: count }, (_, index) => Math.round((index * (length - 1)) / (count - 1)));
}
