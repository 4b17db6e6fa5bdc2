/* A column chart, with one column for each row. */

import { s } from "../core/dom.js";
import { number } from "../core/format.js";
import { chart, group } from "./chart.js";
import { linear } from "./scale.js";

/** @typedef {{ label: string, value: number, tone?: Tone | null, href?: string | null, spoken?: string }} ColumnRow */

/**
 * @typedef {ChartFrame & {
 *   rows: readonly ColumnRow[], name?: string, unit?: string, height?: number, values?: boolean, every?: number,
 * }} ColumnsOptions
 */

const FOOT = 24;
const HEAD = 20;

/**
 * columns({ title, unit: "Prospects", name: "Grade", rows: [{ label, value, tone, href, spoken }], height })
 *
 * - href: makes the column a link to the rows that it counts.
 * - spoken: the meaning of a short label, for the table, the tooltip, and the accessible name of a column without a link.
 * - every: 1 writes all labels, 2 every second label, and so on.
 *
 * @param {ColumnsOptions} options
 */
export function columns({
  title,
  name = "Name",
  unit = "Value",
  rows,
  height = 180,
  values = true,
  every = 1,
  ...rest
}) {
  /** @type {PlainColumn<ColumnRow>[]} */
  const cells = [
    { label: name, value: (row) => row.spoken ?? row.label },
    { label: unit, value: (row) => number(row.value), end: true },
  ];
  return chart({
    title,
    columns: cells,
    rows,
    height,
    draw: (width) => draw(width, { title, rows, height, values, every }),
    ...rest,
  });
}

/**
 * @param {number} width
 * @param {{ title: string, rows: readonly ColumnRow[], height: number, values: boolean, every: number }} settings
 */
function draw(width, { title, rows, height, values, every }) {
  const step = width / Math.max(1, rows.length);
  const top = Math.max(1, ...rows.map((row) => row.value));
  const y = linear([0, top], [height - FOOT, values ? HEAD : 4]);
  const bar = Math.min(34, step * 0.62);
  const parts = rows.map((row, index) =>
    column(row, { x: index * step, step, bar, y, height, values, label: index % every === 0 }),
  );
  return group(width, height, title, s("path", { class: "grid", d: `M0 ${height - FOOT}H${width}` }), parts);
}

/**
 * @param {ColumnRow} row
 * @param {{ x: number, step: number, bar: number, y: Scale, height: number, values: boolean, label: boolean }} settings
 */
function column(row, { x, step, bar, y, height, values, label }) {
  const middle = x + step / 2;
  const high = row.value > 0 ? Math.max(2, y(0) - y(row.value)) : 0;
  const text = `${row.spoken ?? row.label}: ${number(row.value)}`;
  const children = [
    s("rect", {
      class: "mark-fill",
      x: middle - bar / 2,
      y: y(0) - high,
      width: bar,
      height: high,
      rx: Math.min(3, bar / 2),
    }),
    // One <text> element, so that a link's accessible name reads: "B+ 12".
    s(
      "text",
      { x: middle, y: height - 6, "text-anchor": "middle" },
      label && s("tspan", {}, row.label),
      " ",
      values && s("tspan", { class: "strong", x: middle, y: y(0) - high - 6 }, number(row.value)),
    ),
    // Drawn last, on top of the bar and its text, so that the whole column has the tooltip.
    s("rect", { x, y: 0, width: step, height, fill: "transparent", "aria-hidden": "true" }, s("title", {}, text)),
  ];
  const tone = row.tone ? `column tone-${row.tone}` : "column";
  if (row.href) return s("a", { class: tone, href: row.href }, children);
  return s("g", { class: tone, role: "img", "aria-label": text }, children);
}
