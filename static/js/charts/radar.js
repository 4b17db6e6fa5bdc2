/* Several scores around a centre: the shape shows what is out of balance. */

import { s } from "../core/dom.js";
import { number } from "../core/format.js";
import { chart, picture } from "./chart.js";

/** @typedef {{ label: string, value: Maybe<number> }} Axis */

/**
 * @typedef {ChartFrame & {
 *   axes: readonly Axis[], before?: readonly Maybe<number>[] | null, beforeLabel?: string, max?: number, format?: Format,
 * }} RadarOptions
 */

const RINGS = [25, 50, 75, 100];

/**
 * radar({ title, axes: [{ label, value }], before: [values], max: 100 })
 *
 * value null is "no data": the axis is there, the shape leaves it out. `before` draws a second, dashed shape.
 *
 * @param {RadarOptions} options
 */
export function radar({ title, axes, before = null, beforeLabel = "Before", max = 100, format = number, ...rest }) {
  /** @type {PlainColumn<Axis>[]} */
  const columns = [
    { label: "Area", value: (row) => row.label },
    { label: "Now", value: (row) => format(row.value), end: true },
  ];
  if (before) columns.push({ label: beforeLabel, value: (row) => format(before[axes.indexOf(row)]), end: true });
  return chart({
    title,
    columns,
    rows: axes,
    draw: (width) => draw(width, { title, axes, before, max, format }),
    ...rest,
  });
}

/**
 * @param {number} width
 * @param {{ title: string, axes: readonly Axis[], before: readonly Maybe<number>[] | null, max: number, format: Format }} settings
 */
function draw(width, { title, axes, before, max, format }) {
  const radius = Math.max(50, Math.min(width / 2 - 92, 132));
  const height = 2 * radius + 84;
  const [cx, cy] = [width / 2, height / 2];
  /** @type {(index: number, value: number, out?: number) => Point} */
  const at = (index, value, out = 0) => {
    const angle = (2 * Math.PI * index) / axes.length - Math.PI / 2;
    const far = (radius * value) / max + out;
    return [cx + far * Math.cos(angle), cy + far * Math.sin(angle)];
  };
  /** @param {readonly Maybe<number>[]} values */
  const shape = (values) =>
    pathOf(values.map((value, index) => (value === null || value === undefined ? null : at(index, value))));
  const summary = axes.map((axis) => `${axis.label} ${format(axis.value)}`).join(", ");
  return picture(
    width,
    height,
    `${title}: ${summary}`,
    RINGS.map((ring) => s("path", { class: "grid", d: pathOf(axes.map((_, index) => at(index, (ring / 100) * max))) })),
    axes.map((_, index) => s("path", { class: "grid", d: `M${cx} ${cy}L${at(index, max).join(" ")}` })),
    before && s("path", { class: "mark-line tone-6", "stroke-dasharray": "3 5", d: shape(before) }),
    s("path", { class: "mark-area", d: shape(axes.map((axis) => axis.value)) }),
    axes.map((axis, index) => dot(axis, index, at)),
    axes.map((axis, index) => name(axis, at(index, max, 16), [cx, cy], format)),
  );
}

/**
 * @param {Axis} axis
 * @param {number} index
 * @param {(index: number, value: number) => Point} at
 */
function dot(axis, index, at) {
  if (axis.value === null || axis.value === undefined) return null;
  const [cx, cy] = at(index, axis.value);
  return s("circle", { class: "mark-dot", cx, cy, r: 3.5 });
}

/**
 * @param {Axis} axis
 * @param {Point} at
 * @param {Point} center
 * @param {Format} format
 */
function name(axis, [x, y], [cx, cy], format) {
  const anchor = Math.abs(x - cx) < 8 ? "middle" : x > cx ? "start" : "end";
  // Two lines above or below the shape: away from it.
  const first = anchor !== "middle" ? "-0.5em" : y < cy ? "-1.1em" : "0.15em";
  return s(
    "text",
    { x, y, "text-anchor": anchor, "dominant-baseline": "central" },
    s("tspan", { x, dy: first }, axis.label),
    s("tspan", { x, dy: "1.15em", class: "number" }, format(axis.value)),
  );
}

/** @param {readonly (Point | null)[]} points */
function pathOf(points) {
  const there = points.flatMap((point) => (point ? [`${point[0].toFixed(1)} ${point[1].toFixed(1)}`] : []));
  return there.length ? `M${there.join("L")}Z` : "";
}
