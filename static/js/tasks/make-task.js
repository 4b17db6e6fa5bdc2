/* Create tasks from any place in the dashboard: the form, the request, and a message with “Show it” or “Undo”. */

import { api, messageOf } from "../core/api.js";
import { cut, number, plural } from "../core/format.js";
import { openOverlay } from "../core/open-overlay.js";
import { changed, shared } from "../core/shared.js";
import { flagWords, nameOfAsset, TYPES } from "../assets/words.js";
import { toast } from "../ui/toast.js";
import { taskForm } from "./task-form.js";

/**
 * Create a task for an issue. The form asks for the assignee and due date; the other values come from the issue.
 *
 * @param {Api["IssueItem"]} issue
 */
export async function makeIssueTask({ key, title, description, owners }) {
  const result = await taskForm({
    intro: `${title}. ${description}`,
    fields: ["assignee", "due_date"],
    defaults: { assignee: owners[0] },
    nobody: owners.length ? "Owner of the area" : undefined,
    config: await configOrNone(),
    submit: (values) => api.post(`issues/${key}/create-task`, values),
  });
  if (result) say(result.task, result.created);
}

/**
 * Create a task about one asset.
 *
 * @param {Api["Area"]} type
 * @param {{ id: number, name: string | null, flags?: string[], exempt?: string[] }} row
 */
export async function makeAssetTask(type, row) {
  const config = await configOrNone();
  const result = await taskForm({
    intro: `About the ${TYPES[type].one} “${nameOfAsset(row)}”.`,
    fields: ["title", "description", "assignee", "priority", "due_date"],
    defaults: { title: titleOf(row), assignee: config?.team.find(({ areas }) => areas.includes(type))?.name },
    config,
    submit: (values) => post({ ...values, asset_type: type, asset_id: row.id }),
  });
  if (result) say(result);
}

/**
 * Create a task about anything. Return the new task; undefined when the dialog was closed.
 *
 * @param {Api["PardotConfig"]} config
 * @returns {Promise<Api["TaskOut"] | undefined>}
 */
export async function makeTask(config) {
  const result = await taskForm({ defaults: { assignee: config.me }, config, submit: post });
  if (result) say(result);
  return result;
}

/**
 * Create tasks about many assets: one for each, or one for all. Return the result; undefined when the dialog was closed.
 *
 * @param {{
 *   type: Api["Area"], size: number, title: string,
 *   submit(values: { title: string, for_each: boolean, assignee: string | null, due_date: string | null }): Promise<Api["BulkMade"]>,
 * }} options
 */
export async function makeBulkTasks({ type, size, title, submit }) {
  const config = await configOrNone();
  const { one, many } = TYPES[type];
  const assets = plural(size, one, many);
  const result = await taskForm({
    title: "Create tasks",
    yes: "Create",
    intro: `About ${assets}.`,
    fields: ["title", "assignee", "due_date"],
    first: {
      name: "how",
      label: "How many",
      type: "select",
      required: true,
      options: [
        ["each", `One task for each ${one} (${number(size)})`],
        ["all", `One task for all ${many}`],
      ],
      value: "each",
      hint: `Separate tasks add the ${one}'s name to the title. A single task lists the ${many} in its description.`,
    },
    defaults: { title, assignee: config?.team.find(({ areas }) => areas.includes(type))?.name },
    config,
    submit: ({ how, ...values }) => submit({ ...values, for_each: how === "each" }),
  });
  if (result) tellMade(result);
  return result;
}

/**
 * Create a task for each of several issues.
 *
 * @param {readonly string[]} keys
 */
export async function makeIssueTasks(keys) {
  const result = await taskForm({
    title: "Create tasks",
    yes: "Create",
    intro: `One task for each of ${plural(keys.length, "issue")}.`,
    fields: ["assignee", "due_date"],
    nobody: "Owner of the area",
    config: await configOrNone(),
    submit: (values) => api.post("issues/create-tasks", { ...values, issues: [...keys] }),
  });
  if (result) tellMade(result);
  return result;
}

/** @param {{ ids: number[], left_out: number }} result */
function tellMade({ ids, left_out }) {
  changed("tasks", "issues");
  const undo = async () => {
    try {
      await api.post("tasks/remove", { ids });
    } catch (error) {
      toast(messageOf(error), { kind: "bad" });
    }
    changed("tasks", "issues");
  };
  const rest = left_out ? ` ${plural(left_out, "issue has", "issues have")} a task already.` : "";
  toast(`${plural(ids.length, "task")} created.${rest}`, {
    about: "task",
    action: ids.length ? { label: "Undo", run: undo } : null,
  });
}

/** @param {Api["TaskIn"]} values */
const post = (values) => api.post("tasks", { ...values, description: values.description ?? "" });

/** @param {{ id: number, name: string | null, flags?: string[], exempt?: string[] }} row */
function titleOf(row) {
  const flags = (row.flags ?? []).filter((flag) => !row.exempt?.includes(flag));
  const what = flags.length ? flags.map((flag) => flagWords(flag).label).join(", ") : "Look at";
  return cut(`${what}: ${nameOfAsset(row)}`, 200);
}

/** A task can be created even if the team cannot be loaded. */
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
  toast(isNew ? `“${title}” created${whose}.` : `“${title}” is open already; nothing was changed.`, {
    about: "task",
    action: { label: "Show it", run: show },
  });
}
