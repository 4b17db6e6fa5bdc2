/* A form in a dialog: fields as data, answers of the server beside the field that they are about. */

import { isAbort } from "../core/api.js";
import { freshId, h, replace } from "../core/dom.js";
import { openDialog } from "./dialog.js";

/**
 * formDialog({ title, intro, fields, yes: "Save", submit(values) }) → what submit gave, or undefined when sent away.
 *
 * A field: { name, label, type: "text" | "textarea" | "select" | "date" | "number" | "checkbox", value, hint, required,
 * options: [[value, label]], min, max, maxlength }. `submit` writes; an ApiError keeps the form open and is shown in it.
 */
export async function formDialog({ title, intro = "", fields, yes = "Save", submit }) {
  const parts = fields.map(makeField);
  const problem = h("p", { class: "banner bad", role: "alert", hidden: true });
  const formId = freshId("form");
  const form = h("form", { class: "stack", id: formId, novalidate: true }, intro && h("p", { class: "soft" }, intro), problem, parts.map((part) => part.element));
  const cancel = h("button", { type: "button", class: "button", on: { click: () => dialog.close() } }, "Cancel");
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
  const dialog = openDialog({ title, body: form, actions: [cancel, save] });
  parts[0]?.input.focus();
  return dialog.closed;
}

function makeField(field) {
  const id = freshId("field");
  const { name, label, type = "text", value = "", hint = "", options = [], ...rest } = field;
  const shared = { id, name, "aria-describedby": `${id}-hint ${id}-problem`, required: rest.required, maxlength: rest.maxlength };
  const input = makeInput(type, { ...shared, min: rest.min, max: rest.max, step: rest.step }, options, value);
  const problem = h("p", { class: "problem", id: `${id}-problem` });
  const element = h(
    "div", { class: "field" },
    h("label", { for: id }, label, !rest.required && type !== "checkbox" && h("span", { class: "soft" }, " (optional)")),
    input,
    h("p", { class: "hint", id: `${id}-hint`, hidden: !hint }, hint),
    problem,
  );
  return { name, label, type, input, problem, element };
}

function makeInput(type, attributes, options, value) {
  if (type === "textarea") return h("textarea", { ...attributes, rows: 4 }, value);
  if (type === "checkbox") return h("input", { ...attributes, type, checked: value === true });
  if (type !== "select") return h("input", { ...attributes, type, value });
  return h("select", attributes, options.map(([key, label]) => h("option", { value: key, selected: String(key) === String(value) }, label)));
}

function valuesOf(parts) {
  return Object.fromEntries(parts.map(({ name, type, input }) => [name, valueOf(type, input)]));
}

function valueOf(type, input) {
  if (type === "checkbox") return input.checked;
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
  return input.validationMessage;
}

function mark({ input, problem }, sentence) {
  problem.textContent = sentence;
  if (sentence) input.setAttribute("aria-invalid", "true");
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
  parts.find((part) => part.input.hasAttribute("aria-invalid"))?.input.focus();
}
