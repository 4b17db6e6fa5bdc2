/* Lines over days, with notes on days. A dashed line bridges days without a value. */

import { h, s } from "../core/dom.js";
import { day, number, shortDay } from "../core/format.js";
import { chart, group } from "./chart.js";
import { linear, spread, ticks } from "./scale.js";
import { strokes } from "./strokes.js";
import { followPointer } from "./trend-cursor.js";

/** @typedef {{ day: string, text: string }} TrendNote */
/** @typedef {{ name: string, values: readonly Maybe<number>[], tone?: Tone }} Series */
/** @typedef {Series & { tone: Tone, dash: string | null, hidden: boolean }} TrendLine */

/**
 * @typedef {{ value: number, label: string }} Goal a line across all days
 * @typedef {{
 *   title: string, days: readonly string[], lines: readonly TrendLine[], notes: readonly TrendNote[], low: number | null,
 *   high: number | null, format: Format, height: number, pick: ((day: string) => unknown) | null,
 *   goal: Goal | null,
 * }} TrendSettings
 */

/** @typedef {TrendSettings & { x: Scale, y: Scale, top: number, bottom: number }} DrawnTrend */

/**
 * @typedef {ChartFrame & Pick<TrendSettings, "days"> & Partial<Omit<TrendSettings, "title" | "days" | "lines">> & {
 *   series: readonly Series[],
 * }} TrendOptions
 */

const DASHES = [null, "7 4", "2 4", "10 3 2 3", "1 6", "12 6", "4 2", "8 2 2 2"];

/**
 * trend({ title, days: ["2026-11-01", …], series: [{ name, values: [82, null, …] }], notes: [{ day, text }], low, high })
 *
 * low and high fix the scale, such as 0 and 100 for scores. Without them, the scale follows the values. With several
 * series, buttons in the legend hide and show each series. pick(day): called on Enter or a click on a day.
 *
 * @param {TrendOptions} options
 */
export function trend({
  title,
  days,
  series,
  notes = [],
  low = null,
  high = null,
  format = number,
  height = 240,
  pick = null,
  goal = null,
  ...rest
}) {
  const lines = series.map((one, index) => ({
    ...one,
    tone: one.tone ?? String((index % 8) + 1),
    dash: DASHES[index % 8],
    hidden: false,
  }));
  const settings = { title, days, lines, notes, low, high, format, height, pick, goal };
  /** @type {PlainColumn<{ day: string, index: number }>[]} */
  const columns = [{ label: "Day", value: (row) => day(row.day) }];
  for (const { name, values } of series)
    columns.push({ label: name, value: (row) => format(values[row.index]), end: true });
  if (notes.length) columns.push({ label: "Note", value: (row) => textOf(notes, row.day) });
  const rows = days.map((one, index) => ({ day: one, index })).reverse();
  const element = chart({
    title,
    columns,
    rows,
    height,
    draw: (width, drawing) => draw(width, drawing, settings),
    legend: legend(lines, redraw),
    keys: () => (lines.length > 1 ? lines.filter((line) => !line.hidden) : []),
    headline: days.length ? `${day(days[0])} to ${day(days[days.length - 1])}` : "",
    ...rest,
  });
  function redraw() {
    element.querySelector(".chart-drawing")?.dispatchEvent(new Event("chart:redraw"));
  }
  return element;
}

/**
 * @param {readonly TrendNote[]} notes
 * @param {string} date
 */
export function textOf(notes, date) {
  return (
    notes
      .filter((note) => note.day === date)
      .map((note) => note.text)
      .join(" · ") || null
  );
}

/**
 * @param {readonly TrendLine[]} lines
 * @param {() => void} redraw
 */
function legend(lines, redraw) {
  if (lines.length < 2) return null;
  return h(
    "div",
    { class: "legend", role: "group", "aria-label": "Lines" },
    lines.map((line) => {
      const sample = s(
        "svg",
        { class: `tone-${line.tone}`, viewBox: "0 0 28 12", "aria-hidden": "true" },
        s("path", { class: "mark-line", "stroke-dasharray": line.dash, d: "M1 6H27" }),
      );
      const button = h("button", { type: "button", "aria-pressed": "true" }, sample, line.name);
      button.addEventListener("click", () => {
        line.hidden = !line.hidden;
        button.setAttribute("aria-pressed", String(!line.hidden));
        redraw();
      });
      return button;
    }),
  );
}

