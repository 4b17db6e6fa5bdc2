/* Reading a trend day by day: with the pointer, or with the arrow keys. */

import { announce } from "../core/announce.js";
import { h, isForBrowser, replace, s } from "../core/dom.js";
import { day } from "../core/format.js";

/**
 * @param {SVGSVGElement} svg
 * @param {HTMLElement} drawing
 * @param {DrawnTrend} settings
 */
export function followPointer(svg, drawing, settings) {
  const { title, days, top, bottom, pick } = settings;
  const line = s("path", { class: "axis", visibility: "hidden" });
  const tip = h("div", { class: "tip", hidden: true });
  svg.append(line);
  // The tip belongs after the svg, which the caller inserts after this function returns. A redraw removes both.
  queueMicrotask(() => svg.isConnected && svg.after(tip));
  let at = days.length - 1;
  /** @param {number} index */
  const show = (index) => {
    at = Math.max(0, Math.min(days.length - 1, index));
    const x = settings.x(at);
    line.setAttribute("d", `M${x} ${top}V${bottom}`);
    line.setAttribute("visibility", "visible");
    replace(
      tip,
      linesOf(at, settings).map((text, row) => h("div", {}, row ? text : h("strong", {}, text))),
    );
    tip.hidden = false;
    place(tip, x, drawing.clientWidth);
  };
  const hide = () => {
    line.setAttribute("visibility", "hidden");
    tip.hidden = true;
  };
  svg.setAttribute("tabindex", "0");
  svg.setAttribute("aria-label", `${title}. Use the left and right arrow keys to read it day by day.`);
  // A tap causes no `pointermove`, so `pointerdown` is needed too.
  for (const name of /** @type {const} */ (["pointerdown", "pointermove"]))
    svg.addEventListener(name, (event) => show(nearest(event, svg, settings)));
  svg.addEventListener("pointerleave", hide);
  svg.addEventListener("blur", hide);
  svg.addEventListener("click", () => pick?.(days[at]));
  svg.addEventListener("keydown", (event) => {
    if (isForBrowser(event)) return;
    // While the tip is hidden, an arrow key does not move: it shows the last shown day again, or the latest day.
    const step = tip.hidden ? 0 : 1;
    /** @type {Record<string, number | undefined>} */
    const steps = { ArrowRight: at + step, ArrowLeft: at - step, Home: 0, End: days.length - 1 };
    const to = steps[event.key];
    if (event.key === "Escape") hide();
    if (event.key === "Enter") pick?.(days[at]);
    if (to === undefined) return;
    event.preventDefault();
    show(to);
    announce(linesOf(at, settings).join(", "));
  });
}

/**
 * @param {number} index
 * @param {DrawnTrend} settings
 */
function linesOf(index, { days, lines, notes, format }) {
  const noted = notes.filter((note) => note.day === days[index]).map((note) => note.text);
  return [day(days[index]), ...lines.map((line) => `${line.name}: ${format(line.values[index])}`), ...noted];
}

/**
 * @param {PointerEvent} event
 * @param {SVGSVGElement} svg
 * @param {DrawnTrend} settings
 */
function nearest(event, svg, { days, x }) {
  const at = event.clientX - svg.getBoundingClientRect().left;
  const step = days.length > 1 ? x(1) - x(0) : 1;
  return Math.round((at - x(0)) / step);
}

/**
 * @param {HTMLElement} tip
 * @param {number} x
 * @param {number} width
 */
function place(tip, x, width) {
  const right = x > width / 2;
  tip.style.setProperty("left", right ? "auto" : `${x + 12}px`);
  tip.style.setProperty("right", right ? `${width - x + 12}px` : "auto");
  tip.style.setProperty("top", "0");
}
