/* How a burden is shared out: areas as large as their numbers. */

import { s } from "../core/dom.js";
import { number } from "../core/format.js";
import { chart, fit, group } from "./chart.js";

/** @typedef {{ label: string, value: number, tone?: Tone, href?: string, detail?: string }} Tile */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

/**
 * @typedef {ChartFrame & {
 *   items: readonly (Omit<Tile, "value"> & { value: number | null })[], unit?: string, format?: Format, height?: number,
 * }} TreemapOptions
 */

/**
 * treemap({ title, items: [{ label, value, tone, href, detail }], unit, format, height })
 *
 * @param {TreemapOptions} options
 */
export function treemap({ title, items, unit = "Value", format = number, height = 300, ...rest }) {
  const rows = items
    .flatMap(({ value, ...item }) => (value ? [{ ...item, value }] : []))
    .sort((a, b) => b.value - a.value);
  /** @type {PlainColumn<Tile>[]} */
  const columns = [
    { label: "Name", value: (row) => row.label },
    { label: unit, value: (row) => format(row.value), end: true },
  ];
  if (rows.some((row) => row.detail)) columns.push({ label: "Detail", value: (row) => row.detail });
  return chart({ title, columns, rows, draw: (width) => draw(width, { title, rows, format, height }), ...rest });
}

/**
 * @param {number} width
 * @param {{ title: string, rows: readonly Tile[], format: Format, height: number }} settings
 */
function draw(width, { title, rows, format, height }) {
  const boxes = squarify(
    rows.map((row) => row.value),
    { x: 0, y: 0, width, height },
  );
  return group(
    width,
    height,
    title,
    rows.map((row, index) => tile(row, boxes[index], format)),
  );
}

/**
 * @param {Tile} row
 * @param {Box} box
 * @param {Format} format
 */
function tile(row, box, format) {
  const text = `${row.label}: ${format(row.value)}${row.detail ? `, ${row.detail}` : ""}`;
  const roomy = box.width > 54 && box.height > 26;
  const children = [
    s("rect", { x: box.x, y: box.y, width: box.width, height: box.height, rx: 6 }),
    roomy && words(row, box, format),
  ];
  const kind = `tile ${row.tone ? `tone-${row.tone}` : ""}`;
  if (row.href)
    return s("a", { class: kind, href: row.href, "aria-label": roomy ? null : text }, s("title", {}, text), children);
  return s("g", { class: kind, role: "img", "aria-label": text }, s("title", {}, text), children);
}

/**
 * One text, so that a link is named as it is read.
 *
 * @param {Tile} row
 * @param {Box} box
 * @param {Format} format
 */
function words(row, box, format) {
  const x = box.x + 10;
  const label = s("tspan", { class: "strong", x }, fit(row.label, box.width - 16));
  const value = box.height > 46 && s("tspan", { x, dy: 18 }, fit(format(row.value), box.width - 16));
  return s("text", { x, y: box.y + 20 }, label, " ", value);
}

/**
 * Boxes as nearly square as may be, in rows along the shorter side.
 * Source: Bruls, Huizing, van Wijk: Squarified Treemaps (2000).
 *
 * @param {readonly number[]} values
 * @param {Box} space
 */
export function squarify(values, space) {
  const scale = (space.width * space.height) / values.reduce((sum, value) => sum + value, 0);
  const areas = values.map((value) => value * scale);
  /** @type {Box[]} */
  const boxes = [];
  let rest = space;
  for (let from = 0; from < areas.length; ) {
    const side = Math.min(rest.width, rest.height);
    let to = from + 1;
    while (to < areas.length && worst(areas.slice(from, to + 1), side) <= worst(areas.slice(from, to), side)) to += 1;
    const placed = lay(areas.slice(from, to), rest);
    boxes.push(...placed.boxes);
    rest = placed.rest;
    from = to;
  }
  return boxes;
}

/**
 * The longest box of a row against its short side.
 *
 * @param {readonly number[]} areas
 * @param {number} side
 */
function worst(areas, side) {
  const sum = areas.reduce((total, area) => total + area, 0);
  return Math.max((side ** 2 * Math.max(...areas)) / sum ** 2, sum ** 2 / (side ** 2 * Math.min(...areas)));
}

/**
 * @param {readonly number[]} areas
 * @param {Box} space
 */
function lay(areas, { x, y, width, height }) {
  const sum = areas.reduce((total, area) => total + area, 0);
  const upright = width >= height;
  const depth = sum / (upright ? height : width);
  let at = upright ? y : x;
  const boxes = areas.map((area) => {
    const length = area / depth;
    const box = upright ? { x, y: at, width: depth, height: length } : { x: at, y, width: length, height: depth };
    at += length;
    return box;
  });
  const rest = upright
    ? { x: x + depth, y, width: width - depth, height }
    : { x, y: y + depth, width, height: height - depth };
  return { boxes, rest };
}
