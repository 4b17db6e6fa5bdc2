/* The form of a task, new or not. */

import { api } from "../core/api.js";
import { nameOf } from "../core/names.js";
import { formDialog } from "../ui/form.js";

const PRIORITIES = [["high", "High"], ["normal", "Normal"], ["low", "Low"]];

/** → what the server has made of it; undefined when it was sent away. config: the answer of `config`. */
export function taskForm({ task = null, config, assignee = null }) {
  const members = config.team.map(({ name }) => [name, name]);
  return formDialog({
    title: task ? "Change the task" : "A new task",
    yes: task ? "Save" : "Make the task",
    fields: [
      { name: "title", label: "What is to be done", value: task?.title ?? "", required: true, maxlength: 200 },
      { name: "description", label: "More about it", type: "textarea", value: task?.description ?? "", maxlength: 10_000 },
      { name: "assignee", label: "Who does it", type: "select", value: task ? (task.assignee ?? "") : (assignee ?? ""), options: [["", "Nobody yet"], ...members] },
      { name: "priority", label: "Priority", type: "select", required: true, value: task?.priority ?? "normal", options: PRIORITIES },
      { name: "due_date", label: "Due", type: "date", value: task?.due_date ?? "" },
      { name: "area", label: "Area", type: "select", value: task?.area ?? "", options: [["", "None"], ...config.areas.map(({ area }) => [area, nameOf(area)])] },
    ],
    submit: (values) => save(task, { ...values, description: values.description ?? "" }),
  });
}

/** Of a task only what differs is sent: an area that is the issue's own may not be said again otherwise. */
function save(task, values) {
  if (!task) return api.post("tasks", values);
  const changes = Object.fromEntries(Object.entries(values).filter(([name, value]) => (task[name] ?? null) !== value && !(name === "description" && value === task.description)));
  return Object.keys(changes).length ? api.patch(`tasks/${task.id}`, changes) : task;
}
