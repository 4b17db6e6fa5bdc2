/* An editor for each key of the configuration. It shows the key's value in fields, and reads the value from them. */

import { h, hiddenText, icon, replace } from "../core/dom.js";
import { day } from "../core/format.js";
import { PRIORITIES } from "../tasks/words.js";
import { settingField } from "./field.js";

/** @typedef {{ issues: { area: string, label: string, keys: string[] }[], titles: Record<string, string> }} Context */
/** @typedef {{ start: string | null, end: string | null }} Dates */
/** @typedef {{ grade: string, minimum: number | null }} Grade */
/** @typedef {{ title: string, description: string, priority: string }} Texts */

/**
 * @template Value
 * @typedef {{ element: HTMLElement, fields: SettingField[], get(): Value }} Line
 */

/**
 * @template Value
 * @typedef {{
 *   line: (value: Value) => Line<Value>, blank: Value, add: string, keep?: number, after?: (current: Line<Value>[]) => void,
 * }} LinesOptions
 */

/**
 * Each function takes an entry of `admin/config` and the context. It returns { element, fields(), get(), set(value) },
 * and for some keys also:
 *
 * - overlays: true when only values that differ from the default are sent.
 * - standard: the default in words, if the fields do not show it.
 *
 * @type {Record<string, (entry: Entry, context: Context) => Editor<Held>>}
 */
export const EDITORS = {
  camp_dates: camp,
  target_score: (entry) => single(entry, { type: "number", min: 0, max: 100, step: 1, unit: "points" }),
  grade_thresholds: grades,
  alert_score: (entry) => single(entry, { type: "number", min: 0, max: 100, step: 1, unit: "points" }),
  activity_lookback_days: (entry) => single(entry, { type: "number", min: 1, max: 366, step: 1, unit: "days" }),
  list_stale_months: (entry) => single(entry, { type: "number", min: 1, max: 240, step: 1, unit: "months" }),
  list_stale_severe_months: (entry) => single(entry, { type: "number", min: 1, max: 240, step: 1, unit: "months" }),
  cleanup_tag_prefix: (entry) => single(entry, { type: "text", maxlength: 40, say: (value) => `“${value}”` }),
  cleanup_actions: actions,
  score_weights: weights,
  issue_templates: texts,
};

/**
 * @param {Entry} entry
 * @param {Omit<SettingOptions, "label"> & { unit?: string }} options
 * @returns {Editor<Held>}
 */
function single(entry, { unit = "", ...options }) {
  const label = unit ? `${entry.title}, in ${unit}` : entry.title;
  const field = settingField({ label, value: entry.value, standard: entry.default, hint: entry.help, ...options });
  return { element: field.element, fields: () => [field], get: field.get, set: field.set };
}

/**
 * @param {Entry<Dates>} entry
 * @returns {Editor<Dates>}
 */
function camp(entry) {
  /** @type {(path: keyof Dates, label: string) => SettingField} */
  const make = (path, label) =>
    settingField({
      path,
      label,
      type: "date",
      value: entry.value[path],
      standard: entry.default[path],
      say: (value) => (value ? day(value) : "no day"),
    });
  const [start, end] = [make("start", "First day"), make("end", "Last day")];
  return {
    element: h("div", { class: "setting-row" }, start.element, end.element),
    fields: () => [start, end],
    get: () => ({ start: start.get(), end: end.get() }),
    set(value) {
      start.set(value.start);
      end.set(value.end);
    },
  };
}

// -- lists -----------------------------------------------------------------------------------------------------------

/**
 * Return an editor of lines, which users can add and remove.
 *
 * - line(value) → { element, fields, get() }.
 * - blank: the value of a new line.
 * - keep: the minimum number of lines.
 *
 * @template Value
 * @param {readonly Value[]} values
 * @param {LinesOptions<Value>} options
 * @returns {Editor<Value[]>}
 */
