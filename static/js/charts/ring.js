/* A small ring for a share of a whole, with the number inside. */

import { s } from "../core/dom.js";
import { picture } from "./chart.js";

/** Text with more characters than this is drawn smaller, because otherwise it would overlap the ring. */
const WIDEST = 3.8;

/**
 * @typedef {{
 *   value: Maybe<number>, label: string, text: string, max?: number, tone?: Tone, size?: number, thickness?: number,
 * }} RingOptions
 */

/**
 * ring({ value: 82, label: "Linked: 82%", text: "82%", tone: "good", size: 96 })
 *
 * A null value makes an empty ring.
 *
 * @param {RingOptions} options
 */
export function ring({ value, max = 100, label, text, tone = "", size = 96, thickness = Math.max(6, size / 11) }) {
  const radius = (size - thickness) / 2;
  const way = 2 * Math.PI * radius;
  const share = value === null || value === undefined || !max ? 0 : Math.max(0, Math.min(1, value / max));
  const shape = { cx: size / 2, cy: size / 2, r: radius, "stroke-width": thickness };
  const arc =
    share > 0 &&
    s("circle", {
      ...shape,
      class: "ring-arc",
      "stroke-dasharray": `${(share * way).toFixed(2)} ${way.toFixed(2)}`,
      transform: `rotate(-90 ${size / 2} ${size / 2})`,
    });
  const middle = s(
    "g",
    { "font-size": size / Math.max(WIDEST, text.length) },
    s("text", { x: size / 2, y: size / 2, "text-anchor": "middle", "dominant-baseline": "central" }, text),
  );
  const element = picture(size, size, label, s("circle", { ...shape, class: "ring-track" }), arc, middle);
  element.setAttribute("class", `ring ${tone && `tone-${tone}`}`);
  return element;
}
