/* Create several tasks in a row: a title, Enter, the next title. Assignee and due date stay as they are. */

import { ApiError, api, isAbort, messageOf } from "../core/api.js";
import { freshId, h, icon, replace } from "../core/dom.js";
import { joinNames } from "../core/names.js";
import { makeInput } from "../ui/form.js";
import { toast } from "../ui/toast.js";

/**
 * Return a line of fields. changed(): called when all waiting tasks were sent, and after “Undo”.
 *
 * @param {Api["PardotConfig"]} config
 * @param {() => unknown} changed
 */
export function quickAdd(config, changed) {
  const title = h("input", { maxlength: 200, autocomplete: "off", placeholder: "A title, then Enter" });
  const members = config.team.map(({ name }) => /** @type {Option} */ ([name, name]));
  const assignee = makeInput("select", {}, [["", "Unassigned"], ...members], config.me ?? "");
  const due = makeInput("date", {}, [], "");
  const problem = h("p", { class: "problem", id: freshId("problem"), role: "alert" });
  const form = h(
    "form",
    { class: "quick-add", novalidate: true, "aria-label": "Add tasks" },
    labeled("Add a task", title, "quick-title"),
    labeled("Assignee", assignee),
    labeled("Due", due),
    h("button", { type: "submit", class: "button primary" }, icon("plus"), "Add"),
    problem,
  );
  title.setAttribute("aria-describedby", problem.id);
  let last = Promise.resolve();
  let waiting = 0;
  /** The titles that were not added, and are no longer in the field. @type {string[]} */
  let lost = [];
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = title.value.trim();
    /** @type {Api["TaskIn"]} */
    const values = {
      title: text,
      description: "",
      assignee: assignee.value || null,
      due_date: due.value || null,
      priority: "normal",
      status: "open",
    };
    // The value of an incomplete date is empty.
    const isIncomplete = due.validity.badInput;
    replace(problem, text ? isIncomplete && "Complete the due date, or clear it." : "Enter a title.");
    (text && isIncomplete ? due : title).focus();
    if (!text || isIncomplete) return;
    title.value = "";
    lost = [];
    // Send one request after the other, so that the tasks are listed in the order of typing.
    waiting += 1;
    last = last.then(() => add(values));
  });

  /** @param {Api["TaskIn"]} values */
  async function add(values) {
    try {
      const task = await api.post("tasks", values);
      const whose = task.assignee ? ` for ${task.assignee}` : "";
      toast(`“${task.title}” created${whose}.`, {
        about: "task",
        action: { label: "Undo", run: () => remove(task.id) },
      });
    } catch (error) {
      if (isAbort(error)) return;
      if (title.value) lost.push(values.title);
      else title.value = values.title;
      const names = joinNames(lost.map((one) => `“${one}”`));
      replace(problem, lost.length > 0 && `Not added: ${names}. `, messageOf(error));
    } finally {
      waiting -= 1;
    }
    // Redraw the list once for all tasks that were typed meanwhile.
    if (waiting === 0) await changed();
  }

  /** @param {number} id */
  async function remove(id) {
    try {
      await api.delete(`tasks/${id}`);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) toast(messageOf(error), { kind: "bad" });
    }
    await changed();
  }

  return form;
}

/**
 * @param {string} label
 * @param {Control} input
 * @param {string} [kind]
 */
function labeled(label, input, kind = "") {
  input.id = freshId("quick");
  return h("div", { class: `field ${kind}` }, h("label", { for: input.id }, label), input);
}
