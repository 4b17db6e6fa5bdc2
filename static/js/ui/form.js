/* A form in a dialog: fields as data, answers of the server beside the field that they are about. */

import { isAbort } from "../core/api.js";
import { freshId, h, replace } from "../core/dom.js";
import { confirm, openDialog } from "./dialog.js";

/**
 * formDialog({ title, intro, fields, yes: "Save", submit(values) }) → what submit gave, or undefined when sent away.
 *
 * A field: { name, label, type: "text" | "textarea" | "select" | "date" | "number" | "checkbox" | "choices", value, hint,
 * required, options: [[value, label]], min, max, maxlength }; choices are checkboxes, their value a list. `submit` writes; an
 * ApiError keeps the form open and is shown in it. What was entered is not thrown away unasked.
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
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (save.disabled || !check(parts)) return;
    save.disabled = true;
    try {
      dialog.close(await submit(valuesOf(parts)));
    } catch (error) {
      if (!isAbort(error)) show(error, parts, problem);
    } finally {
      save.disabled = false;
    }
  });
  const before = JSON.stringify(valuesOf(parts));
  const mayClose = () => JSON.stringify(valuesOf(parts)) === before || discards();
  const dialog = openDialog({ title, body: form, actions: [cancel, save], mayClose });
  focusOn(parts[0]);
  return dialog.closed;
}

function discards() {
  return confirm({
    title: "Discard what you entered?",
    text: "It has not been saved.",
    yes: "Discard",
    no: "Keep editing",
    danger: true,
  });
}

function focusOn(part) {
  (part?.input.matches("fieldset") ? part.input.querySelector("input") : part?.input)?.focus();
}

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
  const element = h(
    "div",
    { class: "field" },
    h(
      "label",
      { for: id },
      label,
      !rest.required && type !== "checkbox" && h("span", { class: "soft" }, " (optional)"),
    ),
    input,
    h("p", { class: "hint", id: `${id}-hint`, hidden: !hint }, hint),
    problem,
  );
  return { name, label, type, input, problem, element };
}

/** A group of checkboxes. */
function makeChoices({ name, label, value = [], hint = "", options }, id) {
  const boxes = options.map(([key, text]) =>
    h(
      "label",
      { class: "choice" },
      h("input", { type: "checkbox", name, value: key, checked: value.includes(key) }),
      text,
    ),
  );
  const problem = h("p", { class: "problem", id: `${id}-problem` });
  const described = { class: "field", "aria-describedby": `${id}-hint ${id}-problem` };
  const input = h(
    "fieldset",
    described,
    h("legend", { class: "label" }, label),
    h("div", { class: "choices" }, boxes),
    h("p", { class: "hint", id: `${id}-hint`, hidden: !hint }, hint),
    problem,
  );
  return { name, label, type: "choices", input, problem, element: input };
}

export function makeInput(type, attributes, options, value) {
  if (type === "textarea") return h("textarea", { ...attributes, rows: 4 }, value);
  if (type === "checkbox") return h("input", { ...attributes, type, checked: value === true });
  if (type !== "select") return h("input", { ...attributes, type, value });
  return h(
    "select",
    attributes,
    options.map(([key, label]) => h("option", { value: key, selected: String(key) === String(value) }, label)),
  );
}

function valuesOf(parts) {
  return Object.fromEntries(parts.map(({ name, type, input }) => [name, entered(type, input)]));
}

function entered(type, input) {
  if (type === "checkbox") return input.checked;
  if (type === "choices") return [...input.querySelectorAll("input:checked")].map((box) => box.value);
  const text = input.value.trim();
  if (text === "") return null;
  return type === "number" ? Number(text) : text;
}

function check(parts) {
  for (const part of parts) mark(part, part.input.validity.valid ? "" : sentenceFor(part));
  const first = parts.find((part) => !part.input.validity.valid);
  first?.input.focus();
  return !first;
}

function sentenceFor({ label, input }) {
  if (input.validity.valueMissing) return `${label} is needed.`;
  if (input.validity.patternMismatch) return `${label} does not look right.`;
  return input.validationMessage;
}

function mark({ input, problem }, sentence) {
  problem.textContent = sentence;
  if (sentence && !input.matches("fieldset")) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

function show(error, parts, problem) {
  let placed = false;
  for (const { loc = [], message } of error.errors ?? []) {
    const part = parts.find((one) => loc.includes(one.name));
    if (part) mark(part, message);
    placed ||= Boolean(part);
  }
  problem.hidden = placed;
  replace(problem, error.message || "This could not be saved. Try again.");
  focusOn(parts.find((part) => part.problem.textContent));
}
