/* Several scores around a centre: the shape shows what is out of balance. */

import { s } from "../core/dom.js";
import { number } from "../core/format.js";
import { chart, picture } from "./chart.js";

const RINGS = [25, 50, 75, 100];

/**
 * radar({ title, axes: [{ label, value }], before: [values], max: 100 })
 *
 * value null is "no data": the axis is there, the shape leaves it out. `before` draws a second, dashed shape.
 */
export function radar({ title, axes, before = null, beforeLabel = "Before", max = 100, format = number, ...rest }) {
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

function draw(width, { title, axes, before, max, format }) {
  const radius = Math.max(50, Math.min(width / 2 - 92, 132));
  const height = 2 * radius + 84;
  const [cx, cy] = [width / 2, height / 2];
  const at = (index, value, out = 0) => {
    const angle = (2 * Math.PI * index) / axes.length - Math.PI / 2;
    const far = (radius * value) / max + out;
    return [cx + far * Math.cos(angle), cy + far * Math.sin(angle)];
  };
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

function dot(axis, index, at) {
  if (axis.value === null || axis.value === undefined) return null;
  const [cx, cy] = at(index, axis.value);
  return s("circle", { class: "mark-dot", cx, cy, r: 3.5 });
}

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

function pathOf(points) {
  const there = points.filter(Boolean).map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`);
  return there.length ? `M${there.join("L")}Z` : "";
}
