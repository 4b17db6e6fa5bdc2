/* Preview the effect of unsaved settings on the score: in a sentence, and in a dialog with areas, people and earlier days. */

import { ApiError, api, isAbort, messageOf } from "../core/api.js";
import { announce } from "../core/announce.js";
import { h, icon } from "../core/dom.js";
import { decimal, number } from "../core/format.js";
import { released } from "../core/pressed.js";
import { tonesBy } from "../core/tones.js";
import { trend } from "../charts/trend.js";
import { allDays, valuesOf } from "../panels/trail-series.js";
import { openDialog } from "../ui/dialog.js";
import { button } from "../ui/parts.js";
import { plainTable } from "../ui/plain-table.js";
import { beforeAfter, changeLines, gradesOf, moves } from "../ui/score-change.js";
import { same } from "./drafts.js";

/** @typedef {Api["ConfigurationPreview"]} Preview */

const SCORE_KEYS = [
  "score_weights",
  "grade_thresholds",
  "activity_lookback_days",
  "list_stale_months",
  "list_stale_severe_months",
];
const PAUSE = 350;

/** A line with the effect of the unsaved values. Its height is reserved, so nothing jumps when the answer arrives. */
export class SettingsPreview {
  /**
   * @param {readonly Draft[]} drafts
   * @param {{ signal: AbortSignal, titles: Record<string, string>, save: () => unknown }} options
   */
  constructor(drafts, { signal, titles, save }) {
    this.drafts = drafts;
    this.options = { signal, titles, save };
    /** @type {Record<string, Held>} */
    this.values = {};
    /** @type {Preview | null} */
    this.preview = null;
    this.text = h("span", {});
    this.more = button("See what changes", () => this.open(), { kind: "compact" });
    this.element = h("p", { class: "save-preview", hidden: true }, this.text, this.more);
  }

  update() {
    const unsaved = this.drafts.filter((draft) => SCORE_KEYS.includes(draft.entry.key) && draft.isUnsaved);
    const values = Object.fromEntries(unsaved.map((draft) => [draft.entry.key, draft.editor.get()]));
    if (same(values, this.values)) return;
    this.values = values;
    this.current?.abort();
    clearTimeout(this.timer);
    this.element.hidden = unsaved.length === 0;
    if (unsaved.length === 0) return;
    this.say("Computing what this changes…", null);
    this.timer = setTimeout(() => this.ask(unsaved), PAUSE);
  }

  /** @param {Draft[]} drafts */
  async ask(drafts) {
    this.current = new AbortController();
    const signal = AbortSignal.any([this.options.signal, this.current.signal]);
    try {
      const preview = await api.post("admin/config-preview", { values: this.values }, { signal });
      await released();
      if (signal.aborted) return;
      for (const draft of drafts) draft.clear();
      this.say(sentence(preview), preview);
      announce(sentence(preview));
    } catch (error) {
      await released();
      if (signal.aborted || isAbort(error)) return;
      const refused = error instanceof ApiError && error.status === 422 && error.errors.length > 0;
      if (refused) markAll(drafts, error.errors);
      this.say(refused ? "Fix the highlighted fields to see what this changes." : messageOf(error), null);
    }
  }

  /**
   * @param {string} text
   * @param {Preview | null} preview
   */
  say(text, preview) {
    this.preview = preview;
    this.text.textContent = text;
    this.more.disabled = preview === null;
  }

  /** Return the grades in the form, saved or not. */
  grades() {
    return this.drafts.find(({ entry }) => entry.key === "grade_thresholds")?.editor.get() ?? [];
  }

  open() {
    const { preview } = this;
    if (!preview) return;
    const { save, titles } = this.options;
    const saveNow = () => {
      dialog.close();
      save();
    };
    const dialog = openDialog({
      title: "What these settings change",
      wide: true,
      body: details(preview, titles, tonesBy(this.grades())),
      actions: [
        button("Keep editing", () => dialog.close()),
        button("Save these settings", saveNow, { kind: "primary" }),
      ],
    });
  }
}

