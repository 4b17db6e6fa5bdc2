/* Turn a chart into a picture for other programs: with title, date and legend, and with styles as attributes.

   The chart is drawn again for the picture. Pictures always have light colors, and the same width on every device. */

import { h, s } from "../core/dom.js";
import { moment } from "../core/format.js";

/** @typedef {{ name: string, tone: Tone, dash?: string | null }} PictureKey */
/** @typedef {{ title: string, headline: string, keys: readonly PictureKey[], draw(width: number, drawing: HTMLElement): Child }} Pictured */

const WIDTH = 960;
const EDGE = 32;
const LINE = 24;

/**
 * Return the picture, which needs no style sheet of the page.
 *
 * @param {Pictured} chart
 * @returns {SVGSVGElement}
 */
export function pictureOf(chart) {
  const stage = h("div", { class: "chart picture-stage", "aria-hidden": "true", inert: true });
  document.body.append(stage);
  try {
    const drawn = compose(chart, stage);
    return standalone(drawn);
  } finally {
    stage.remove();
  }
}

/** @param {SVGSVGElement} picture */
export const pictureText = (picture) => new XMLSerializer().serializeToString(picture);

/**
 * @param {Pictured} chart
 * @param {HTMLElement} stage
 */
function compose({ title, headline, keys, draw }, stage) {
  const outer = s("svg", { width: WIDTH, height: WIDTH });
  stage.append(outer);
  const top = EDGE + 12;
  outer.append(s("text", { class: "picture-title", x: EDGE, y: top }, title));
  if (headline) outer.append(s("text", { class: "picture-headline", x: EDGE, y: top + LINE }, headline));
  const words = top + (headline ? LINE : 0) + 12;
  const y = keys.length ? legend(outer, keys, words + LINE / 2) : words;
  const drawing = draw(WIDTH - 2 * EDGE, stage);
  if (!(drawing instanceof SVGSVGElement)) throw new TypeError("The chart is not an SVG element.");
  drawing.setAttribute("x", String(EDGE));
  drawing.setAttribute("y", String(y + 8));
  outer.append(drawing);
  const height = y + 8 + Number(drawing.getAttribute("height")) + 44;
  const foot = `Camp Campaign · ${moment(new Date().toISOString())}`;
  outer.append(s("text", { class: "picture-foot", x: EDGE, y: height - 18 }, foot));
  outer.prepend(s("rect", { class: "picture-paper", width: WIDTH, height }));
  outer.setAttribute("height", String(height));
  outer.setAttribute("viewBox", `0 0 ${WIDTH} ${height}`);
  return outer;
}

/**
 * Add the legend, in as many lines as needed. Return the y coordinate of its end.
 *
 * @param {SVGSVGElement} outer
 * @param {readonly PictureKey[]} keys
 * @param {number} top
 */
function legend(outer, keys, top) {
  let [x, y] = [EDGE, top];
  for (const { name, tone, dash } of keys) {
    const text = s("text", { y: y + 4.5 }, name);
    outer.append(text);
    const width = 36 + text.getComputedTextLength() + 24;
    if (x > EDGE && x + width > WIDTH - EDGE) [x, y] = [EDGE, y + LINE];
    text.setAttribute("x", String(x + 36));
    text.setAttribute("y", String(y + 4.5));
    const sample = s("path", { class: "mark-line", "stroke-dasharray": dash, d: `M${x} ${y}H${x + 28}` });
    outer.append(s("g", { class: `tone-${tone}` }, sample));
    x += width;
  }
  return y + LINE / 2;
}

// -- without the page's style sheets -----------------------------------------------------------------------------

const SHAPE = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
];
const TEXT = ["fill", "font-family", "font-size", "font-weight"];
const GEOMETRY = new Set(
  "x y x1 x2 y1 y2 cx cy r rx ry d width height viewBox transform text-anchor dominant-baseline".split(" "),
);
const TEXTS = new Set(["text", "tspan"]);
/** `transparent` as browsers compute it. Areas that only receive pointer events have this fill. */
const NO_COLOR = "rgba(0, 0, 0, 0)";
/** The characters that XML does not allow, not even escaped. Names in Salesforce may have control characters. */
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
const LEFT_OUT = new Set(["title", "div"]);

/**
 * Return a copy with its styles as attributes, because programs for slides and drawings ignore style sheets.
 *
 * @param {SVGSVGElement} drawn
 */
function standalone(drawn) {
  const copy = s("svg", {});
  for (const name of ["width", "height", "viewBox"]) copy.setAttribute(name, drawn.getAttribute(name) ?? "");
  copy.append(...[...drawn.childNodes].flatMap(copied));
  return copy;
}

/**
 * @param {Node} node
 * @returns {Node[]}
 */
function copied(node) {
  if (node.nodeType === Node.TEXT_NODE)
    return [document.createTextNode((node.textContent ?? "").replace(FORBIDDEN, " "))];
  if (!(node instanceof SVGElement) || LEFT_OUT.has(node.localName)) return [];
  const style = getComputedStyle(node);
  if (style.visibility === "hidden" || style.fill === NO_COLOR) return [];
  const copy = copiedMark(node, style);
  copy.append(...[...node.childNodes].flatMap(copied));
  return [copy];
}

/**
 * @param {SVGElement} node
 * @param {CSSStyleDeclaration} style
 */
function copiedMark(node, style) {
  // Links do not work in pictures, and few programs support nested drawings. Both become groups.
  if (node.localName === "svg")
    return s("g", { transform: `translate(${node.getAttribute("x") ?? 0} ${node.getAttribute("y") ?? 0})` });
  if (node.localName === "a" || node.localName === "g") return s("g", {});
  const copy = document.createElementNS(node.namespaceURI, node.localName);
  for (const { name, value } of node.attributes) if (GEOMETRY.has(name)) copy.setAttribute(name, value);
  for (const name of TEXTS.has(node.localName) ? TEXT : SHAPE) {
    const value = style.getPropertyValue(name);
    if (value && value !== "auto") copy.setAttribute(name, value);
  }
  centerByHand(copy);
  return copy;
}

/**
 * Replace `dominant-baseline`, which few programs support.
 *
 * @param {Element} text
 */
function centerByHand(text) {
  if (text.getAttribute("dominant-baseline") !== "central") return;
  text.removeAttribute("dominant-baseline");
  text.setAttribute("dy", "0.35em");
}
