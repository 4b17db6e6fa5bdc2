/* Score and issues by day, with the team's notes. */

import { api, messageOf, optional } from "../core/api.js";
import { before, today } from "../core/days.js";
import { find, focusOn, freshId, h, hiddenText, icon } from "../core/dom.js";
import { day, number } from "../core/format.js";
import { nameOf } from "../core/names.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { changed, shared } from "../core/shared.js";
import { trend } from "../charts/trend.js";
import { confirm } from "../ui/dialog.js";
import { formDialog } from "../ui/form.js";
import { button } from "../ui/parts.js";
import { empty, noData } from "../ui/states.js";
import { toast } from "../ui/toast.js";
import { allDays, areaSeries, issueSeries, scoreSeries } from "./trail-series.js";

/** @typedef {Api["Trail"] & { issues: Api["IssueItem"][] | null }} Data */

/** @type {Option[]} */
const SPANS = [
  ["30", "30 days"],
  ["90", "90 days"],
  ["365", "A year"],
  ["all", "All days"],
];
/** @type {Option[]} */
const VIEWS = [
  ["score", "Score"],
  ["areas", "Score by area"],
  ["issues", "Issues by area"],
];

export default panel({
  lines: 7,
  keys: ["trend.days", "trend.show"],
  uses: ["notes"],
  load: async () => {
    const span = chosen("trend.days", SPANS);
    const [trail, found] = await Promise.all([
      shared("trail", { from: span === "all" ? null : before(await today(), Number(span)) }),
      optional(shared("issues")),
    ]);
    return { ...trail, issues: found?.issues ?? null };
  },
  render: (data) => [
    controls(),
    h(
      "div",
      { class: "trend-and-notes" },
      data.count
        ? drawing(data)
        : noData("python manage.py camp_sync", "No day of this span was synced. Choose a longer one, or run:"),
      notesOf(data.notes),
    ),
  ],
});

/**
 * @param {string} key
 * @param {readonly Option[]} options
 */
const chosen = (key, options) => (options.some(([value]) => value === route.get(key)) ? route.get(key) : options[0][0]);

// -- what is shown -----------------------------------------------------------------------------------------------

function controls() {
  return h(
    "div",
    { class: "row" },
    choice("What to show", "trend.show", VIEWS),
    choice("How far back", "trend.days", SPANS),
    h(
      "span",
      { class: "push" },
      button("Pin a note", () => pin(), { sign: "pin", kind: "compact" }),
    ),
  );
}

/**
 * Return radio buttons that look like a switch; the choice is in the address.
 *
 * @param {string} label
 * @param {string} key
 * @param {readonly Option[]} options
 */
function choice(label, key, options) {
  const name = freshId("choice");
  const now = chosen(key, options);
  /** @param {string} value */
  const choose = (value) => {
    route.set({ [key]: value === options[0][0] ? "" : value });
    refocus(key, value);
  };
  return h(
    "fieldset",
    { class: "switch" },
    h("legend", { class: "visually-hidden" }, label),
    options.map(([value, text]) =>
      h(
        "label",
        {},
        h("input", {
          type: "radio",
          name,
          value,
          checked: value === now,
          data: { choice: `${key}-${value}` },
          on: { change: () => choose(value) },
        }),
        h("span", {}, text),
      ),
    ),
  );
}

/**
 * Restore the focus of a keyboard user after the panel has loaded again.
 *
 * @param {string} key
 * @param {string} value
 */
function refocus(key, value) {
  const panelOf = find(document, '[data-panel="score-trend"]');
  const observer = new MutationObserver(() => {
    const again = panelOf.querySelector(`[data-choice="${key}-${value}"]`);
    if (!again) return;
    observer.disconnect();
    focusOn(again);
  });
  observer.observe(panelOf, { childList: true, subtree: true });
}

/** @param {Data} data */
function drawing({ snapshots, notes, issues }) {
  const view = chosen("trend.show", VIEWS);
  const days = allDays(snapshots);
  if (view === "issues" && !issues) return empty("The issues could not be loaded. Choose another view, or try again.");
  const series = seriesOf(view, days, snapshots, issues ?? []);
  const scale = view === "issues" ? { low: 0 } : { low: lowest(series), high: 100 };
  const title = VIEWS.find(([value]) => value === view)?.[1] ?? "";
  return h(
    "div",
    { class: "stack" },
    trend({ title, days, series, notes, ...scale, format: number, height: 280, pick: pin }),
    days.length === 1 &&
      h("p", { class: "small soft" }, "The first day is on record. A line needs two: come back tomorrow."),
  );
}

/**
 * @param {string} view
 * @param {readonly string[]} days
 * @param {readonly Api["Snapshot"][]} snapshots
 * @param {readonly Api["IssueItem"][]} issues
 */
function seriesOf(view, days, snapshots, issues) {
  if (view === "areas") return areaSeries(days, snapshots, nameOf);
  return view === "issues" ? issueSeries(days, snapshots, issues, nameOf) : scoreSeries(days, snapshots);
}

/**
 * Scores near 100 would look like a flat line on a scale from 0.
 *
 * @param {ReturnType<typeof scoreSeries>} series
 */
function lowest(series) {
  const values = series.flatMap(({ values: own }) => own).filter((value) => value !== null);
  const least = Math.min(90, ...values);
  return Math.max(0, Math.floor(least / 10) * 10 - 10);
}

// -- notes -----------------------------------------------------------------------------------------------------

/** @param {readonly Api["TrailNote"][]} notes */
function notesOf(notes) {
  return h(
    "div",
    { class: "day-notes" },
    h("h3", {}, "Notes"),
    notes.length
      ? h("ul", {}, [...notes].reverse().map(noteLine))
      : h(
          "p",
          { class: "small soft" },
          "What happened on a day – a clean-up, a launch – explains the line. Choose a day in the chart, or “Pin a note”.",
        ),
  );
}

/** @param {Api["TrailNote"]} note */
function noteLine(note) {
  return h(
    "li",
    {},
    h("p", { class: "small soft" }, `${day(note.day)}, ${note.created_by}`),
    h("p", {}, note.text),
    h(
      "button",
      { type: "button", class: "icon-button", title: "Delete this note", on: { click: () => unpin(note) } },
      icon("bin"),
      hiddenText(`Delete the note of ${day(note.day)}: ${note.text}`),
    ),
  );
}

/** @param {string} [on] */
async function pin(on) {
  const made = await formDialog({
    title: "Pin a note to a day",
    yes: "Pin it",
    fields: [
      { name: "day", label: "Day", type: "date", value: on ?? (await today()), required: true },
      { name: "text", label: "What happened", type: "textarea", required: true, maxlength: 500 },
    ],
    submit: (values) => api.post("notes", values),
  });
  if (!made) return;
  changed("notes");
  toast(`Pinned to ${day(made.day)}.`);
}

/** @param {Api["TrailNote"]} note */
async function unpin(note) {
  if (
    !(await confirm({
      title: "Delete this note?",
      text: `${day(note.day)}: ${note.text}`,
      yes: "Delete",
      danger: true,
    }))
  )
    return;
  try {
    await api.delete(`notes/${note.id}`);
    toast("Note deleted.");
  } catch (error) {
    toast(messageOf(error), { kind: "bad" });
  }
  changed("notes");
}
