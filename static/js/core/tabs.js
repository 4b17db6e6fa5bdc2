/* The tabs: links that work as tabs. Arrow keys move the focus; Enter, Space and clicks open a tab. */

import { announce } from "./announce.js";
import { closest, find, findAll, isForBrowser } from "./dom.js";
import { mountPanels, reloadPanels } from "./mount.js";
import { route } from "./route.js";
import { forget } from "./shared.js";

/** @typedef {{ root: HTMLElement, title: string }} Strip */

const OLD = 10 * 60_000;
/** @type {Map<HTMLElement | Strip, number>} */
const seen = new Map();
/** @type {Strip} */
let strip;

/**
 * around: { root, title }, the part of the page that is on every tab. It is reloaded with the tab.
 *
 * @param {{ around: Strip }} parts
 */
export function startTabs({ around }) {
  strip = around;
  seen.set(strip, Date.now());
  const list = find(document, '[role="tablist"]');
  list.addEventListener("keydown", onKey);
  list.addEventListener("click", onClick, { capture: true });
  route.onChange((names) => names.has("tab") && show(current(), { moved: true }));
  document.addEventListener("visibilitychange", () => !document.hidden && refreshWhenOld());
  new MutationObserver(() => tell(current())).observe(find(document, "#main"), {
    subtree: true,
    attributeFilter: ["aria-busy"],
  });
  show(current(), { moved: false });
}

/** Reload the visible tab and the strip. */
export function refresh() {
  const tab = current();
  forget();
  seen.set(tab, Date.now());
  tell(tab);
  return Promise.all([reloadPanels(panelOf(tab), { title: titleOf(tab) }), reloadStrip()]);
}

function reloadStrip() {
  seen.set(strip, Date.now());
  return reloadPanels(strip.root, strip);
}

const tabs = () => findAll(document, '[role="tab"]');
/** @param {HTMLElement} tab */
const slugOf = (tab) => tab.id.slice("tab-".length);
/**
 * @param {HTMLElement} tab
 * @returns {HTMLElement}
 */
const panelOf = (tab) => find(document, `#${tab.getAttribute("aria-controls")}`);
/** @param {HTMLElement} tab */
const titleOf = (tab) => tab.textContent.trim();

function current() {
  return tabs().find((tab) => slugOf(tab) === route.tab()) ?? tabs()[0];
}

/**
 * @param {HTMLElement} chosen
 * @param {{ moved: boolean }} how
 */
function show(chosen, { moved }) {
  for (const tab of tabs()) {
    const selected = tab === chosen;
    tab.setAttribute("aria-selected", String(selected));
    tab.tabIndex = selected ? 0 : -1;
    panelOf(tab).hidden = !selected;
  }
  document.title = `${titleOf(chosen)} · Camp Campaign`;
  intoView(chosen);
  if (moved) {
    scrollTo({ top: 0 });
    announce(titleOf(chosen));
    requestAnimationFrame(() => keepFocus(panelOf(chosen)));
  }
  if (!seen.has(chosen)) mount(chosen);
  tell(chosen);
  refreshWhenOld();
}

/**
 * Focus the panel if nothing has the focus, or if the focus is in a tab that is now hidden.
 *
 * @param {HTMLElement} panel
 */
function keepFocus(panel) {
  const at = document.activeElement;
  if (!at || at === document.body || at.closest("[hidden]")) panel.focus({ preventScroll: true });
}

/**
 * Say at the foot of the page when the tab was loaded, that it is loading, or that parts could not be loaded.
 *
 * @param {HTMLElement} tab
 */
function tell(tab) {
  const at = new Date(seen.get(tab) ?? Date.now());
  const panel = panelOf(tab);
  const words = panel.querySelector("[data-panel][aria-busy]")
    ? "Loading…"
    : panel.querySelector(".state.failed, .waiting")
      ? "Not everything could be loaded"
      : `Loaded at ${at.toLocaleTimeString("en-US", { timeStyle: "short" })}`;
  find(document, "#loaded-at").textContent = words;
}

/** @param {HTMLElement} tab */
function mount(tab) {
  seen.set(tab, Date.now());
  const panel = panelOf(tab);
  return mountPanels(panel, { title: titleOf(tab), command: panel.dataset.command });
}

function refreshWhenOld() {
  /** @param {HTMLElement | Strip} part */
  const isOld = (part) => Date.now() - (seen.get(part) ?? Infinity) > OLD;
  if (isOld(current())) refresh();
  else if (isOld(strip)) reloadStrip();
}

/** @param {HTMLElement} tab */
function intoView(tab) {
  const list = find(document, '[role="tablist"]');
  const { offsetLeft, offsetWidth } = tab;
  list.scrollLeft = Math.max(0, offsetLeft - list.offsetLeft - (list.clientWidth - offsetWidth) / 2);
}

/** @param {MouseEvent} event */
function onClick(event) {
  const tab = closest(event, '[role="tab"]');
  if (
    !(tab instanceof HTMLElement) ||
    event.button !== 0 ||
    event.ctrlKey ||
    event.metaKey ||
    event.shiftKey ||
    event.altKey
  )
    return;
  event.preventDefault();
  tab.focus();
  route.go(slugOf(tab));
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const all = tabs();
  const at = all.indexOf(/** @type {HTMLElement} */ (closest(event, '[role="tab"]')));
  /** @type {Record<string, number | undefined>} */
  const steps = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 };
  const to = steps[event.key];
  if (at < 0 || isForBrowser(event)) return;
  if (to !== undefined) {
    event.preventDefault();
    all[(to + all.length) % all.length].focus();
  } else if (event.key === " ") {
    event.preventDefault();
    route.go(slugOf(all[at]));
  }
}
