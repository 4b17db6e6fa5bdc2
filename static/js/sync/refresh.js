/* Start a sync on the server (refresh, accept deletions, survey), follow it, and say when it has ended. */

import { api, messageOf } from "../core/api.js";
import { hiddenText } from "../core/dom.js";
import { disabledDuring } from "../core/focus.js";
import { moment, number, plural } from "../core/format.js";
import { joinNames, nameOf } from "../core/names.js";
import { released } from "../core/pressed.js";
import { changed } from "../core/shared.js";
import { confirm } from "../ui/dialog.js";
import { button } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

const PAUSE = 3_000;

/** @typedef {Api["SyncStatus"]} Status */
/** @typedef {{ message: string }} Started */
/** @typedef {{ starts: "refresh" | "accept" | "survey", entities: string[] }} Remedy */

/** @type {Status["activity"][number]["state"][]} */
const UNDER_WAY = ["waiting", "running"];
let isFollowing = false;

/** @type {Record<Remedy["starts"], { label: string, sign: string, start(entities: string[]): Promise<Started | null> }>} */
const REMEDIES = {
  refresh: { label: "Refresh data", sign: "refresh", start: (entities) => api.post("sync/refresh", { entities }) },
  accept: { label: "Accept deletions", sign: "check", start: accept },
  survey: { label: "Run survey", sign: "compass", start: survey },
};

/**
 * Return a button that starts a sync. Without entities, a refresh reads all daily entities. The buttons that accept
 * deletions or run a survey ask the user first.
 *
 * @param {Remedy} remedy
 * @param {{ kind?: string, source?: string }} [options] source: in a table of sources, the source of the button's row.
 */
export function remedyButton({ starts, entities }, { kind = "compact", source = "" } = {}) {
  const { label, sign, start } = REMEDIES[starts];
  const element = button(label, (event) => press(event, () => start(entities)), { kind, sign });
  if (source) element.append(hiddenText(`: ${source}`));
  return element;
}

/** @param {Remedy | null} remedy */
export const remedyText = (remedy) => (remedy ? REMEDIES[remedy.starts].label : "");

/**
 * @param {MouseEvent} event
 * @param {() => Promise<Started | null>} start
 */
async function press(event, start) {
  try {
    const started = await disabledDuring(/** @type {HTMLButtonElement} */ (event.currentTarget), start);
    if (started) toast(started.message, { about: "refresh" });
  } catch (error) {
    toast(messageOf(error), { about: "refresh", kind: "bad" });
  }
  changed("sync/status");
}

/**
 * @param {string[]} entities
 * @returns {Promise<Started | null>}
 */
async function accept(entities) {
  const { entities: all } = await api.get("sync/status");
  const blocked = all.filter(({ name, deletes }) => entities.includes(name) && deletes);
  if (!blocked.length) {
    toast("No deletions wait to be accepted any more.", { about: "refresh" });
    return null;
  }
  const isSure = await confirm({
    title: "Accept deletions?",
    text:
      `The last read did not return ${joinNames(blocked.map(missing), 10)}. The next read deletes these records here, ` +
      "with their audits. If more records of a source are missing by then, no record of that source is deleted. " +
      "First check at the source that these records were really deleted.",
    yes: "Accept deletions",
    danger: true,
  });
  const seen = Object.fromEntries(blocked.map(({ name, deletes }) => [name, deletes?.missing ?? 0]));
  return isSure ? api.post("sync/accept-deletions", { entities, seen }) : null;
}

/** @param {Api["EntityFreshness"]} entity */
function missing({ name, deletes }) {
  return `${number(deletes?.missing)} of ${number(deletes?.of)} ${nameOf(name).toLowerCase()}`;
}

/** @returns {Promise<Started | null>} */
async function survey() {
  const { calls, at_least: atLeast, quota } = await api.get("sync/survey");
  const takes = `${atLeast ? "at least" : "about"} ${plural(calls, "API call")} of Pardot`;
  const left = quota
    ? `${number(quota.left)} of ${number(quota.maximum)} ${quota.left === 1 ? "is" : "are"} left today (as of ${moment(quota.told_at)}).`
    : "Pardot has not said yet how many are left today.";
  const isSure = await confirm({
    title: "Run a survey?",
    text: `The first survey reads all prospects and campaign members, and recent activities. Later surveys read the changes. A survey takes minutes to hours, and ${takes}. ${left}`,
    yes: "Run survey",
  });
  return isSure ? api.post("sync/survey", {}) : null;
}

/**
 * While a sync is requested or running, check every few seconds, and redraw what has changed.
 *
 * @param {Status} status
 */
export function followSync(status) {
  if (isFollowing || !isBusy(status)) return;
  isFollowing = true;
  const earlier = status.activity.filter(({ state }) => !UNDER_WAY.includes(state));
  setTimeout(() => look(stepOf(status), new Set(earlier.map(({ requested_at: at }) => at))), PAUSE);
}

/**
 * @param {string} before
 * @param {ReadonlySet<string>} earlier `requested_at` of the requests that had ended when followSync was called
 */
async function look(before, earlier) {
  const status = await api.get("sync/status").catch(() => null);
  await released();
  if (status && !isBusy(status)) {
    isFollowing = false;
    changed("sync/status");
    sayEnd(status, earlier);
    return;
  }
  const now = status ? stepOf(status) : before;
  if (now !== before) changed("sync/status");
  for (const { entity, rows_read: rows } of status?.running ?? []) count(entity, rows);
  setTimeout(() => look(now, earlier), PAUSE);
}

/**
 * Show the progress of an entity without redrawing the panels.
 *
 * @param {string} entity
 * @param {number} rows
 */
function count(entity, rows) {
  for (const place of document.querySelectorAll(`[data-reading="${CSS.escape(entity)}"]`))
    place.textContent = number(rows);
}

/**
 * Cron's syncs are not in `activity`, so the latest request may be older than the sync that has ended.
 *
 * @param {Status} status
 * @param {ReadonlySet<string>} earlier
 */
function sayEnd({ activity }, earlier) {
  const [last] = activity;
  if (last?.state === "failed" && !earlier.has(last.requested_at))
    toast(`${last.label} failed: ${last.message}`, { about: "refresh", kind: "bad" });
  else
    toast("The sync has ended.", {
      about: "refresh",
      action: { label: "Show new data", run: () => location.reload() },
    });
}

/** @param {Status} status */
function isBusy({ running, activity }) {
  return running.length > 0 || activity.some(({ state }) => UNDER_WAY.includes(state));
}

/** @param {Status} status */
function stepOf({ running, activity }) {
  return JSON.stringify([running.map(({ entity }) => entity), activity.map(({ state }) => state)]);
}
