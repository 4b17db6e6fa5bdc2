/* A small line chart over days, without axes. */

import { s } from "../core/dom.js";
import { decimal } from "../core/format.js";
import { linear } from "./scale.js";
import { strokes } from "./strokes.js";

const [WIDTH, HEIGHT, MARGIN] = [96, 24, 3];

/**
 * Return the chart as SVG, or null when there are fewer than two values.
 *
 * - values: one per day, null for a day without a value.
 * - name: the beginning of the label and tooltip, such as "Forms in no campaign, 45 days".
 *
 * @param {{ name: string, values: readonly Maybe<number>[], tone?: Tone }} options
 */
export function sparkline({ name, values, tone = "" }) {
  const known = values.filter((value) => value !== null && value !== undefined);
  if (known.length < 2) return null;
  const x = linear([0, values.length - 1], [MARGIN, WIDTH - MARGIN]);
  const y = linear(span(known), [HEIGHT - MARGIN, MARGIN]);
  const { solid, bridges } = strokes(values, x, y);
  const end = known[known.length - 1];
  const last = values.lastIndexOf(end);
  const label = `${name}: from ${decimal(known[0])} to ${decimal(end)}`;
  return s(
    "svg",
    {
      class: `sparkline tone-${tone}`,
      width: WIDTH,
      height: HEIGHT,
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      "aria-label": label,
    },
    s("title", {}, label),
    bridges && s("path", { class: "mark-bridge", d: bridges }),
    s("path", { class: "mark-line", d: solid }),
    s("circle", { class: "spark-end", cx: x(last), cy: y(end), r: 2.5 }),
  );
}

/**
 * Return the range of the scale. A line without changes is in the middle.
 *
 * @param {readonly number[]} values
 * @returns {[number, number]}
 */
function span(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? [low - 1, high + 1] : [low, high];
}
