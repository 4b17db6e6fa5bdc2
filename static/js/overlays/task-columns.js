/* The columns of the task board. */

import { daysBetween } from "../core/days.js";
import { h } from "../core/dom.js";
import { day, MISSING, plural, shortDay } from "../core/format.js";
import { nameOf } from "../core/names.js";
import { chip, time } from "../ui/parts.js";

/** @typedef {Api["TaskOut"]} Task */

/** @type {Record<Api["Priority"], number>} */
const RANKS = { high: 0, normal: 1, low: 2 };
/** @type {Option[]} */
const STATES = [
  ["open", "Open"],
  ["overdue", "Overdue"],
  ["week", "Overdue, or within 7 days"],
  ["undated", "Open, without a date"],
  ["settled", "Open, issue fixed"],
  ["done", "Done"],
  ["any", "Open and done"],
];

/** @type {Record<string, (task: Task, today: string) => boolean>} */
const IS = {
  open: (task) => task.status === "open",
  overdue: (task) => task.is_overdue,
  week: (task, today) => task.status === "open" && task.due_date !== null && daysBetween(today, task.due_date) <= 7,
  undated: (task) => task.status === "open" && task.due_date === null,
  settled: (task) => task.is_settled,
  done: (task) => task.status === "done",
  any: () => true,
};

/**
 * - acts(task) → the buttons of a row.
 * - close(task) → the button that closes the task.
 * - today(): the date in the server's time zone. The board may stay open beyond midnight.
 *
 * @param {(task: Task) => Child} acts
 * @param {(task: Task) => Child} close
 * @param {() => string} today
 * @returns {Column<Task>[]}
 */
export function columnsOf(acts, close, today) {
  /** @param {Task} task */
  const due = (task) => dueOf(task, today());
  return [
    { key: "title", label: "Task", className: "wide", show: (task) => titleOf(task, due, close) },
    {
      key: "assignee",
      label: "Assignee",
      className: "roomy",
      show: (task) => task.assignee ?? h("span", { class: "soft" }, "Unassigned"),
    },
    {
      key: "priority",
      label: "Priority",
      className: "roomy",
      value: (task) => RANKS[task.priority],
      csv: (task) => task.priority,
      search: false,
      show: (task) => (task.priority === "high" ? chip("High", { tone: "bad" }) : chip(nameOf(task.priority))),
    },
    {
      key: "due_date",
      label: "Due",
      className: "tight roomy",
      value: ({ status, completed_at: done, due_date: date }) => (status === "done" ? done : date),
      csv: (task) => task.due_date,
      show: due,
    },
    {
      key: "age_days",
      label: "Age",
      className: "roomy",
      end: true,
      first: "desc",
      search: false,
      show: (task) => (task.age_days === 0 && task.status === "open" ? "New" : plural(task.age_days, "day")),
    },
    {
      key: "acts",
      label: "Actions",
      sort: false,
      search: false,
      csv: null,
      className: "tight end",
      value: () => null,
      show: acts,
    },
  ];
}

/**
 * A narrow window hides most columns. Assignee, high priority and due date then appear below the title.
 *
 * @param {Task} task
 * @param {(task: Task) => Child} due
 * @param {(task: Task) => Child} close
 */
function titleOf(task, due, close) {
  return [
    task.status === "done" ? h("s", {}, task.title) : task.title,
    task.is_settled && h("p", { class: "chips" }, chip("Issue fixed", { tone: "good" }), close(task)),
    h(
      "span",
      { class: "narrow-line" },
      task.assignee ?? "Unassigned",
      " · ",
      task.priority === "high" && "high priority · ",
      task.due_date || task.status === "done" ? due(task) : "no date",
    ),
  ];
}

/**
 * @param {Task} task
 * @param {string} today
 */
function dueOf(task, today) {
  if (task.status === "done") return h("span", { class: "soft" }, "Done ", time(task.completed_at, shortDay));
  if (task.due_date === null) return MISSING;
  const left = daysBetween(today, task.due_date);
  if (task.is_overdue) return chip(`${plural(-left, "day")} overdue`, { tone: "bad", title: day(task.due_date) });
  if (left <= 1) return chip(left === 0 ? "Today" : "Tomorrow", { tone: "warn", title: day(task.due_date) });
  return time(task.due_date, shortDay);
}

/**
 * team: the names of its members. me: the user's name on the team, or null. today(): the date in the server's time
 * zone.
 *
 * @param {readonly string[]} team
 * @param {string | null} me
 * @param {() => string} today
 * @returns {Filter<Task>[]}
 */
export function filtersOf(team, me, today) {
  /** @type {Option[]} */
  const own = me ? [["me", "Mine"]] : [];
  /** @type {Option[]} */
  const people = [...own, ["-", "Unassigned"], ...team.map((name) => /** @type {Option} */ ([`=${name}`, name]))];
  /** @type {(task: Task, whose: string) => boolean} */
  const belongs = (task, whose) => {
    if (whose === "-") return task.assignee === null;
    return task.assignee !== null && task.assignee === (whose === "me" ? me : whose.slice(1));
  };
  return [
    { key: "whose", label: "Assignee", all: "Everyone", options: people, test: belongs },
    {
      key: "state",
      label: "State",
      initial: "open",
      options: STATES,
      test: (task, state) => !Object.hasOwn(IS, state) || IS[state](task, today()),
    },
  ];
}
