/* The tabs: links that work as tabs. Arrow keys move among them, Enter and Space open, as do clicks. */

import { announce } from "./announce.js";
import { mountPanels, reloadPanels } from "./mount.js";
import { route } from "./route.js";
import { forget } from "./shared.js";

const OLD = 10 * 60_000;
const seen = new Map();
let strip = null;

/** around: { root, title }, the part of the page that stands on every tab and grows old with them; it is mounted elsewhere. */
export function startTabs({ around }) {
  strip = around;
  seen.set(strip, Date.now());
  const list = document.querySelector('[role="tablist"]');
  list.addEventListener("keydown", onKey);
  list.addEventListener("click", onClick, { capture: true });
  route.onChange((names) => names.has("tab") && show(current(), { moved: true }));
  document.addEventListener("visibilitychange", () => !document.hidden && refreshWhenOld());
  show(current(), { moved: false });
}

/** Load what one sees again: the tab, and the strip. */
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

const tabs = () => [...document.querySelectorAll('[role="tab"]')];
const slugOf = (tab) => tab.id.slice("tab-".length);
const panelOf = (tab) => document.getElementById(tab.getAttribute("aria-controls"));
const titleOf = (tab) => tab.textContent.trim();

function current() {
  return tabs().find((tab) => slugOf(tab) === route.tab()) ?? tabs()[0];
}

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

/** Who followed a link of the tab that is hidden now goes on in this one, unless something took the focus already. */
function keepFocus(panel) {
  const at = document.activeElement;
  if (!at || at === document.body || at.closest("[hidden]")) panel.focus({ preventScroll: true });
}

/** The foot of the page says when the tab was loaded. */
function tell(tab) {
  const at = new Date(seen.get(tab));
  document.getElementById("loaded-at").textContent =
    `Loaded at ${at.toLocaleTimeString("en-US", { timeStyle: "short" })}`;
}

function mount(tab) {
  seen.set(tab, Date.now());
  const panel = panelOf(tab);
  return mountPanels(panel, { title: titleOf(tab), command: panel.dataset.command });
}

function refreshWhenOld() {
  const isOld = (part) => Date.now() - seen.get(part) > OLD;
  if (isOld(current())) refresh();
  else if (isOld(strip)) reloadStrip();
}

function intoView(tab) {
  const list = tab.parentElement;
  const { offsetLeft, offsetWidth } = tab;
  list.scrollLeft = Math.max(0, offsetLeft - list.offsetLeft - (list.clientWidth - offsetWidth) / 2);
}

function onClick(event) {
  const tab = event.target.closest('[role="tab"]');
  if (!tab || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  tab.focus();
  route.go(slugOf(tab));
}

function onKey(event) {
  const all = tabs();
  const at = all.indexOf(event.target.closest('[role="tab"]'));
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (at < 0) return;
  if (to !== undefined) {
    event.preventDefault();
    all[(to + all.length) % all.length].focus();
  } else if (event.key === " ") {
    event.preventDefault();
    route.go(slugOf(all[at]));
  }
}
