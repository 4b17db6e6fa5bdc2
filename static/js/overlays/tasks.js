/* The task board: tasks with their assignees and due dates. */

import { api, isAbort, messageOf } from "../core/api.js";
import { allPages } from "../core/all-pages.js";
import { dayIn } from "../core/days.js";
import { findAll, h, hiddenText, icon } from "../core/dom.js";
import { ago, moment } from "../core/format.js";
import { nameOf } from "../core/names.js";
import { panel } from "../core/panel.js";
import { rowsOf, rowsOfIssue } from "../core/rows.js";
import { changed, onChanged, shared } from "../core/shared.js";
import { pages } from "../assets/links.js";
import { actor } from "../people/actor.js";
import { whoAmI } from "../people/who-am-i.js";
import { makeTask } from "../tasks/make-task.js";
import { quickAdd } from "../tasks/quick-add.js";
import { taskForm } from "../tasks/task-form.js";
import { confirm } from "../ui/dialog.js";
import { isEmpty } from "../ui/form.js";
import { panelDialog } from "../ui/panel-dialog.js";
import { button, outward } from "../ui/parts.js";
import { table } from "../ui/table.js";
import { toast } from "../ui/toast.js";
import { columnsOf, filtersOf } from "./task-columns.js";

/** @typedef {Api["TaskOut"]} Task */
/** @typedef {{ tasks: Task[], config: Api["PardotConfig"], issues: Api["IssueItem"][], links: Pages }} BoardData */

export default () => panelDialog({ title: "Tasks", drawer: true, wide: true, content });

const content = panel({
  lines: 8,
  uses: ["config"],
  load: async ({ signal }) => {
    const [tasks, config, { issues }, links] = await Promise.all([
      tasksNow(signal),
      shared("config"),
      shared("issues"),
      pages(),
    ]);
    return { tasks, config, issues, links };
  },
  render: (data, { signal }) => new Board(data, signal).nodes,
});

/** @param {AbortSignal} [signal] */
const tasksNow = (signal) =>
  allPages(async (params) => {
    const { tasks: rows, count } = await api.get("tasks", { params, signal });
    return { rows, count };
  });

class Board {
  /**
   * @param {BoardData} data
   * @param {AbortSignal} signal
   */
  constructor({ tasks, config, issues, links }, signal) {
    this.config = config;
    this.issues = issues;
    this.links = links;
    const team = config.team.map(({ name }) => name);
    const today = () => dayIn(config.time_zone);
    /** @type {AbortController | undefined} */
    this.reading = undefined;
    /** The latest redrawing. @type {Promise<void>} */
    this.drawn = Promise.resolve();
    // Tasks may change without the board: Ctrl+Z may undo an action from before the board was opened.
    onChanged((paths) => {
      if (paths.includes("tasks")) this.drawn = this.redraw();
    }, signal);
    this.add = button("New task", () => this.make(), { kind: "compact", sign: "plus" });
    this.table = table({
      key: "tasks",
      caption: "Tasks",
      noun: "task",
      exportAs: "tasks",
      search: "Search tasks",
      rows: tasks,
      tools: this.add,
      nothing: "No open tasks. Make one here, or from an issue in Base Camp.",
      columns: columnsOf(
        (task) => this.acts(task),
        (task) => this.closeButton(task),
        today,
      ),
      filters: filtersOf(team, config.me, today),
      detail: (task) => this.detail(task),
    });
    this.nodes = [
      quickAdd(config, () => this.refresh()),
      this.table.element,
      !config.me && whoAmI(config, "The filter “Mine” needs your answer."),
    ];
  }

  // -- parts of a row -----------------------------------------------------------------------------------

  /** @param {Task} task */
  acts(task) {
    const isDone = task.status === "done";
    return h(
      "span",
      { class: "row-acts" },
      act(
        isDone ? "refresh" : "check",
        `${isDone ? "Open again" : "Done"}: ${task.title}`,
        (event) => this.finish(task, event.currentTarget),
        { task: task.id },
      ),
      act("pencil", `Change: ${task.title}`, () => this.change(task)),
      act("bin", `Delete: ${task.title}`, () => this.remove(task)),
    );
  }

  /** @param {Task} task */
  closeButton(task) {
    return h(
      "button",
      {
        type: "button",
        class: "chip",
        "aria-label": `Close the task: ${task.title}`,
        on: { click: (event) => this.finish(task, event.currentTarget) },
      },
      "Close the task",
    );
  }

