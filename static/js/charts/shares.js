/* A bar with the parts of a whole. For screen readers it is one picture, whose label contains the numbers. */

import { h } from "../core/dom.js";
import { number } from "../core/format.js";

/** @typedef {{ label: string, value: Maybe<number>, tone: Tone }} Share */

/**
 * shares({ label: "Forms", parts: [{ label: "In Salesforce", value: 45, tone: "good" }] })
 *
 * Parts with the value null or 0 are left out.
 *
 * @param {{ label: string, parts: readonly Share[], large?: boolean }} options
 */
export function shares({ label, parts, large = false }) {
  const seen = parts.flatMap(({ value, ...part }) => (value ? [{ ...part, value }] : []));
  const text = seen.map((part) => `${part.label}: ${number(part.value)}`).join(", ") || "nothing";
  return h(
    "span",
    { class: large ? "shares large" : "shares", role: "img", "aria-label": `${label}. ${text}` },
    seen.map((part) =>
      h("span", {
        class: `share ${part.tone}`,
        title: `${part.label}: ${number(part.value)}`,
        vars: { "--part": part.value },
      }),
    ),
  );
}

/**
 * Return the legend of the colors.
 *
 * @param {readonly { label: string, tone: Tone }[]} parts
 */
export function sharesLegend(parts) {
  return h(
    "p",
    { class: "legend" },
    parts.map((part) => h("span", {}, h("span", { class: `swatch ${part.tone}`, "aria-hidden": "true" }), part.label)),
  );
}
