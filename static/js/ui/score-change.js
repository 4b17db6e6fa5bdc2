/* Show the score before and after fixes or new settings, and the areas and people whose score or grade changes. */

import { h } from "../core/dom.js";
import { number } from "../core/format.js";
import { delta, meter } from "./parts.js";

/** @typedef {Api["ScoreChange"]} Change */

/** @param {Change} change */
export function beforeAfter({ before, after, grade_before: gradeBefore, grade_after: gradeAfter }) {
  const gain = (after ?? 0) - (before ?? 0);
  return h(
    "div",
    { class: "before-after" },
    score("Now", before, gradeBefore),
    h("p", { class: "before-after-change" }, delta(gain, Math.abs(gain) === 1 ? "point" : "points")),
    score("Then", after, gradeAfter),
  );
}

/**
 * @param {string} label
 * @param {number | null} value
 * @param {string | null} grade
 */
function score(label, value, grade) {
  return h(
    "div",
    {},
    h("p", { class: "figure-label" }, label),
    h(
      "p",
      {},
      h("span", { class: "figure-value large" }, number(value)),
      h("span", { class: "before-after-grade" }, ` ${grade ?? ""}`),
    ),
  );
}

/**
 * Return a line for each area or person whose score or grade changes: the name, a bar, "36 → 0", and the grades if
 * they differ.
 *
 * @param {readonly (Change & { label?: string, name?: string })[]} changes
 * @param {ToneOf} toneOf
 */
export function changeLines(changes, toneOf) {
  return h(
    "ul",
    { class: "what-if-areas" },
    changes
      .filter(moves)
      .map((change) =>
        h(
          "li",
          {},
          h("span", {}, change.label ?? change.name ?? ""),
          meter(change.after, toneOf(change.after)),
          h(
            "span",
            { class: "number" },
            `${number(change.before)} → `,
            h("strong", {}, number(change.after)),
            change.grade_before !== change.grade_after && `, ${gradesOf(change)}`,
          ),
        ),
      ),
  );
}

/** @param {Change} change */
export const moves = (change) => change.before !== change.after || change.grade_before !== change.grade_after;

/** @param {Change} change */
export const gradesOf = ({ grade_before: before, grade_after: after }) => `${before ?? "–"} → ${after ?? "–"}`;
