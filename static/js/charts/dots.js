/* A chart with a row for each score: its value before, its value now, and its cost in points. */

import { s } from "../core/dom.js";
import { number } from "../core/format.js";
import { chart, fit, group } from "./chart.js";
import { linear, ticks } from "./scale.js";

/** @typedef {{ label: string, value: Maybe<number>, before?: Maybe<number>, cost: Maybe<number>, tone?: Tone | null, href: string }} DotRow */

/**
 * @typedef {ChartFrame & {
 *   rows: readonly DotRow[], beforeLabel?: string, costLabel?: string, formatCost?: Format,
 * }} DotsOptions
 */

/** @typedef {{ x: Scale, labels: number, width: number, score: number, bottom: number }} Places */

const LINE = 30;
const HEAD = 26;
const NUMBER = 52;

/**
 * dots({ title, rows: [{ label, value, before, cost, tone, href }], beforeLabel: "A week ago", costLabel: "Points lost" })
 *
 * A null value means "no data": it is written as a dash, and has no dot. The axis ends at 100. It begins below the
 * lowest score, unless this score is 0.
 *
 * @param {DotsOptions} options
 */
export function dots({ title, rows, beforeLabel = "Before", costLabel = "Cost", formatCost = number, ...rest }) {
  /** @type {PlainColumn<DotRow>[]} */
  const columns = [
    { label: "Area", value: (row) => row.label },
    { label: "Score", value: (row) => number(row.value), end: true },
    { label: costLabel, value: (row) => formatCost(row.cost), end: true },
  ];
  if (rows.some((row) => row.before !== null && row.before !== undefined)) {
    columns.splice(1, 0, { label: beforeLabel, value: (row) => number(row.before), end: true });
  }
  const height = HEAD + rows.length * LINE;
  const settings = { title, rows, height, beforeLabel, costLabel, formatCost };
  return chart({ title, columns, rows, height, draw: (width) => draw(width, settings), ...rest });
}

/** @param {readonly DotRow[]} rows */
function lowest(rows) {
  const values = rows.flatMap((row) => [row.value, row.before]).filter((value) => typeof value === "number");
  return Math.max(0, Math.floor((Math.min(90, ...values) - 1) / 10) * 10);
}

/**
 * @param {number} width
 * @param {{ title: string, rows: readonly DotRow[], height: number, beforeLabel: string, costLabel: string, formatCost: Format }} settings
 */
function draw(width, { title, rows, height, beforeLabel, costLabel, formatCost }) {
  const longest = Math.max(...rows.map((row) => row.label.length)) * 7.4 + 8;
  const labels = Math.min(longest, width * 0.38);
  const cost = Math.max(NUMBER, costLabel.length * 7);
  const score = width - cost;
  const low = lowest(rows);
  const x = linear([low, 100], [labels + 22, score - NUMBER]);
  const places = { x, labels, width, score, bottom: height };
  const marks = ticks(low, 100, width < 480 ? 2 : 4).filter((mark) => mark >= low && mark <= 100);
  return group(
    width,
    height,
    title,
    marks.map((mark) => gridLine(mark, places)),
    s("text", { x: score, y: HEAD / 2, "text-anchor": "end", "dominant-baseline": "central" }, "Score"),
    s("text", { x: width, y: HEAD / 2, "text-anchor": "end", "dominant-baseline": "central" }, costLabel),
    rows.map((row, index) => line(row, HEAD + index * LINE, places, { beforeLabel, costLabel, formatCost })),
  );
}

/**
 * @param {number} mark
 * @param {Places} places
 */
function gridLine(mark, { x, bottom }) {
  return [
    s("line", { class: "grid", x1: x(mark), x2: x(mark), y1: HEAD, y2: bottom }),
    s("text", { x: x(mark), y: HEAD / 2, "text-anchor": "middle", "dominant-baseline": "central" }, number(mark)),
  ];
}

/**
 * @param {DotRow} row
 * @param {number} y
 * @param {Places} places
 * @param {{ beforeLabel: string, costLabel: string, formatCost: Format }} words
 */
function line(row, y, places, { beforeLabel, costLabel, formatCost }) {
  const { labels, width, score } = places;
  const middle = y + LINE / 2;
  const then = beforeLabel.charAt(0).toLowerCase() + beforeLabel.slice(1);
  const was = typeof row.before === "number" ? `, ${number(row.before)} ${then}` : "";
  const text = `${row.label}: score ${number(row.value)}${was}, ${costLabel.toLowerCase()} ${formatCost(row.cost)}`;
  return s(
    "a",
    { class: row.tone ? `dot-row tone-${row.tone}` : "dot-row", href: row.href },
    s("rect", { class: "dot-field", x: 0, y, width, height: LINE, rx: 4 }, s("title", {}, text)),
    // One <text> element, so that the link's accessible name reads: "Campaigns 98 0.22".
    s(
      "text",
      { class: "strong", y: middle, "text-anchor": "end", "dominant-baseline": "central" },
      s("tspan", { x: labels }, fit(row.label, labels)),
      " ",
      s("tspan", { x: score }, number(row.value)),
      " ",
      s("tspan", { x: width }, formatCost(row.cost)),
    ),
    marksOf(row, middle, places.x),
  );
}

/**
 * @param {DotRow} row
 * @param {number} y
 * @param {Scale} x
 */
function marksOf({ value, before }, y, x) {
  const isMoved = typeof value === "number" && typeof before === "number" && value !== before;
  return [
    isMoved && s("line", { class: "dot-way", x1: x(before), x2: x(value), y1: y, y2: y }),
    isMoved && s("circle", { class: "mark-dot", cx: x(before), cy: y, r: 4.5 }),
    typeof value === "number" && s("circle", { class: "mark-fill", cx: x(value), cy: y, r: 6 }),
  ];
}
