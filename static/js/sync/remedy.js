/* The remedy for missing or old data: a button that starts a sync, or the names of the users who have that button. */

import { optional } from "../core/api.js";
import { h } from "../core/dom.js";
import { joinNames } from "../core/names.js";
import { shared } from "../core/shared.js";
import { copyButton } from "../ui/copy.js";
import { state } from "../ui/states.js";
import { remedyButton } from "./refresh.js";

/** @typedef {Api["SyncStatus"]} Status */
/** @typedef {import("./refresh.js").Remedy} Remedy */

/**
 * Return a sentence for users without the button: "Ask Ada Example or Bo Sample, who can start a sync here."
 *
 * @param {Status | null} status
 */
export function whoCan(status) {
  const names = status?.who_may_refresh ?? [];
  return names.length
    ? `Ask ${joinNames(names, 4, "or")}, who can start a sync here.`
    : "Ask your administrator to start a sync.";
}

/**
 * Show the shell command, for administrators.
 *
 * @param {string} command
 */
export function shellCommand(command) {
  return h(
    "details",
    { class: "shell-command small" },
    h("summary", {}, "For administrators"),
    h("div", { class: "state-command" }, h("pre", { class: "command" }, h("code", {}, words(command))), copy(command)),
  );
}

/** @param {string} command */
const copy = (command) => copyButton(command, "Copy the command");

/**
 * Show a command so that lines break between its words, not within an option.
 *
 * @param {string} command
 */
function words(command) {
  return command.split(" ").flatMap((word, index) => [index > 0 && " ", h("span", { class: "word" }, word)]);
}

/** Return the status that noData needs, or null after an error. During an outage the error is thrown. */
export const syncStatus = () => optional(shared("sync/status"));

/**
 * Show "No data yet" instead of a zero, which would be wrong. Offer `command`, and a button to users who may sync.
 *
 * @param {string} command
 * @param {Status | null} status
 * @param {string} [sentence]
 */
export function noData(command, status, sentence = "") {
  const isBusy = Boolean(status?.running.length || status?.is_locked);
  const may = Boolean(status?.may_refresh);
  const text = [sentence, isBusy ? "A sync is under way." : !may && whoCan(status)].filter(Boolean).join(" ");
  return state(
    "no-data",
    "tent",
    "No data yet",
    text && h("p", {}, text),
    may && !isBusy && h("p", {}, remedyButton({ starts: startsOf(command), entities: [] }, { kind: "" })),
    shellCommand(command),
  );
}

/**
 * Return the sync that reads what the command reads. No button starts a scout (`--scout`), because a survey reads all
 * that a scout reads, and more.
 *
 * @param {string} command
 * @returns {Remedy["starts"]}
 */
const startsOf = (command) => (/ --(scout|survey)\b/.test(command) ? "survey" : "refresh");
