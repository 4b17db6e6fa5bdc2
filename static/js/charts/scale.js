/* Numbers to pixels. */

/** A line from a range of numbers to a range of pixels. */
export function linear([from, to], [start, end]) {
  const span = to - from || 1;
  return (value) => start + ((value - from) / span) * (end - start);
}

/** Round marks of an axis, at most `count` of them and one: ticks(0, 87, 4) → [0, 25, 50, 75, 100]. */
export function ticks(low, high, count = 4) {
  const step = roundStep((high - low || 1) / count);
  const first = Math.floor(low / step) * step;
  const marks = [];
  for (let mark = first; marks.length === 0 || marks.at(-1) < high; mark = first + marks.length * step)
    marks.push(Number(mark.toPrecision(12)));
  return marks;
}

function roundStep(raw) {
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 2.5, 5, 10].find((one) => one * power >= raw);
  return factor * power;
}

/** The indexes of at most `count` things, spread evenly, first and last among them. */
export function spread(length, count) {
  if (length <= count) return Array.from({ length }, (_, index) => index);
  return Array.from({ length: count }, (_, index) => Math.round((index * (length - 1)) / (count - 1)));
}
