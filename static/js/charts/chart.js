/* The frame of a chart: a name, a legend, a drawing that fills the width, a table of the numbers, a picture menu.

   The menu copies or downloads the chart as a picture. */

import { h, replace, s } from "../core/dom.js";
import { cut } from "../core/format.js";
import { plainTable } from "../ui/plain-table.js";
import { pictureMenu } from "./picture-menu.js";

/**
 * @template Row
 * @typedef {ChartFrame & {
 *   draw: (width: number, drawing: HTMLElement) => Child, columns?: readonly PlainColumn<Row>[], rows?: readonly Row[], legend?: Child,
 *   keys?: () => readonly PictureKey[],
 * }} ChartOptions
 */

/**
 * Return a <figure> around a drawing.
 *
 * - title: the name of the chart, for screen readers and the picture. With `caption`, the page shows it too.
 * - draw(width, drawing): returns an SVG element. It is called again when the width changes, on the event
 *   chart:redraw, and for the picture.
 * - height: the space that is reserved before the drawing is there.
 * - columns, rows: the same numbers as a table (ui/plain-table.js).
 * - legend: a node.
 * - headline: a line under the title of the picture.
 * - keys(): returns the legend of the picture.
 *
 * @template Row
 * @param {ChartOptions<Row>} options
 */
export function chart({
  title,
  caption = false,
  height = 0,
  draw,
  columns,
  rows,
  legend = null,
  headline = "",
  keys = () => [],
  tableLabel = "Show as table",
}) {
  const drawing = h("div", { class: "chart-drawing", vars: { "--height": `${height}px` } });
  const element = h(
    "figure",
    { class: "chart", "aria-label": title },
    caption && h("figcaption", {}, title),
    legend,
    drawing,
  );
  if (columns) element.append(h("div", { class: "chart-more" }, table(), picture()));
  followWidth(drawing, draw);
  return element;

  function table() {
    const shown = plainTable(title, columns ?? [], rows ?? [], { hideCaption: true });
    return h("details", { class: "chart-data" }, h("summary", {}, tableLabel), shown);
  }

  function picture() {
    return pictureMenu({
      title,
      headline,
      draw,
      get keys() {
        return keys();
      },
    });
  }
}

/**
 * Return an SVG that screen readers announce as one picture.
 *
 * @param {number} width
 * @param {number} height
 * @param {string} label
 * @param {...Child} children
 */
export function picture(width, height, label, ...children) {
  return s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, children);
}

/**
 * Return an SVG whose parts screen readers announce one by one.
 *
 * @param {number} width
 * @param {number} height
 * @param {string} label
 * @param {...Child} children
 */
export function group(width, height, label, ...children) {
  return s("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": label }, children);
}

/**
 * Return the text, shortened to about the width `room`. Callers put the whole text into a tooltip.
 *
 * @param {string} text
 * @param {number} room
 * @param {number} [perLetter]
 */
export function fit(text, room, perLetter = 6.9) {
  const fits = /** @param {string} part */ (part) => widthOf(part) * perLetter <= room;
  if (fits(text)) return text;
  let length = text.length;
  while (length > 0 && !fits(`${cut(text, length)}…`)) length -= 1;
  return `${cut(text, length).trimEnd()}…`;
}

/**
 * Return the approximate width of a text, in average letters.
 *
 * @param {string} text
 */
function widthOf(text) {
  let width = 0;
  for (const letter of text) width += /[\u2e80-\u{3ffff}]/u.test(letter) ? 2 : /[MWmw@%]/.test(letter) ? 1.6 : 1;
  return width;
}

/**
 * @param {HTMLElement} drawing
 * @param {(width: number, drawing: HTMLElement) => Child} draw
 */
function followWidth(drawing, draw) {
  let drawn = 0;
  const observer = new ResizeObserver(() => {
    const width = Math.floor(drawing.clientWidth);
    if (width > 0 && width !== drawn) {
      drawn = width;
      replace(drawing, draw(width, drawing));
    }
  });
  observer.observe(drawing);
  drawing.addEventListener("chart:redraw", () => drawn && replace(drawing, draw(drawn, drawing)));
}
