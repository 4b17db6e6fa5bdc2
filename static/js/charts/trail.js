/* The days of camp as a trail from the tent to the flag. */

import { s } from "../core/dom.js";
import { chart, picture } from "./chart.js";

const HEIGHT = 56;

/**
 * trail({ day: 12, total: 90, label: "Camp day 12 of 90" })
 *
 * @param {{ day: number, total: number, label: string }} options
 */
export function trail({ day, total, label }) {
  return chart({
    title: label,
    draw: (width) => draw(width, { share: total > 0 ? Math.max(0, Math.min(1, day / total)) : 0, label }),
  });
}

/**
 * @param {number} width
 * @param {{ share: number, label: string }} settings
 */
function draw(width, { share, label }) {
  const [from, to] = [34, width - 34];
  /** @type {(part: number) => Point} */
  const at = (part) => [from + (to - from) * part, HEIGHT / 2 + 4 + 9 * Math.sin(part * Math.PI * 3.5)];
  /** @param {number} end */
  const way = (end) =>
    Array.from({ length: 61 }, (_, step) => at((step / 60) * end))
      .map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`)
      .join("L");
  const [x, y] = at(share);
  return picture(
    width,
    HEIGHT,
    label,
    s("path", { class: "trail-way", d: `M${way(1)}` }),
    share > 0 && s("path", { class: "trail-done", d: `M${way(share)}` }),
    sign("tent", at(0), -30, -14),
    sign("flag", at(1), 8, -18),
    s("circle", { class: "mark-dot", cx: x, cy: y, r: 6 }),
    s("circle", { class: "mark-fill", cx: x, cy: y, r: 2.5 }),
  );
}

/**
 * @param {string} name
 * @param {Point} at
 * @param {number} dx
 * @param {number} dy
 */
function sign(name, [x, y], dx, dy) {
  return s(
    "svg",
    { class: "icon", x: x + dx, y: y + dy, width: 22, height: 22, "aria-hidden": "true" },
    s("use", { href: `#i-${name}` }),
  );
}
