/* The form of a task, new or existing: about an issue, an asset, or neither. */

import { nameOf } from "../core/names.js";
import { formDialog } from "../ui/form.js";
import { PRIORITIES } from "./words.js";

/**
 * @template Made
 * @typedef {{
 *   title?: string, yes?: string, intro?: string, fields?: readonly string[] | null, defaults?: object, nobody?: string,
 *   first?: FormField | null, config: Api["PardotConfig"] | null, submit: (values: any, changes: any) => Promise<Made> | Made,
 * }} TaskFormOptions
 */

/**
 * Return the result of `submit(values, changes)` (ui/form.js); undefined when the dialog was closed.
 *
 * - fields: the names of the form's fields; all by default.
 * - first: a field before the others.
 * - defaults: initial values.
 * - config: the answer of the endpoint `config`; with null, the form offers no areas, and only the initial assignee.
 * - nobody: the label for no assignee.
 *
 * @template Made
 * @param {TaskFormOptions<Made>} options
 */
export function taskForm({
  title = "New task",
  yes = "Create task",
  intro = "",
  fields = null,
  defaults = {},
  nobody = "Unassigned",
  first = null,
  config,
  submit,
}) {
  const all = fieldsOf({ priority: "normal", ...defaults }, config, nobody);
  return formDialog({
    title,
    yes,
    intro,
    fields: [...(first ? [first] : []), ...all.filter(({ name }) => !fields || fields.includes(name))],
    submit,
  });
}

/**
 * @param {Record<string, Held>} values
 * @param {Api["PardotConfig"] | null} config
 * @param {string} nobody
 * @returns {FormField[]}
 */
function fieldsOf(values, config, nobody) {
  // A colleague may have added the assignee to the team after `config` was loaded.
  const names = new Set([...(config?.team ?? []).map(({ name }) => name), values.assignee].filter(Boolean));
  /** @type {Option[]} */
  const members = [...names].map((name) => [name, name]);
  /** @type {Option[]} */
  const areas = (config?.areas ?? []).map(({ area }) => [area, nameOf(area)]);
  /** @type {FormField[]} */
  const fields = [
    { name: "title", label: "Title", required: true, maxlength: 200 },
    { name: "description", label: "Description", type: "textarea", maxlength: 10_000 },
    { name: "assignee", label: "Assignee", type: "select", options: [["", nobody], ...members] },
    { name: "priority", label: "Priority", type: "select", required: true, options: PRIORITIES },
    { name: "due_date", label: "Due", type: "date" },
    { name: "area", label: "Area", type: "select", options: [["", "None"], ...areas] },
  ];
  return fields.map((field) => ({ ...field, value: values[field.name] ?? "" }));
}
