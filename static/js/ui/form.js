/* A form in a dialog: fields are declared as data, and the server's errors appear beside their fields. */

import { ApiError, isAbort, messageOf } from "../core/api.js";
import { abandonWrites } from "../core/session.js";
import { freshId, h, replace } from "../core/dom.js";
import { disabledDuring } from "../core/focus.js";
import { confirm, openDialog } from "./dialog.js";

/**
 * Return the result of submit(values, changes); undefined when the user closed the form without saving. `changes` has
 * only the values that the user changed. If the user closes the form while a request is under way, return the result of
 * the request, because the server may have saved the values.
 *
 * fields: see FormField (types.d.ts). A field of the type "choices" is a group of checkboxes; its value is a list.
 *
 * The form opens with the focus on the first field that is not valid, or else on the first field. When `submit` fails,
 * the form stays open and shows the error. The user is asked before entries are discarded.
 *
 * @template Made
 * @param {FormOptions<Made>} options
 * @returns {Promise<Made | undefined>}
 */
export async function formDialog({ title, intro = "", fields, yes = "Save", submit }) {
  const parts = fields.map(makeField);
  const problem = h("p", { class: "banner bad", role: "alert", hidden: true });
  const formId = freshId("form");
  const form = h(
    "form",
    { class: "stack", id: formId, novalidate: true },
    intro && h("p", { class: "soft" }, intro),
    problem,
    parts.map((part) => part.element),
  );
  const cancel = h("button", { type: "button", class: "button", on: { click: () => dialog.sendAway() } }, "Cancel");
  const save = h("button", { type: "submit", class: "button primary", form: formId }, yes);
  /** @type {Promise<Made | undefined>} */
  let saving = Promise.resolve(undefined);
  const saved = new AbortController();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (save.disabled || !check(parts)) return;
    try {
      const values = valuesOf(parts);
      saving = Promise.resolve(submit(values, changesOf(values, before)));
      const made = await disabledDuring(save, () => saving);
      saved.abort();
      dialog.close(made);
    } catch (error) {
      if (!isAbort(error)) show(error, parts, problem);
    }
  });
  const before = valuesOf(parts);
  const mayClose = () => isEmpty(changesOf(valuesOf(parts), before)) || confirmDiscard(saved.signal);
  const dialog = openDialog({ title, body: form, actions: [cancel, save], mayClose });
  focusOn(parts.find(isToFill) ?? parts[0]);
  dialog.closed.then(abandonWrites);
  const made = /** @type {Made | undefined} */ (await dialog.closed);
  return made ?? saving.catch(() => undefined);
}

/** @param {AbortSignal} signal aborted when the entries have been saved, because the question is then needless */
function confirmDiscard(signal) {
  return confirm({
    signal,
    title: "Discard what you entered?",
    text: "It has not been saved.",
    yes: "Discard",
    no: "Keep editing",
    danger: true,
  });
}

/** @param {FormPart} part */
function isToFill({ input }) {
  return !input.validity.valid;
}

/** @param {FormPart} [part] */
function focusOn(part) {
  (part?.input.matches("fieldset") ? part.input.querySelector("input") : part?.input)?.focus();
}

/**
 * @param {FormField} field
 * @returns {FormPart}
 */
function makeField(field) {
  const id = freshId("field");
  const { name, label, type = "text", value = "", hint = "", options = [], ...rest } = field;
  const shared = {
    id,
    name,
    "aria-describedby": `${id}-hint ${id}-problem`,
    required: rest.required,
    maxlength: rest.maxlength,
    pattern: rest.pattern,
  };
  if (type === "choices") return makeChoices(field, id);
  const input = makeInput(type, { ...shared, min: rest.min, max: rest.max, step: rest.step }, options, value);
  const problem = h("p", { class: "problem", id: `${id}-problem` });
  const named =
    type === "checkbox"
      ? [h("label", { class: "choice" }, input, label)]
      : [h("label", { for: id }, label, !rest.required && h("span", { class: "soft" }, " (optional)")), input];
  const element = h(
    "div",
    { class: "field" },
    named,
    h("p", { class: "hint", id: `${id}-hint`, hidden: !hint }, hint),
    problem,
  );
  return { name, label, input, get: () => valueIn(type, input), problem, element };
}

/**
 * Return a group of checkboxes.
 *
 * @param {FormField} field
 * @param {string} id
 * @returns {FormPart}
 */