/**
 * @param {number} width
 * @param {HTMLElement} drawing
 * @param {TrendSettings} settings
 */
function draw(width, drawing, settings) {
  const { title, days, lines, notes, format, height, goal } = settings;
  const seen = lines.filter((line) => !line.hidden);
  const marks = marksOf(seen, settings);
  const left = 10 + Math.max(...marks.map((mark) => format(mark).length)) * 7.5;
  const [top, bottom] = [notes.length ? 26 : 10, height - 26];
  const x = linear([0, Math.max(1, days.length - 1)], [left, width - 12]);
  const y = linear([marks[0], marks[marks.length - 1]], [bottom, top]);
  const element = group(
    width,
    height,
    title,
    marks.map((mark) => [
      s("path", { class: "grid", d: `M${left} ${y(mark)}H${width - 12}` }),
      s("text", { x: left - 8, y: y(mark), "text-anchor": "end", "dominant-baseline": "central" }, format(mark)),
    ]),
    dayMarks(days, width, x, height),
    goal && goalLine(goal, left, width - 12, y),
    notes.map((note) => pin(note, days, x, top, bottom)),
    seen.map((line) => path(line, x, y)),
  );
  followPointer(element, drawing, { ...settings, lines: seen, x, y, top, bottom });
  return element;
}

/**
 * @param {Goal} goal
 * @param {number} left
 * @param {number} right
 * @param {Scale} y
 */
function goalLine({ value, label }, left, right, y) {
  const at = y(value);
  return [
    s("path", { class: "mark-goal", d: `M${left} ${at}H${right}` }),
    s("text", { class: "strong", x: left + 4, y: at + 16 }, label),
  ];
}

/**
 * @param {readonly TrendLine[]} lines
 * @param {{ low: number | null, high: number | null }} scale
 */
function marksOf(lines, { low, high }) {
  const values = lines.flatMap((line) => line.values).filter((value) => value !== null && value !== undefined);
  return ticks(
    low ?? Math.min(...values, values.length ? Infinity : 0),
    high ?? Math.max(...values, values.length ? -Infinity : 1),
  );
}

/**
 * Return labels for some of the days. When there are more than 365 days, each label contains the year.
 *
 * @param {readonly string[]} days
 * @param {number} width
 * @param {Scale} x
 * @param {number} height
 */
function dayMarks(days, width, x, height) {
  const isLong = days.length > 365;
  const words = isLong ? day : shortDay;
  return spread(days.length, Math.max(2, Math.floor(width / (isLong ? 170 : 110)))).map((index) => {
    const anchor = index === 0 ? "start" : index === days.length - 1 ? "end" : "middle";
    return s(
      "text",
      { x: x(index), y: height - 6, "text-anchor": days.length === 1 ? "middle" : anchor },
      words(days[index]),
    );
  });
}

/**
 * @param {TrendLine} line
 * @param {Scale} x
 * @param {Scale} y
 */
function path(line, x, y) {
  const { solid, bridges, alone } = strokes(line.values, x, y);
  return s(
    "g",
    { class: `tone-${line.tone}` },
    bridges && s("path", { class: "mark-bridge", d: bridges }),
    s("path", { class: "mark-line", "stroke-dasharray": line.dash, d: solid }),
    alone.map(({ cx, cy }) => s("circle", { class: "mark-dot", cx, cy, r: 3.5 })),
  );
}

/**
 * @param {TrendNote} note
 * @param {readonly string[]} days
 * @param {Scale} x
 * @param {number} top
 * @param {number} bottom
 */
function pin(note, days, x, top, bottom) {
  const index = days.indexOf(note.day);
  if (index < 0) return null;
  const at = x(index);
  return s(
    "g",
    {},
    s("title", {}, `${day(note.day)}: ${note.text}`),
    s("path", { class: "note-stem", d: `M${at} ${bottom}V${top - 8}` }),
    s("path", { class: "note-head", d: `M${at} ${top - 20}h11l-3 4.500 3 4.500h-11Z` }),
  );
}
