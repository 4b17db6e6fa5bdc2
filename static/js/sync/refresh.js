/* Refresh data: starts a sync on the server, follows it, and says when it has ended. */

import { api, messageOf } from "../core/api.js";
import { changed } from "../core/shared.js";
import { button } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

const PAUSE = 3_000;

/** @typedef {Api["SyncStatus"]} Status */

let isFollowing = false;

/**
 * A button that reads these entities again; none named: all that is read daily.
 *
 * @param {string[]} entities
 * @param {{ kind?: string }} [options]
 */
export function refreshButton(entities, { kind = "compact" } = {}) {
  return button("Refresh data", (event) => refresh(entities, event), { kind, sign: "refresh" });
}

/**
 * @param {string[]} entities
 * @param {MouseEvent} event
 */
async function refresh(entities, event) {
  const pressed = /** @type {HTMLButtonElement} */ (event.currentTarget);
  pressed.disabled = true;
  try {
    const { message } = await api.post("sync/refresh", { entities });
    toast(message, { about: "refresh" });
  } catch (error) {
    toast(messageOf(error), { about: "refresh", kind: "bad" });
  }
  pressed.disabled = false;
  changed("sync/status");
}

/**
 * While a sync is requested or under way, look every few seconds, and show again what has changed.
 *
 * @param {Status} status
 */
export function followSync(status) {
  if (isFollowing || !isBusy(status)) return;
  isFollowing = true;
  setTimeout(() => look(stepOf(status)), PAUSE);
}

/** @param {string} before */
async function look(before) {
  const status = await api.get("sync/status").catch(() => null);
  if (status && !isBusy(status)) {
    isFollowing = false;
    changed("sync/status");
    ended(status);
    return;
  }
  const now = status ? stepOf(status) : before;
  if (now !== before) changed("sync/status");
  setTimeout(() => look(now), PAUSE);
}

/** @param {Status} status */
function ended({ activity }) {
  const [last] = activity;
  if (last?.state === "failed") toast(`${last.label} failed: ${last.message}`, { about: "refresh", kind: "bad" });
  else
    toast("The sync has ended.", {
      about: "refresh",
      action: { label: "Show new data", run: () => location.reload() },
    });
}

/** @param {Status} status */
function isBusy({ running, activity }) {
  return running.length > 0 || activity.some(({ state }) => state === "waiting" || state === "running");
}

/** @param {Status} status */
function stepOf({ running, activity }) {
  return JSON.stringify([running.map(({ entity }) => entity), activity.map(({ state }) => state)]);
}
