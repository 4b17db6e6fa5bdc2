/* An input for one value, with its default and the server's error. */

import { freshId, h, hiddenText } from "../core/dom.js";
import { makeInput } from "../ui/form.js";

/**
 * settingField({ path, label, type, value, standard, options, say, hint, … }) →
 *   { path, element, input, get(), set(value), mark(sentence) }
 *
 * - path: the place of the value in its configuration key's JSON ("forms_errors.title"), or "" for the whole JSON.
 * - standard: the default; undefined if there is none.
 * - say(value): the default in words.
 * - write(value): the text in the field.
 *
 * Parameters that the function does not name, such as min and maxlength, become attributes of the input.
 *
 * @param {SettingOptions} options
 * @returns {SettingField}
 */
export function settingField({
  path = "",
  label,
  type = "text",
  value,
  standard,
  options = [],
  say = String,
  write = (one) => String(one ?? ""),
  hint = "",
  compact = false,
  ...attributes
}) {
  const id = freshId("setting");
  const input = makeInput(
    type,
    { id, "aria-describedby": `${id}-hint ${id}-note ${id}-problem`, autocomplete: "off", ...attributes },
    options,
    write(value),
  );
  const problem = h("p", { class: "problem", id: `${id}-problem` });
  const note = h("p", { class: "standard", id: `${id}-note` });
  const element = h(
    "div",
    { class: compact ? "field setting compact" : "field setting" },
    h("label", { for: id }, label),
    input,
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint),
    note,
    problem,
  );
  /** @type {SettingField} */
  const field = {
    path,
    input,
    element,
    get: () => valueIn(type, input),
    set(next) {
      input.value = write(next);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    },
    mark(sentence) {
      problem.textContent = sentence;
      if (sentence) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    },
  };
  if (standard !== undefined) followDefault(field, { note, standard, say, label });
  input.addEventListener("input", () => field.mark(""));
  return field;
}

/**
 * While the value differs from the default, show the default and a button that restores it.
 *
 * @param {SettingField} field
 * @param {{ note: HTMLElement, standard: Held, say: (value: Held) => string, label: string | HTMLElement }} about
 */
function followDefault(field, { note, standard, say, label }) {
  const back = h(
    "button",
    { type: "button", class: "link-button", on: { click: () => restore() } },
    "Reset",
    hiddenText(` for ${labelText(label)}`),
  );
  const text = h("span", {}, h("strong", {}, "Customized."), ` Default: ${say(standard) || "none"}. `);
  note.append(text, back);
  function restore() {
    field.set(standard);
    field.input.focus();
  }
  const update = () => {
    const differs = field.get() !== standard;
    note.hidden = !differs;
    field.element.classList.toggle("is-changed", differs);
  };
  field.input.addEventListener("input", update);
  field.input.addEventListener("change", update);
  update();
}

/** @param {string | HTMLElement} label */
function labelText(label) {
  return typeof label === "string" ? label : (label.textContent ?? "this");
}

/**
 * @param {string} type
 * @param {Control} input
 */
function valueIn(type, input) {
  const text = type === "textarea" || type === "text" ? input.value : input.value.trim();
  if (type === "number") return text === "" || Number.isNaN(Number(text)) ? null : Number(text);
  return type === "date" && text === "" ? null : text;
}