function makeChoices({ name, label, value, hint = "", options = [] }, id) {
  const chosen = Array.isArray(value) ? value : [];
  const boxes = options.map(([key, text]) => {
    const box = h("input", { type: "checkbox", name, value: key, checked: chosen.includes(key) });
    return { box, element: h("label", { class: "choice" }, box, text) };
  });
  const problem = h("p", { class: "problem", id: `${id}-problem` });
  const described = { class: "field", "aria-describedby": `${id}-hint ${id}-problem` };
  const input = h(
    "fieldset",
    described,
    h("legend", { class: "label" }, label),
    h(
      "div",
      { class: "choices" },
      boxes.map(({ element }) => element),
    ),
    h("p", { class: "hint", id: `${id}-hint`, hidden: !hint }, hint),
    problem,
  );
  const ticked = () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
  return { name, label, input, get: ticked, problem, element: input };
}

/**
 * @param {string} type
 * @param {Record<string, AttributeValue>} attributes
 * @param {readonly Option[]} options
 * @param {FieldValue} value
 * @returns {Control}
 */
export function makeInput(type, attributes, options, value) {
  if (type === "textarea") return h("textarea", { ...attributes, rows: 4 }, String(value ?? ""));
  if (type === "checkbox") return h("input", { ...attributes, type, checked: value === true });
  if (type !== "select") return h("input", { ...attributes, type, value: String(value ?? "") });
  return h(
    "select",
    attributes,
    options.map(([key, label]) => h("option", { value: key, selected: String(key) === String(value) }, label)),
  );
}

/**
 * @param {readonly FormPart[]} parts
 * @returns {Record<string, Held>}
 */
function valuesOf(parts) {
  return Object.fromEntries(parts.map(({ name, get }) => [name, get()]));
}

/**
 * Return the values that differ. Compare with the values of the untouched form: the browser changes the line breaks of a
 * text, so the text of the server may differ from the text in its field.
 *
 * @param {Record<string, Held>} values
 * @param {Record<string, Held>} before
 */
function changesOf(values, before) {
  const isChanged = (/** @type {string} */ name) => JSON.stringify(values[name]) !== JSON.stringify(before[name]);
  return Object.fromEntries(Object.entries(values).filter(([name]) => isChanged(name)));
}

/**
 * @param {object} values
 */
export const isEmpty = (values) => Object.keys(values).length === 0;

/**
 * @param {string} type
 * @param {Control} input
 * @returns {FieldValue}
 */
function valueIn(type, input) {
  if (input instanceof HTMLInputElement && type === "checkbox") return input.checked;
  const text = input.value.trim();
  if (text === "") return null;
  return type === "number" ? Number(text) : text;
}

/** @param {readonly FormPart[]} parts */
function check(parts) {
  for (const part of parts) mark(part, part.input.validity.valid ? "" : sentenceFor(part));
  const first = parts.find((part) => !part.input.validity.valid);
  first?.input.focus();
  return !first;
}

/** @param {FormPart} part */
function sentenceFor({ label, input }) {
  if (input.validity.valueMissing) return `${input.matches("select") ? "Choose" : "Enter"} ${article(label)}.`;
  if (input.validity.patternMismatch) return `${label} is not valid.`;
  return input.validationMessage;
}

/**
 * "Issue" → "an issue".
 *
 * @param {string} label
 */
function article(label) {
  return `${/^[aeio]/i.test(label) ? "an" : "a"} ${label.charAt(0).toLowerCase()}${label.slice(1)}`;
}

/**
 * @param {FormPart} part
 * @param {string} sentence
 */
function mark({ input, problem }, sentence) {
  problem.textContent = sentence;
  if (sentence && !input.matches("fieldset")) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

/**
 * Show each error beside its field. Errors that belong to no field are shown at the top of the form.
 *
 * @param {unknown} error
 * @param {readonly FormPart[]} parts
 * @param {HTMLElement} problem
 */
function show(error, parts, problem) {
  const complaints = error instanceof ApiError ? error.errors : [];
  const rest = [];
  for (const { loc = [], message } of complaints) {
    const part = parts.find((one) => loc.includes(one.name));
    if (part) mark(part, [part.problem.textContent, message].filter(Boolean).join("; "));
    else rest.push([loc.slice(1).join("."), message].filter(Boolean).join(": "));
  }
  const isPlaced = rest.length < complaints.length;
  problem.hidden = isPlaced && rest.length === 0;
  replace(problem, isPlaced ? rest.join("; ") : messageOf(error) || "This could not be saved. Try again.");
  focusOn(parts.find((part) => part.problem.textContent));
}
