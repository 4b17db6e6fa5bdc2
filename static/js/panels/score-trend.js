/* Score and issues by day, with the team's notes. */

import { api, messageOf, optional } from "../core/api.js";
import { today } from "../core/days.js";
import { freshId, h, hiddenText, icon } from "../core/dom.js";
import { day, number } from "../core/format.js";
import { nameOf } from "../core/names.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { changed, shared } from "../core/shared.js";
import { trend } from "../charts/trend.js";
import { actor } from "../people/actor.js";
import { confirm } from "../ui/dialog.js";
import { formDialog } from "../ui/form.js";
import { button } from "../ui/parts.js";
import { noData, syncStatus } from "../sync/remedy.js";
import { empty } from "../ui/states.js";
import { toast } from "../ui/toast.js";
import { forecast, forecastValues, WINDOW, withForecast } from "./forecast.js";
import { allDays, areaSeries, issueSeries, scoreSeries } from "./trail-series.js";
import { daysOf, freeSpan, SPAN_KEYS, spans } from "./trend-span.js";

/**
 * @typedef {Api["Trail"] & {
 *   issues: Api["IssueItem"][] | null, config: Api["PardotConfig"] | null, today: string, span: string,
 *   range: { from: string | null, to: string | null },
 * }} Data
 */

/** @type {Option[]} */
const VIEWS = [
  ["score", "Score"],
  ["areas", "Score by area"],
  ["issues", "Issues by area"],
];

export default panel({
  lines: 7,
  keys: [...SPAN_KEYS, "trend.show"],
  uses: ["notes", "config"],
  load: async () => {
    const [day, config, status] = await Promise.all([today(), optional(shared("config")), syncStatus()]);
    const span = chosen("trend.days", spans(config?.camp, day));
    const range = daysOf(span, day, config?.camp);
    const [trail, answer] = await Promise.all([shared("trail", range), optional(shared("issues"))]);
    return { ...trail, issues: answer?.issues ?? null, config, status, today: day, span, range };
  },
  render: (data) => [
    controls(data),
    h(
      "div",
      { class: "trend-and-notes" },
      data.count
        ? drawing(data)
        : noData("python manage.py camp_sync", data.status, "There was no sync in these days. Choose a longer span."),
      notesOf(data.notes),
    ),
  ],
});

/**
 * @param {string} key
 * @param {readonly Option[]} options
 */
const chosen = (key, options) => (options.some(([value]) => value === route.get(key)) ? route.get(key) : options[0][0]);

// -- content -----------------------------------------------------------------------------------------------------

/** @param {Data} data */
function controls({ config, today: day, span, range }) {
  return h(
    "div",
    { class: "row" },
    choice("What to show", "trend.show", VIEWS),
    choice("How far back", "trend.days", spans(config?.camp, day)),
    freeSpan(span, range, day),
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
    const days = key === "trend.days" ? { "trend.from": "", "trend.to": "" } : {};
    route.set({ ...days, [key]: value === options[0][0] ? "" : value });
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
          on: { change: () => choose(value) },
        }),
        h("span", {}, text),
      ),
    ),
  );
}

/** @param {Data} data */
function drawing(data) {
  const { snapshots, notes, issues, config } = data;
  const view = chosen("trend.show", VIEWS);
  if (view === "issues" && !issues) return empty("The issues could not be loaded. Choose another view, or try again.");
  const ahead = view === "score" ? outlook(data) : null;
  const shown = allDays(snapshots);
  const days = (ahead && withForecast(ahead, shown)) ?? shown;
  const series = seriesOf(view, days, snapshots, issues ?? []);
  const target = view === "score" ? (config?.target_score ?? null) : null;
  const scale = view === "issues" ? { low: 0 } : { low: lowest(series, target), high: 100 };
  const goal = target === null ? null : { value: target, label: `Target ${target}` };
  if (ahead && days !== shown) series.push({ name: "At this pace", values: forecastValues(ahead, days) });
  const title = VIEWS.find(([value]) => value === view)?.[1] ?? "";
  const headline = view === "score" ? { headline: headlineOf(data) } : {};
  return h(
    "div",
    { class: "stack" },
    trend({ title, days, series, notes, ...scale, ...headline, format: number, height: 280, pick: pin, goal }),
    shown.length === 1 &&
      h(
        "p",
        { class: "small soft" },
        "A line needs two days, and only one is recorded here: choose a longer span, or come back tomorrow.",
      ),
    ahead && h("p", { class: "small soft" }, forecastWords(ahead, target)),
  );
}

/**
 * Return the forecast; null if there is none, or if the user chose “From … to”.
 *
 * @param {Data} data
 */
function outlook({ snapshots, config, range }) {
  return range.to === null ? forecast(snapshots, config?.camp.end ?? null) : null;
}

/**
 * @param {NonNullable<ReturnType<typeof forecast>>} prediction
 * @param {number | null} target
 */
function forecastWords({ end, score, used }, target) {
  const aim = target === null ? "" : `; the target is ${target}`;
  return `At the pace of the last ${WINDOW} days the score will be ${score} on ${day(end)}, the last day of camp${aim}. The forecast is a straight line through the scores of ${used} days.`;
}

/**
 * Return "83 (B) → 97 (A), Oct 14, 2026 to Nov 29, 2026".
 *
 * @param {Data} data
 */
function headlineOf({ snapshots, config }) {
  const known = snapshots.filter(({ health_score: score }) => score !== null);
  const [first, last] = [known[0], known[known.length - 1]];
  if (!first) return "";
  /** @param {number | null} score */
  const withGrade = (score) => {
    const grade = config?.grade_thresholds.find(({ minimum }) => score !== null && score >= minimum)?.grade;
    return `${number(score)}${grade ? ` (${grade})` : ""}`;
  };
  if (first === last) return `${withGrade(first.health_score)} on ${day(first.day)}`;
  return `${withGrade(first.health_score)} → ${withGrade(last.health_score)}, ${day(first.day)} to ${day(last.day)}`;
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
 * Return the low end of the scale. On a scale from 0, scores near 100 would look like a flat line.
 *
 * @param {ReturnType<typeof scoreSeries>} series
 * @param {number | null} target
 */
function lowest(series, target) {
  const values = series.flatMap(({ values: own }) => own).filter((value) => value !== null);
  const least = Math.min(90, target ?? 90, ...values);
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
          "Notes explain the line: a clean-up, a launch. Choose a day in the chart, or “Pin a note”.",
        ),
  );
}

/** @param {Api["TrailNote"]} note */
function noteLine(note) {
  return h(
    "li",
    {},
    h("p", { class: "small soft" }, `${day(note.day)}, `, actor(note.created_by)),
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
  const note = await formDialog({
    title: "Pin a note to a day",
    yes: "Pin it",
    fields: [
      { name: "day", label: "Day", type: "date", value: on ?? (await today()), required: true },
      { name: "text", label: "Note", type: "textarea", required: true, maxlength: 500 },
    ],
    submit: (values) => api.post("notes", values),
  });
  if (!note) return;
  changed("notes");
  toast(`Pinned to ${day(note.day)}.`);
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
