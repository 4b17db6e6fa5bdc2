/* "What gets us to 95?": a target, and a small set of fixes that reaches it. */

import { api, isAbort, messageOf } from "../core/api.js";
import { announce } from "../core/announce.js";
import { freshId, h } from "../core/dom.js";
import { plural } from "../core/format.js";

const AMBITION = 95;

/**
 * Return the team's target. If it is reached or not set, return the minimum of the next grade. If there is no
 * next grade, return 95 for a score below 95, otherwise 100. If there is neither a target nor a score, return 95.
 *
 * @param {number | null} score
 * @param {Api["PardotConfig"]["grade_thresholds"]} thresholds
 * @param {number | null} [target]
 */
export function nextTarget(score, thresholds, target = null) {
  if (target !== null && target > (score ?? 0)) return target;
  if (score === null) return AMBITION;
  const next = thresholds.filter(({ minimum }) => minimum > score).at(-1);
  return next?.minimum ?? (score < AMBITION ? AMBITION : 100);
}

export class GoalForm {
  /**
   * @param {number} target
   * @param {{ signal: AbortSignal, take: (fixes: Map<string, number>) => unknown }} options
   */
  constructor(target, { signal, take }) {
    this.options = { signal, take };
    /** @type {AbortController | undefined} */
    this.search = undefined;
    const id = freshId("target");
    this.input = h("input", { type: "number", id, min: 1, max: 100, step: 1, value: target, required: true });
    this.words = h("p", { class: "small soft" });
    this.element = h(
      "form",
      { class: "what-if-goal", on: { submit: (event) => this.submit(event) } },
      h("label", { for: id }, "Score to reach"),
      this.input,
      h("button", { type: "submit", class: "button primary" }, "Find fixes"),
      this.words,
    );
  }

  /** @param {string} text */
  say(text) {
    this.words.textContent = text;
  }

  /** End a search for fixes, because the user chose other fixes meanwhile. */
  cancel() {
    if (!this.search) return;
    this.search.abort();
    this.search = undefined;
    this.say("");
  }

  /** @param {SubmitEvent} event */
  async submit(event) {
    event.preventDefault();
    const target = this.input.valueAsNumber;
    this.cancel();
    const search = new AbortController();
    const signal = AbortSignal.any([this.options.signal, search.signal]);
    this.search = search;
    this.say("Looking for fixes…");
    try {
      const plan = await api.get("goal", { params: { target }, signal });
      this.search = undefined;
      this.options.take(new Map(plan.fixes.map(({ issue, count }) => [issue, count])));
      this.say(planWords(plan));
      announce(planWords(plan));
    } catch (error) {
      if (isAbort(error)) return;
      this.search = undefined;
      this.say(messageOf(error));
    }
  }
}

/** @param {Api["Goal"]} plan */
function planWords({ target, fixes, rows }) {
  if (!fixes.length) return `The score is ${target} or more already.`;
  const cost = `To reach ${target}, fix ${plural(rows, "row")}.`;
  return `${cost} The fixes are chosen by points per row; other fixes may need fewer rows.`;
}