  /** @param {Task} task */
  detail(task) {
    const issue = this.issues.find(({ key }) => key === task.issue);
    const area = issue?.area ?? task.area;
    return h(
      "div",
      { class: "stack" },
      task.description && h("p", { class: "task-text" }, task.description),
      h(
        "p",
        { class: "row" },
        area &&
          h(
            "a",
            { class: "button compact", href: issue ? rowsOfIssue(issue) : rowsOf(area) },
            icon("table"),
            issue ? "Show the rows" : nameOf(area),
          ),
        this.assetLinks(task),
      ),
      h(
        "p",
        { class: "small soft" },
        "Made by ",
        actor(task.created_by),
        ` ${ago(task.created_at)}`,
        task.completed_at && `, done ${moment(task.completed_at)}`,
        ".",
      ),
    );
  }

  /** @param {Task} task */
  assetLinks({ asset_type: type, asset_id: id, asset_name: name, salesforce_id: crmId }) {
    return (
      type && [
        outward(`${name ?? id} in Pardot`, this.links.pardot(type, id)),
        outward("in Salesforce", this.links.salesforce(crmId)),
      ]
    );
  }

  // -- changes -------------------------------------------------------------------------------------------

  make() {
    return makeTask(this.config);
  }

  /** @param {Task} task */
  async change(task) {
    const saved = await taskForm({
      title: "Change the task",
      yes: "Save",
      defaults: task,
      config: this.config,
      submit: (_, changes) => save(task, changes),
    });
    if (!saved) return;
    await this.refresh();
    this.focus(this.rowIndex(task));
  }

  /**
   * @param {Task} task
   * @param {HTMLButtonElement} pressed
   */
  async finish(task, pressed) {
    const status = task.status === "done" ? "open" : "done";
    const at = this.rowIndex(task);
    pressed.disabled = true;
    const isSaved = await this.write(() => api.patch(`tasks/${task.id}`, { status }));
    this.focus(at);
    if (!isSaved) return;
    const undo = async () =>
      (await this.write(() => api.patch(`tasks/${task.id}`, { status: task.status }))) && this.focus(at);
    toast(`“${task.title}” ${status === "done" ? "completed" : "opened again"}.`, {
      about: "task",
      action: { label: "Undo", run: undo },
    });
  }

  /** @param {Task} task */
  async remove(task) {
    const at = this.rowIndex(task);
    const text = `The progress report will no longer count “${task.title}”. Completed tasks need not be deleted.`;
    if (!(await confirm({ title: "Delete this task?", text, yes: "Delete", danger: true }))) return;
    const isSaved = await this.write(() => api.delete(`tasks/${task.id}`));
    this.focus(at);
    if (isSaved) toast(`“${task.title}” deleted.`, { about: "task" });
  }

  /**
   * Send a change, and redraw the board. Return whether the change was saved.
   *
   * @param {() => Promise<unknown>} request
   */
  async write(request) {
    try {
      await request();
    } catch (error) {
      toast(messageOf(error), { kind: "bad" });
      await this.refresh();
      return false;
    }
    await this.refresh();
    return true;
  }

  refresh() {
    changed("tasks", "issues");
    return this.drawn;
  }

  /** Read the tasks again. Cancel an earlier read, because its answer would be out of date. */
  async redraw() {
    this.reading?.abort();
    this.reading = new AbortController();
    try {
      await this.table.setRows(await tasksNow(this.reading.signal));
    } catch (error) {
      if (!isAbort(error)) toast(messageOf(error), { kind: "bad" });
    }
  }

  /** @param {Task} task */
  rowIndex(task) {
    return Math.max(
      0,
      this.rowButtons().findIndex((one) => one.dataset.task === String(task.id)),
    );
  }

  rowButtons() {
    return findAll(this.table.element, "[data-task]");
  }

  /**
   * Restore the focus after a row was removed or redrawn.
   *
   * @param {number} index
   */
  focus(index) {
    const rows = this.rowButtons();
    (rows[Math.min(index, rows.length - 1)] ?? this.add).focus();
  }
}

/**
 * Send only the values that this user changed, so that values changed by others meanwhile are not overwritten.
 *
 * @param {Task} task
 * @param {Record<string, Held>} changes
 */
function save(task, changes) {
  if (isEmpty(changes)) return task;
  if (changes.description === null) changes.description = "";
  return api.patch(`tasks/${task.id}`, changes);
}

/**
 * @param {string} sign
 * @param {string} label
 * @param {(event: MouseEvent & { currentTarget: HTMLButtonElement }) => unknown} click
 * @param {Values} [data]
 */
function act(sign, label, click, data = {}) {
  return h(
    "button",
    { type: "button", class: "icon-button", data, title: label.split(":")[0], on: { click } },
    icon(sign),
    hiddenText(label),
  );
}
