/* The user's areas, their changes since an earlier day, and the user's open tasks, as in the morning message. */

import { api, messageOf } from "../core/api.js";
import { daysBetween } from "../core/days.js";
import { h, hiddenText, icon } from "../core/dom.js";
import { day, number, plural, shortDay, sinceDay } from "../core/format.js";
import { withoutCount } from "../core/names.js";
import { openOverlay } from "../core/open-overlay.js";
import { route } from "../core/route.js";
import { rowsOf, rowsOfIssue } from "../core/rows.js";
import { changed } from "../core/shared.js";
import { beforeAndAfter, rowLinks } from "../panels/changes.js";
import { whoAmI } from "../people/who-am-i.js";
import { button, chip, delta } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

/** @typedef {Api["MyWork"]} Work */

/** True when a task was just completed or reopened. The list is then redrawn, and “My tasks” gets the focus. */
let isWritten = false;

/**
 * @param {Work} work
 * @param {Api["PardotConfig"] | null} config
 * @returns {Child}
 */
export function ownWork(work, config) {
  if (work.member === null) return config && whoAmI(config, "After your answer, your areas and tasks appear here.");
  return [areas(work), changes(work), tasks(work)];
}

/**
 * @param {string} title
 * @param {Child} head
 * @param {Child} body
 */
function part(title, head, body) {
  return h(
    "section",
    { class: "work-part", "aria-label": title },
    h("div", { class: "row" }, h("h3", {}, title), head && h("span", { class: "push" }, head)),
    body,
  );
}

// -- areas and changes ---------------------------------------------------------------------------------------

/** @param {Work} work */
function areas({ areas: own, since, day: today }) {
  if (own.length === 0) return part("Areas", null, h("p", { class: "soft" }, "You own no area."));
  const words = since && sinceDay(since, today);
  return part(
    "Areas",
    null,
    h(
      "ul",
      { class: "plain-list work-list" },
      own.map(({ area, label, score, grade, before }) =>
        h(
          "li",
          { class: "work-line" },
          h("a", { class: "work-what", href: rowsOf(area) }, label),
          h(
            "span",
            { class: "row" },
            words && score !== null && before !== null && delta(score - before, words),
            h("span", { class: "number" }, h("strong", {}, number(score)), grade && ` ${grade}`),
          ),
        ),
      ),
    ),
  );
}

/** @param {Work} work */
function changes({ areas: own, changes: rows, since, day: today }) {
  if (own.length === 0 || since === null) return null;
  return part(
    `Changed ${sinceDay(since, today)}`,
    null,
    rows.length === 0
      ? h("p", { class: "soft" }, "Nothing in your areas.")
      : h(
          "ul",
          { class: "plain-list work-list" },
          rows.map((change) =>
            h(
              "li",
              { class: "work-line" },
              h("a", { class: "work-what", href: rowsOfIssue(change) }, withoutCount(change.title)),
              h(
                "span",
                { class: "row" },
                rowLinks(change, since),
                delta(change.change, beforeAndAfter(change), { better: "down" }),
              ),
            ),
          ),
        ),
  );
}

// -- tasks -----------------------------------------------------------------------------------------------------

/** @param {Work} work */
function tasks({ tasks: open, task_count: count, day: today }) {
  const board = button("My tasks", () => openOverlay("tasks", { "tasks.whose": "me" }), {
    kind: "compact",
    sign: "tasks",
  });
  if (isWritten) requestAnimationFrame(() => board.focus());
  isWritten = false;
  if (open.length === 0) return part("Open tasks", board, h("p", { class: "soft" }, "No open tasks."));
  return part("Open tasks", board, [
    h(
      "ul",
      { class: "plain-list work-list" },
      open.map((task) =>
        h(
          "li",
          { class: "work-line" },
          h("a", { class: "work-what", href: boardOf(task.title) }, task.title),
          h("span", { class: "row" }, due(task, today), doneButton(task)),
        ),
      ),
    ),
    count > open.length && h("p", { class: "small soft" }, `and ${plural(count - open.length, "more task")}`),
  ]);
}

/**
 * Return the address of the task board with a search for a title.
 *
 * @param {string} title
 */
const boardOf = (title) => route.href(route.tab(), { open: "tasks", "tasks.q": title });

/**
 * @param {Api["TaskOut"]} task
 * @param {string} today
 */
function due({ due_date: on, is_overdue: isLate }, today) {
  if (on === null) return null;
  if (isLate) return chip(`${plural(daysBetween(on, today), "day")} overdue`, { tone: "bad", title: day(on) });
  return h("span", { class: "small soft" }, `due ${shortDay(on)}`);
}

/** @param {Api["TaskOut"]} task */
function doneButton(task) {
  return h(
    "button",
    { type: "button", class: "icon-button", title: "Done", on: { click: () => finish(task) } },
    icon("check"),
    hiddenText(`Done: ${task.title}`),
  );
}

/** @param {Api["TaskOut"]} task */
async function finish(task) {
  if (!(await setStatus(task, "done"))) return;
  toast(`“${task.title}” completed.`, {
    about: "task",
    action: { label: "Undo", run: () => setStatus(task, "open") },
  });
}

/**
 * Save the status of a task. Return whether this worked.
 *
 * @param {Api["TaskOut"]} task
 * @param {"open" | "done"} status
 */
async function setStatus(task, status) {
  const saved = await api.patch(`tasks/${task.id}`, { status }).catch((error) => {
    toast(messageOf(error), { kind: "bad" });
    return null;
  });
  isWritten = saved !== null;
  changed("tasks", "issues");
  return saved !== null;
}
