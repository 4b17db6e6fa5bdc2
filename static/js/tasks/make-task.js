/* Making tasks, wherever one is wanted: the form, what is sent, and the word that it is made, with the way to it. */

import { api } from "../core/api.js";
import { openOverlay } from "../core/open-overlay.js";
import { changed, shared } from "../core/shared.js";
import { flagWords, nameOf, TYPES } from "../assets/words.js";
import { toast } from "../ui/toast.js";
import { taskForm } from "./task-form.js";

/**
 * A task for an issue: whose, and until when; the rest is the issue's.
 *
 * @param {Api["IssueItem"]} issue
 */
export async function makeIssueTask({ key, title, description, owners }) {
  const made = await taskForm({
    intro: `${title}. ${description}`,
    fields: ["assignee", "due_date"],
    defaults: { assignee: owners[0] },
    nobody: owners.length ? "Owner of the area" : undefined,
    config: await configOrNone(),
    submit: (values) => api.post(`issues/${key}/create-task`, values),
  });
  if (made) say(made.task, made.created);
}

/**
 * A task about one asset.
 *
 * @param {Api["Area"]} type
 * @param {{ id: number, name: string | null, flags?: string[], exempt?: string[] }} row
 */
export async function makeAssetTask(type, row) {
  const config = await configOrNone();
  const made = await taskForm({
    intro: `About the ${TYPES[type].one} “${nameOf(row)}”.`,
    fields: ["title", "description", "assignee", "priority", "due_date"],
    defaults: { title: titleOf(row), assignee: config?.team.find(({ areas }) => areas.includes(type))?.name },
    config,
    submit: (values) => post({ ...values, asset_type: type, asset_id: row.id }),
  });
  if (made) say(made);
}

/**
 * A task about anything, for whoever asks. → what was made; undefined when it was sent away.
 *
 * @param {Api["PardotConfig"]} config
 * @returns {Promise<Api["TaskOut"] | undefined>}
 */
export async function makeTask(config) {
  const made = await taskForm({ defaults: { assignee: config.me }, config, submit: post });
  if (made) say(made);
  return made;
}

/** @param {Api["TaskIn"]} values */
const post = (values) => api.post("tasks", { ...values, description: values.description ?? "" });

/** @param {{ id: number, name: string | null, flags?: string[], exempt?: string[] }} row */
function titleOf(row) {
  const flags = (row.flags ?? []).filter((flag) => !row.exempt?.includes(flag));
  const what = flags.length ? flags.map((flag) => flagWords(flag).label).join(", ") : "Look at";
  return `${what}: ${nameOf(row)}`.slice(0, 200);
}

/** Without the team the task can be made too. */
async function configOrNone() {
  try {
    return await shared("config");
  } catch {
    return null;
  }
}

/**
 * @param {{ title: string, assignee: string | null }} task
 * @param {boolean} [isNew]
 */
function say({ title, assignee }, isNew = true) {
  changed("tasks", "issues");
  const whose = assignee ? ` for ${assignee}` : "";
  const show = () => openOverlay("tasks", { "tasks.q": title, "tasks.whose": "", "tasks.state": "" });
  toast(isNew ? `“${title}” created${whose}.` : `“${title}” is open already and stays as it is.`, {
    about: "task",
    action: { label: "Show it", run: show },
  });
}
