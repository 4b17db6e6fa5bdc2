/* A task for an issue: whose, and until when. */

import { api } from "../core/api.js";
import { openOverlay } from "../core/open-overlay.js";
import { changed, shared } from "../core/shared.js";
import { formDialog } from "../ui/form.js";
import { toast } from "../ui/toast.js";

export async function makeTask(issue) {
  const team = await teamOrNobody();
  const made = await formDialog({
    title: "Make a task",
    intro: `${issue.title}. ${issue.description}`,
    yes: "Make the task",
    fields: [
      { name: "assignee", label: "Who does it", type: "select", value: issue.owners[0] ?? "", options: [["", issue.owners.length ? "Whoever owns the area" : "Nobody yet"], ...team.map(({ name }) => [name, name])] },
      { name: "due_date", label: "Due", type: "date" },
    ],
    submit: (values) => api.post(`issues/${issue.key}/create-task`, values),
  });
  if (!made) return;
  changed("tasks", "issues");
  const whose = made.task.assignee ? ` for ${made.task.assignee}` : "";
  toast(made.created ? `Task made${whose}.` : "There was an open task already; it stays as it is.", { action: { label: "Show it", run: () => openOverlay("tasks", { "tasks.q": made.task.title }) } });
}

/** Without the team the task can be made too. */
async function teamOrNobody() {
  try {
    return (await shared("config")).team;
  } catch {
    return [];
  }
}
