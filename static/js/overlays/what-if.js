/* Show the score after fixing some issues. Nothing is changed. */

import { api, isAbort, optional } from "../core/api.js";
import { announce } from "../core/announce.js";
import { freshId, h, replace } from "../core/dom.js";
import { amount, points } from "../core/format.js";
import { withoutCount } from "../core/names.js";
import { panel } from "../core/panel.js";
import { released } from "../core/pressed.js";
import { route } from "../core/route.js";
import { shared } from "../core/shared.js";
import { tonesBy } from "../core/tones.js";
import { makeIssueTasks } from "../tasks/make-task.js";
import { panelDialog } from "../ui/panel-dialog.js";
import { button } from "../ui/parts.js";
import { beforeAfter, changeLines, moves } from "../ui/score-change.js";
import { failed, loading } from "../ui/states.js";
import { fromAddress, intoAddress } from "./what-if-address.js";
import { GoalForm, nextTarget } from "./what-if-goal.js";

/** @typedef {Api["IssueItem"] & { count: number }} Fixable */

const KEY = "what-if.fix";
const PAUSE = 200;

export default () => panelDialog({ title: "What if…", drawer: true, content });

const content = panel({
  lines: 8,
  load: () => Promise.all([shared("issues"), optional(shared("health-score")), optional(shared("config"))]),
  noData: ([{ issues }]) => issues.every((issue) => issue.count === null),
  empty: ([{ issues }]) => !issues.some(({ count }) => count) && "There is nothing to fix.",
  render: ([{ issues }, health, config], { signal }) =>
    new WhatIf(
      issues.flatMap(({ count, ...issue }) => (count ? [{ ...issue, count }] : [])),
      {
        signal,
        overall: health?.overall ?? null,
        grades: config?.grade_thresholds ?? [],
        target: config?.target_score ?? null,
      },
    ).nodes,
});

class WhatIf {
  /**
   * @param {readonly Fixable[]} issues
   * @param {{ signal: AbortSignal, overall: number | null, grades: Api["PardotConfig"]["grade_thresholds"], target: number | null }} options
   */
  constructor(issues, { signal, overall, grades, target }) {
    this.issues = issues;
    this.signal = signal;
    this.toneOf = tonesBy(grades);
    this.goal = new GoalForm(nextTarget(overall, grades, target), { signal, take: (fixes) => this.choose(fixes) });
    this.fixes = fromAddress(route.get(KEY), issues);
    this.result = h("div", { class: "what-if-result", role: "group", "aria-label": "Resulting score" });
    this.list = h("ul", { class: "what-if-list" });
    this.nodes = [this.result, this.goal.element, this.presets(), this.list];
    this.draw();
    this.ask();
  }

  presets() {
    /** @param {readonly Fixable[]} chosen */
    const take = (chosen) => () => {
      this.goal.say("");
      this.choose(new Map(chosen.map((issue) => [issue.key, issue.count])));
    };
    const high = this.issues.filter((issue) => issue.priority === "high");
    return h(
      "p",
      { class: "row" },
      button("The three costliest", take(this.issues.slice(0, 3)), { kind: "compact" }),
      high.length > 0 && button("All of high priority", take(high), { kind: "compact" }),
      button("Everything", take(this.issues), { kind: "compact" }),
      button("Nothing", take([]), { kind: "compact quiet" }),
    );
  }

  /** @param {Map<string, number>} fixes */
  choose(fixes) {
    this.fixes = fixes;
    this.draw();
    this.changed();
  }

  draw() {
    replace(
      this.list,
      [...this.issues]
        .sort((a, b) => Number(this.fixes.has(b.key)) - Number(this.fixes.has(a.key)))
        .map((issue) => this.line(issue)),
    );
  }

  /** @param {Fixable} issue */
  line(issue) {
    const id = freshId("fix");
    const tick = h("input", { type: "checkbox", id, checked: this.fixes.has(issue.key) });
    const many = h("input", {
      type: "number",
      min: issue.is_percentage ? 0.1 : 1,
      max: issue.count,
      step: issue.is_percentage ? 0.1 : 1,
      value: this.fixes.get(issue.key) ?? issue.count,
      "aria-label": `Number to fix: ${withoutCount(issue.title)}`,
    });
    tick.addEventListener("change", () => {
      if (tick.checked && (!many.validity.valid || Number.isNaN(many.valueAsNumber))) many.value = String(issue.count);
      this.set(issue, tick.checked ? many.valueAsNumber : 0);
    });
    many.addEventListener("input", () => {
      if (!many.validity.valid || Number.isNaN(many.valueAsNumber)) return;
      tick.checked = true;
      this.set(issue, many.valueAsNumber);
    });
    return h(
      "li",
      {},
      tick,
      h(
        "label",
        { for: id },
        withoutCount(issue.title),
        h("span", { class: "soft small" }, ` ${points(issue.impact)} points`),
      ),
      h(
        "span",
        { class: "what-if-many" },
        many,
        h("span", { class: "soft small number" }, `of ${amount(issue.count, issue.is_percentage)}`),
      ),
    );
  }

  /**
   * @param {Fixable} issue
   * @param {number} count
   */
  set(issue, count) {
    if (count > 0) this.fixes.set(issue.key, count);
    else this.fixes.delete(issue.key);
    this.changed();
  }

  changed() {
    this.goal.cancel();
    route.set({ [KEY]: intoAddress(this.fixes, this.issues) }, { replace: true });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), PAUSE);
  }

  async ask() {
    this.current?.abort();
    if (!this.fixes.size)
      return replace(
        this.result,
        h("p", { class: "soft" }, "Choose the issues to fix, and see the score that would result."),
      );
    this.current = new AbortController();
    const signal = AbortSignal.any([this.signal, this.current.signal]);
    replace(this.result, loading(2));
    try {
      const scores = await api.post(
        "what-if",
        { fixes: [...this.fixes].map(([issue, count]) => ({ issue, count })) },
        { signal },
      );
      await released();
      if (!signal.aborted) this.show(scores);
    } catch (error) {
      await released();
      if (!signal.aborted && !isAbort(error))
        replace(
          this.result,
          failed(error, () => this.ask()),
        );
    }
    return undefined;
  }

  /** @param {Api["WhatIfScores"]} scores */
  show({ overall, by_area: areas }) {
    const makeTasks = () => makeIssueTasks([...this.fixes.keys()]);
    announce(`The score becomes ${overall.after}, grade ${overall.grade_after}.`);
    replace(
      this.result,
      beforeAfter(overall),
      changeLines(areas, this.toneOf),
      !areas.some(moves) &&
        h("p", { class: "small soft" }, "These fixes are too few to change the score of an area by a whole point."),
      h("p", {}, button("Create tasks", makeTasks, { sign: "tasks", kind: "compact", title: "A task for each issue" })),
    );
  }
}