function lines(values, { line, blank, add, keep = 1, after = () => {} }) {
  const list = h("ul", { class: "setting-lines" });
  const more = h(
    "button",
    { type: "button", class: "button compact", on: { click: () => addLine() } },
    icon("plus"),
    add,
  );
  /** @type {(Line<Value> & { remove: HTMLButtonElement })[]} */
  let current = [];
  function draw() {
    replace(
      list,
      current.map((one) => h("li", {}, one.element, one.remove)),
    );
    for (const one of current) one.remove.disabled = current.length <= keep;
    after(current);
  }
  /** @param {Value} value */
  function make(value) {
    const remove = h(
      "button",
      {
        type: "button",
        class: "icon-button",
        title: "Remove line",
        on: { click: (event) => removeLine(event.currentTarget) },
      },
      icon("bin"),
      hiddenText("Remove line"),
    );
    return { ...line(value), remove };
  }
  function notify() {
    draw();
    list.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function addLine() {
    current.push(make(blank));
    notify();
    current.at(-1)?.element.querySelector("input")?.focus();
  }
  /** @param {HTMLButtonElement} pressed */
  function removeLine(pressed) {
    current = current.filter(({ remove }) => remove !== pressed);
    notify();
    more.focus();
  }
  /** @param {Value[]} next */
  function set(next) {
    current = next.map(make);
    notify();
  }
  current = values.map(make);
  draw();
  list.addEventListener("input", () => after(current));
  return {
    element: h("div", { class: "stack" }, list, h("p", {}, more)),
    fields: () =>
      current.flatMap((one, place) =>
        one.fields.map((field) => ({ ...field, path: field.path ? `${place}.${field.path}` : String(place) })),
      ),
    get: () => current.map((one) => one.get()),
    set,
  };
}

/**
 * @param {Entry<string[]>} entry
 * @returns {Editor<string[]>}
 */
function actions(entry) {
  /** @param {string} value */
  const line = (value) => {
    const field = settingField({ label: hiddenText("Action"), value, maxlength: 200 });
    return { element: field.element, fields: [field], get: field.get };
  };
  return { ...lines(entry.value, { line, blank: "", add: "Add an action" }), standard: entry.default.join(", ") };
}

/**
 * @param {Entry<Grade[]>} entry
 * @returns {Editor<Grade[]>}
 */
function grades(entry) {
  /** @param {Grade} value */
  const line = ({ grade, minimum }) => {
    const name = settingField({ path: "grade", label: "Grade", value: grade, maxlength: 3, size: 3 });
    const from = settingField({
      path: "minimum",
      label: "From, in points",
      type: "number",
      value: minimum,
      min: 0,
      max: 100,
      step: 1,
    });
    return {
      element: h("div", { class: "setting-row narrow" }, name.element, from.element),
      fields: [name, from],
      get: () => ({ grade: name.get(), minimum: from.get() }),
    };
  };
  const strip = h("div", { class: "grade-strip", "aria-hidden": "true" });
  const editor = lines(entry.value, {
    line,
    blank: { grade: "", minimum: null },
    add: "Add a grade",
    after: (current) =>
      drawStrip(
        strip,
        current.map((one) => one.get()),
      ),
  });
  const standard = entry.default.map(({ grade, minimum }) => `${grade} from ${minimum}`).join(", ");
  return { ...editor, standard, element: h("div", { class: "stack" }, strip, editor.element) };
}

/**
 * Draw a bar of the scores from 0 to 100, divided at the minimums of grades.
 *
 * @param {HTMLElement} strip
 * @param {readonly Grade[]} values
 */
function drawStrip(strip, values) {
  const known = values
    .flatMap(({ grade, minimum }) => (minimum === null ? [] : [{ grade, minimum }]))
    .sort((a, b) => a.minimum - b.minimum);
  replace(
    strip,
    known.map(({ grade, minimum }, place) => {
      const end = known[place + 1]?.minimum ?? 100;
      return h(
        "span",
        { vars: { "--span": Math.max(2, end - minimum) } },
        h("strong", {}, grade || "?"),
        h("small", {}, `${minimum}+`),
      );
    }),
  );
}

// -- a value for each issue ----------------------------------------------------------------------------------------------

/**
 * "Forms with errors: {count}" → "Forms with errors".
 *
 * @param {string} title
 */
export function shortTitle(title) {
  return title.replace(/:?\s*\{count\}(\s*%)?/, "").trim();
}

/**
 * @param {Entry<Record<string, number>>} entry
 * @param {Context} context
 */
function weights(entry, { issues, titles }) {
  const fields = Object.keys(entry.default).map((key) =>
    settingField({
      path: key,
      label: titles[key],
      type: "number",
      compact: true,
      value: entry.value[key],
      standard: entry.default[key],
      min: 0,
      max: 100,
      step: 0.01,
      say: hundredths,
      write: hundredths,
    }),
  );
  return perIssue(fields, issues, "setting-grid");
}

/**
 * 0.1 → "0.10", so that decimal points align in a column. More decimals are kept.
 *
 * @param {Maybe<number>} value
 */
function hundredths(value) {
  if (value === null || value === undefined) return "";
  return Number(value.toFixed(2)) === value ? value.toFixed(2) : String(value);
}

/**
 * @param {SettingField[]} fields
 * @param {Context["issues"]} issues
 * @param {string} name
 * @returns {Editor<Record<string, number>>}
 */
function perIssue(fields, issues, name) {
  const byKey = Object.fromEntries(fields.map((field) => [field.path, field]));
  const groups = issues.map(({ label, keys }) =>
    h(
      "fieldset",
      { class: "setting-group" },
      h("legend", {}, label),
      h(
        "div",
        { class: name },
        keys.filter((key) => byKey[key]).map((key) => byKey[key].element),
      ),
    ),
  );
  return {
    element: h("div", { class: "stack" }, groups),
    fields: () => fields,
    get: () => Object.fromEntries(fields.map((field) => [field.path, field.get()])),
    set(value) {
      for (const field of fields) field.set(value[field.path]);
    },
    overlays: true,
  };
}

/**
 * @param {Entry<Record<string, Texts>>} entry
 * @param {Context} context
 * @returns {Editor<Record<string, Texts>>}
 */
function texts(entry, { issues, titles }) {
  const editors = Object.fromEntries(Object.keys(entry.default).map((key) => [key, textsOf(key, entry, titles[key])]));
  const groups = issues.map(({ label, keys }) =>
    h(
      "section",
      { class: "setting-group" },
      h("h3", {}, label),
      keys.filter((key) => editors[key]).map((key) => editors[key].element),
    ),
  );
  return {
    element: h("div", { class: "stack" }, groups),
    fields: () => Object.values(editors).flatMap((editor) => editor.fields),
    get: () => Object.fromEntries(Object.entries(editors).map(([key, editor]) => [key, editor.get()])),
    set(value) {
      for (const [key, editor] of Object.entries(editors)) editor.set(value[key]);
    },
    overlays: true,
  };
}

/**
 * @param {string} key
 * @param {Entry<Record<string, Texts>>} entry
 * @param {string} title
 */
function textsOf(key, { value, default: standard }, title) {
  /** @type {(path: keyof Texts, label: string, more: Partial<SettingOptions>) => SettingField} */
  const make = (path, label, more) =>
    settingField({ path: `${key}.${path}`, label, value: value[key][path], standard: standard[key][path], ...more });
  const parts = {
    title: make("title", "Title", { hint: "{count} becomes the issue's count.", maxlength: 200 }),
    description: make("description", "What to do", { type: "textarea", maxlength: 2000 }),
    priority: make("priority", "Priority", { type: "select", options: PRIORITIES, say: (one) => one }),
  };
  const own = standard[key];
  const fields = Object.values(parts);
  const changed = h("span", { class: "chip accent" }, "Customized");
  const element = h(
    "details",
    { class: "issue-texts" },
    h("summary", {}, h("span", {}, title), changed),
    h(
      "div",
      { class: "stack" },
      fields.map((field) => field.element),
    ),
  );
  const update = () => {
    changed.hidden = Object.entries(parts).every(
      ([name, field]) => field.get() === own[/** @type {keyof Texts} */ (name)],
    );
  };
  element.addEventListener("input", update);
  update();
  return {
    element,
    fields,
    get: () => ({ title: parts.title.get(), description: parts.description.get(), priority: parts.priority.get() }),
    /** @param {Texts} next */
    set(next) {
      parts.title.set(next.title);
      parts.description.set(next.description);
      parts.priority.set(next.priority);
    },
  };
}
