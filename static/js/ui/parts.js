/* Small parts that many panels show. */

import { h, icon } from "../core/dom.js";
import { day, signed } from "../core/format.js";

/** @type {Record<Tone, string>} */
const SIGNS = { good: "check", warn: "warning", bad: "warning", info: "info" };

/**
 * Return a label with a color. The tones good, warn, bad and info add an icon. With `href`, the label is a link.
 *
 * @param {Child} text
 * @param {{ tone?: Tone, href?: string | null, sign?: string | null, title?: string | null }} [options]
 */
export function chip(text, { tone = "", href = null, sign = SIGNS[tone], title = null } = {}) {
  const name = href ? "a" : "span";
  return h(name, { class: `chip ${tone}`, href, title }, sign && icon(sign), text);
}

/**
 * Return a date that is never broken across lines, even in a narrow column of a printed page.
 * words(at): the text of the date.
 *
 * @param {Maybe<string>} at
 * @param {(at: string) => string} [words]
 */
export function time(at, words = day) {
  return at ? h("time", { datetime: at }, words(at)) : null;
}

/**
 * Return a change: an arrow (for 0 a dash), the number, and a text such as "since yesterday".
 * better: the good direction.
 *
 * @param {Maybe<number>} change
 * @param {string} since
 * @param {{ better?: "up" | "down" }} [options]
 */
export function delta(change, since, { better = "up" } = {}) {
  if (change === null || change === undefined) return null;
  const rises = change > 0;
  const tone = change === 0 ? "same" : rises === (better === "up") ? "good" : "bad";
  const sign = change === 0 ? "same" : rises ? "up" : "down";
  return h("span", { class: `delta ${tone}` }, icon(sign), signed(change), h("span", { class: "soft" }, ` ${since}`));
}

/**
 * Return a number with its label. With `href`, the number is a link to its rows.
 *
 * @param {string} label
 * @param {string} value
 * @param {{ href?: string | null | false, large?: boolean, note?: Child }} [options]
 */
export function figure(label, value, { href = null, large = false, note = null } = {}) {
  const shown = h("span", { class: large ? "figure-value large" : "figure-value" }, value);
  return h(
    "div",
    {},
    h("p", { class: "figure-label" }, label),
    h("p", {}, href ? h("a", { href, "aria-label": `${label}: ${value}. Show the rows` }, shown) : shown),
    note && h("p", { class: "small soft" }, note),
  );
}

/**
 * Return a bar for a share from 0 to 100. The number is beside it, so the bar is hidden from screen readers.
 *
 * @param {Maybe<number>} share
 * @param {Tone} [tone]
 */
export function meter(share, tone = "") {
  return h(
    "span",
    { class: `meter ${tone}`, vars: { "--share": Math.max(0, Math.min(100, share ?? 0)) }, "aria-hidden": "true" },
    h("span"),
  );
}

/**
 * Return a link to Pardot or Salesforce, which opens a new tab.
 *
 * @param {string} text
 * @param {string | null | undefined} href
 */
export function outward(text, href) {
  if (!href) return null;
  return h("a", { href, target: "_blank", rel: "noopener", title: "New tab" }, withSign(text));
}

/**
 * Keep the icon on the line of the last word, unless that word is so long that it may have to be broken.
 *
 * @param {string} text
 * @returns {Child}
 */
function withSign(text) {
  const sign = icon("out", "new tab");
  const at = text.trimEnd().lastIndexOf(" ") + 1;
  if (text.length - at > 24) return [text, " ", sign];
  return [text.slice(0, at), h("span", { class: "together" }, text.slice(at), "\u00a0", sign)];
}

/**
 * Return a button.
 *
 * @param {string} text
 * @param {(event: MouseEvent) => unknown} click
 * @param {{ kind?: string, sign?: string | null, title?: string | null }} [options]
 */
export function button(text, click, { kind = "", sign = null, title = null } = {}) {
  return h("button", { type: "button", class: `button ${kind}`, title, on: { click } }, sign && icon(sign), text);
}
