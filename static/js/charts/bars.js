/* Horizontal bars, one below the other, each between its name and its number. */

import { s } from "../core/dom.js";
import { number } from "../core/format.js";
import { chart, fit, group } from "./chart.js";
import { linear } from "./scale.js";

/** @typedef {{ label: string, value: Maybe<number>, tone?: Tone | null, href?: string | null, note?: string | null }} BarRow */

/**
 * @typedef {ChartFrame & {
 *   rows: readonly BarRow[], max?: number | null, format?: Format, unit?: string, labelShare?: number,
 * }} BarsOptions
 */

const LINE = 30;
const BAR = 12;

/**
 * bars({ title, rows: [{ label, value, tone, href, note }], max, format, unit: "Points lost" })
 *
 * A null value means "no data": the bar is empty, and the number is a dash.
 * href: the address that the bar links to.
 *
 * @param {BarsOptions} options
 */
export function bars({ title, rows, max = null, format = number, unit = "Value", labelShare = 0.36, ...rest }) {
  const top = max ?? Math.max(1, ...rows.map((row) => row.value ?? 0));
  /** @type {PlainColumn<BarRow>[]} */
  const columns = [
    { label: "Name", value: (row) => row.label },
    { label: unit, value: (row) => format(row.value), end: true },
  ];
  if (rows.some((row) => row.note)) columns.push({ label: "Note", value: (row) => row.note });
  return chart({
    title,
    columns,
    rows,
    height: Math.max(LINE, rows.length * LINE),
    draw: (width) => draw(width, { title, rows, top, format, labelShare }),
    ...rest,
  });
}

/**
 * @param {number} width
 * @param {{ title: string, rows: readonly BarRow[], top: number, format: Format, labelShare: number }} settings
 */
function draw(width, { title, rows, top, format, labelShare }) {
  const labels = Math.min(220, width * labelShare);
  const numbers = 14 + Math.max(...rows.map((row) => format(row.value).length)) * 8;
  const x = linear([0, top], [labels + 12, width - numbers]);
  const lines = rows.map((row, index) => line(row, index * LINE, { x, labels, width, format, top }));
  return group(width, Math.max(LINE, rows.length * LINE), title, lines);
}

/**
 * @param {BarRow} row
 * @param {number} y
 * @param {{ x: Scale, labels: number, width: number, format: Format, top: number }} settings
 */
function line(row, y, { x, labels, width, format, top }) {
  const middle = y + LINE / 2;
  const bar = { y: middle - BAR / 2, x: x(0), height: BAR, rx: BAR / 2 };
  const value = row.value ?? 0;
  const filled = Math.max(value > 0 ? 4 : 0, x(value) - x(0));
  const children = [
    s("rect", { x: 0, y, width, height: LINE, fill: "transparent" }),
    s("rect", { ...bar, class: "bar-track", width: x(top) - x(0) }),
    filled > 0 && s("rect", { ...bar, class: "mark-fill", width: filled }),
    // One text element, so that a link's accessible name reads: "Campaigns 6.2".
    s(
      "text",
      { class: "strong", y: middle, "text-anchor": "end", "dominant-baseline": "central" },
      s("tspan", { x: labels }, fit(row.label, labels)),
      " ",
      s("tspan", { x: width }, format(row.value)),
    ),
  ];
  const tone = row.tone ? `tone-${row.tone}` : null;
  if (row.href) return s("a", { class: tone, href: row.href }, children);
  const text = `${row.label}: ${format(row.value)}${row.note ? `, ${row.note}` : ""}`;
  return s("g", { class: tone, role: "img", "aria-label": text }, s("title", {}, text), children);
}
