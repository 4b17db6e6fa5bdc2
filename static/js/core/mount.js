/* Mount the panels of a part of the page, and reload them on demand. */

import { announce } from "./announce.js";
import { findAll, replace, whenIdle } from "./dom.js";
import { plural } from "./format.js";
import { released } from "./pressed.js";
import { panels } from "../panels/index.js";
import { notArrived, waiting } from "../ui/states.js";
import { isAway, onBack } from "./outage.js";

/** The milliseconds after which a loading panel no longer hides the panels below it. */
const PATIENCE = 8_000;

/**
 * Mount the panels below `root`, then announce whether all were loaded. Panels with [data-later] are loaded last.
 * css/dashboard.css hides the panels below a loading panel for at most PATIENCE, so that nothing jumps.
 *
 * @param {HTMLElement} root
 * @param {{ title: string, command?: string, signal?: AbortSignal }} context
 */
export async function mountPanels(root, { title, command, signal = new AbortController().signal }) {
  const elements = findAll(root, "[data-panel]");
  for (const element of elements) element.setAttribute("aria-busy", "true");
  /** @param {HTMLElement} element */
  const isLater = (element) => "later" in element.dataset;
  /** @param {HTMLElement[]} some */
  const mountAll = (some) => Promise.all(some.map((element) => mountOne(element, { command, signal })));
  const arrived = () => {
    for (const part of [root, ...findAll(root, ".arriving")]) part.classList.remove("arriving");
  };
  setTimeout(arrived, PATIENCE);
  const first = await mountAll(elements.filter((element) => !isLater(element)));
  report(title, [...first, ...(await mountAll(elements.filter(isLater)))]);
  whenIdle(root, arrived);
}

/**
 * Reload every panel below `root`.
 *
 * @param {HTMLElement} root
 * @param {{ title: string }} context
 */
export async function reloadPanels(root, { title }) {
  /** @type {Promise<boolean>[]} */
  const loads = [];
  for (const element of findAll(root, "[data-panel]")) {
    /** @type {ReloadEvent} */
    const event = new CustomEvent("panel:reload", { detail: { waitFor: (load) => loads.push(load) } });
    element.dispatchEvent(event);
  }
  report(title, await Promise.all(loads));
}

/**
 * Mount one panel. Return whether it could be loaded.
 *
 * @param {HTMLElement} element
 * @param {MountContext} context
 */
async function mountOne(element, context) {
  const loaded = await mountModule(element, context);
  element.dataset.stands = "";
  return loaded;
}

/**
 * Load a panel's module and mount the panel. Return whether this worked. A failure does not stop the other panels.
 *
 * @param {HTMLElement} element
 * @param {MountContext} context
 * @returns {Promise<boolean>}
 */
async function mountModule(element, context) {
  let module;
  try {
    module = await panels[/** @type {keyof typeof panels} */ (element.dataset.panel)]();
  } catch (error) {
    console.error(error);
    const later = await isAway();
    if (later) onBack(() => arriveAgain(element, context), context.signal);
    replace(element.querySelector("[data-body]") ?? element, later ? waiting() : notArrived());
    element.removeAttribute("aria-busy");
    element.addEventListener("panel:reload", (event) => event.detail.waitFor(mountOne(element, context)), {
      once: true,
      signal: context.signal,
    });
    return false;
  }
  return module.default.mount(element, context);
}

/**
 * Mount the panel again. If its module fails again, reload the page, because a browser may remember the failure.
 * An open dialog prevents the reload.
 *
 * @param {HTMLElement} element
 * @param {MountContext} context
 */
async function arriveAgain(element, context) {
  await mountModule(element, context);
  await released();
  if (element.querySelector(".not-arrived") && !document.querySelector("dialog[open]")) location.reload();
}

/**
 * @param {string} title
 * @param {boolean[]} results
 */
function report(title, results) {
  const bad = results.filter((loaded) => loaded === false).length;
  if (results.length === 0) return;
  announce(bad ? `${title}: ${plural(bad, "part")} could not be loaded.` : `${title} is loaded.`);
}
