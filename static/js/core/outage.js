/* While the server is down, a banner counts down to the next try. Waiting panels load when the server is back. */

import { announce } from "./announce.js";
import { h, icon, replace } from "./dom.js";
import { plural } from "./format.js";
import { released } from "./pressed.js";

/** The server's health check. */
const PROBE = "/readyz";
const PATIENCE = 10_000;
/** The seconds before each try. The last value repeats. */
const WAITS = [1, 5, 15];

/** @type {Set<() => unknown>} */
const waiting = new Set();
/** @type {Promise<boolean> | undefined} */
let probing;
/** @type {Outage | null} */
let outage = null;

// Tests load this module without a browser, where there is no window to listen to.
globalThis.addEventListener?.("offline", () => isAway());
globalThis.addEventListener?.("online", () => outage?.retry());

/**
 * Return whether the server is down. If it is, show the banner.
 *
 * @returns {Promise<boolean>}
 */
export async function isAway() {
  if (outage || (await answers())) return outage !== null;
  await released();
  outage ??= new Outage();
  return true;
}

/**
 * Call the listener once when the server is back, unless the signal was aborted.
 *
 * @param {() => unknown} listener
 * @param {AbortSignal} [signal]
 */
export function onBack(listener, signal) {
  waiting.add(listener);
  signal?.addEventListener("abort", () => waiting.delete(listener));
}

/** Return whether the health check succeeds. Simultaneous callers share one probe. */
function answers() {
  probing ??= probe().finally(() => {
    probing = undefined;
  });
  return probing;
}

async function probe() {
  try {
    const { ok } = await fetch(PROBE, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    return ok;
  } catch {
    return false;
  }
}

class Outage {
  constructor() {
    this.tries = 0;
    this.seconds = 0;
    this.timer = 0;
    this.says = h("p", { role: "alert" });
    this.counts = h("p", { class: "small" });
    const now = h("button", { type: "button", class: "button", on: { click: () => this.retry() } }, "Try now");
    this.banner = h(
      "div",
      { class: "banner bad", id: "outage" },
      icon("warning"),
      h("div", {}, this.says, this.counts),
      h("p", { class: "actions" }, now),
    );
    document.getElementById("notices")?.append(this.banner);
    this.wait();
  }

  wait() {
    const sentence = navigator.onLine ? "The server cannot be reached. " : "You are offline. ";
    if (this.says.firstChild?.textContent !== sentence) {
      replace(this.says, h("strong", {}, sentence), "Missing parts load by themselves once the connection is back.");
    }
    this.seconds = WAITS[Math.min(this.tries, WAITS.length - 1)];
    this.tries += 1;
    this.timer = setInterval(() => this.tick(), 1000);
    this.count();
  }

  tick() {
    this.seconds -= 1;
    if (this.seconds > 0) this.count();
    else this.retry();
  }

  count() {
    this.counts.textContent = `Next try in ${plural(this.seconds, "second")}.`;
  }

  async retry() {
    clearInterval(this.timer);
    this.counts.textContent = "Trying…";
    const isBack = await answers();
    await released();
    if (isBack) this.end();
    else {
      clearInterval(this.timer);
      this.wait();
    }
  }

  end() {
    if (outage !== this) return;
    outage = null;
    this.banner.remove();
    announce("The server is back.");
    const listeners = [...waiting];
    waiting.clear();
    for (const listener of listeners) listener();
  }
}