/**
 * Show the server's errors beside their fields. `loc` is "body", "values", the key, and the path in the key's value.
 *
 * @param {readonly Draft[]} drafts
 * @param {readonly Complaint[]} complaints
 */
function markAll(drafts, complaints) {
  for (const draft of drafts) {
    const own = complaints.filter(({ loc }) => loc[2] === draft.entry.key);
    draft.markEach(own.map(({ loc, message }) => ({ path: loc.slice(3).join("."), message })));
  }
}

/**
 * Return a sentence such as "Score 74 → 70 (grade C), Campaigns 36 → 0, Rowan D → F."
 *
 * @param {Preview} preview
 */
export function sentence({ overall, by_area: areas, by_person: people, issues }) {
  if (overall.before === null) return "This changes no score, because there is none yet.";
  const parts = [
    ...areas.filter(moves).map((area) => `${area.label} ${numbersOrGrades(area)}`),
    ...people.filter(moves).map((person) => `${person.name} ${numbersOrGrades(person)}`),
  ];
  const rest = parts.length > 4 ? [...parts.slice(0, 3), `${parts.length - 3} more`] : parts;
  if (moves(overall)) return `${[scoreWords(overall), ...rest].join(", ")}.`;
  if (rest.length) return `The score stays ${overall.after}, but ${rest.join(", ")}.`;
  return issues.length ? `The score stays ${overall.after}; some counts change.` : "This does not change any score.";
}

/** @param {Api["ScoreChange"]} overall */
function scoreWords(overall) {
  const { before, after, grade_after: grade } = overall;
  if (before === after) return `Score ${after}: grade ${gradesOf(overall)}`;
  return `Score ${number(before)} → ${number(after)} (grade ${grade ?? "–"})`;
}

/** @param {Api["ScoreChange"]} change */
const numbersOrGrades = (change) =>
  change.before === change.after ? gradesOf(change) : `${number(change.before)} → ${number(change.after)}`;

// -- the dialog -----------------------------------------------------------------------------------------------------

/**
 * @param {Preview} preview
 * @param {Record<string, string>} titles
 * @param {ToneOf} toneOf
 * @returns {Child}
 */
function details(preview, titles, toneOf) {
  const { overall, by_area: areas, by_person: people, issues, limits } = preview;
  return [
    h("div", { class: "what-if-result still" }, beforeAfter(overall)),
    part("Areas", areas.some(moves) ? changeLines(areas, toneOf) : h("p", { class: "soft" }, "No area changes.")),
    people.length > 0 &&
      part(
        "People",
        people.some(moves) ? changeLines(people, toneOf) : h("p", { class: "soft" }, "Nobody's score changes."),
      ),
    issues.length > 0 && part("Counted differently", counts(issues, titles)),
    part("Earlier days", [earlier(preview), ...limits.map(limit)]),
  ];
}

/**
 * @param {string} title
 * @param {Child} content
 */
const part = (title, content) => h("section", { class: "stack" }, h("h3", {}, title), content);

/** @param {string} text */
const limit = (text) => h("p", { class: "banner info" }, icon("info"), h("span", {}, text));

/**
 * @param {Preview["issues"]} issues
 * @param {Record<string, string>} titles
 */
function counts(issues, titles) {
  return plainTable(
    "Issues that are counted differently",
    [
      { label: "Issue", value: (row) => titles[row.issue] ?? row.issue },
      { label: "Now", value: (row) => decimal(row.before), end: true },
      { label: "Then", value: (row) => decimal(row.after), end: true },
    ],
    issues,
    { hideCaption: true },
  );
}

/** @param {Preview} preview */
function earlier({ days, limits }) {
  if (!days.length)
    return limits.length === 0 && h("p", { class: "soft" }, "The scores of earlier days do not change.");
  const all = allDays(days);
  const series = [
    { name: "As recorded", tone: "6", values: valuesOf(all, days, (one) => one.before) },
    { name: "With these settings", tone: "1", values: valuesOf(all, days, (one) => one.after) },
  ];
  return trend({ title: "Score of the 44 days before today, as recorded and with these settings", days: all, series });
}
