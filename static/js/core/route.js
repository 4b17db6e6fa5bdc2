/* The address bar contains the state of the page: ?tab=gear-locker&forms.flag=no_campaign&forms.sort=-name&forms.page=2 */

import { closest } from "./dom.js";

/** @type {Set<(names: Set<string>) => unknown>} */
const listeners = new Set();
/** @type {Map<string, string>} */
const remembered = new Map();
let params = new URLSearchParams(location.search);
let home = "";

export const route = {
  /** @param {string} name */
  get: (name) => params.get(name) ?? "",
  tab: () => params.get("tab") ?? home,

  /**
   * Change parameters of this tab; an empty value removes its parameter. `replace`: add no step for the back button.
   *
   * @param {Params} changes
   * @param {{ replace?: boolean }} [options]
   */
  set(changes, { replace = false } = {}) {
    const next = new URLSearchParams(params);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === undefined || value === "") next.delete(name);
      else next.set(name, String(value));
    }
    move(next, replace);
  },

  /**
   * Return an address in the dashboard, for links: route.href("gear-locker", { "forms.flag": "dormant" }).
   *
   * @param {string} tab
   * @param {Params} [values]
   */
  href(tab, values = {}) {
    const query = new URLSearchParams({ tab });
    for (const [name, value] of Object.entries(values)) query.set(name, String(value));
    return `/pardot/?${query}`;
  },

  /**
   * Show a tab as the user left it, without the overlay that was open then.
   *
   * @param {string} tab
   */
  go(tab) {
    const next = new URLSearchParams(remembered.get(tab) ?? { tab });
    for (const name of overlayKeys(next)) next.delete(name);
    move(next, false);
  },

  /**
   * Call the listener with the names of the changed parameters, until the signal is aborted.
   * A link to the current address passes an empty set.
   *
   * @param {(names: Set<string>) => unknown} listener
   * @param {AbortSignal} [signal]
   */
  onChange(listener, signal) {
    listeners.add(listener);
    signal?.addEventListener("abort", () => listeners.delete(listener));
  },
};

/**
 * Return the names of the parameters that open an overlay, and of the overlay's own parameters.
 *
 * @param {URLSearchParams} query
 */
export function overlayKeys(query) {
  const overlay = query.get("open");
  return overlay ? ["open", ...[...query.keys()].filter((name) => name.startsWith(`${overlay}.`))] : [];
}

/**
 * Make links to this page change its content without reloading the page. The back button undoes such a change.
 * homeTab: the tab to show when the address names none.
 *
 * @param {string} [homeTab]
 */
export function startRouting(homeTab = "") {
  home = homeTab;
  remembered.set(route.tab(), params.toString());
  addEventListener("popstate", () => arrive(new URLSearchParams(location.search)));
  document.addEventListener("click", (event) => {
    const link = closest(event, "a[href]");
    if (!link || !isPlain(event) || !isHere(link)) return;
    event.preventDefault();
    const next = new URLSearchParams(targetOf(link).search);
    if (next.toString() === params.toString()) tell(new Set());
    else move(next, false);
  });
}

/** @param {MouseEvent} event */
function isPlain(event) {
  return (
    event.button === 0 && !event.defaultPrevented && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
  );
}

/**
 * Return the address of a link. The `href` property of an SVG link is not a string.
 *
 * @param {Element} link
 */
function targetOf(link) {
  return new URL(link.getAttribute("href") ?? "", location.href);
}

/** @param {Element} link */
function isHere(link) {
  const url = targetOf(link);
  const same = url.origin === location.origin && url.pathname === location.pathname;
  const leaves = link.hasAttribute("target") || link.hasAttribute("download");
  return same && !leaves && !link.getAttribute("href")?.startsWith("#");
}

/**
 * @param {URLSearchParams} next
 * @param {boolean} replace
 */
function move(next, replace) {
  const query = next.toString();
  if (query === params.toString()) return;
  const address = query ? `?${query}` : location.pathname;
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  arrive(next);
}

/** @param {URLSearchParams} next */
function arrive(next) {
  const names = new Set([...params.keys(), ...next.keys()]);
  const different = new Set([...names].filter((name) => params.get(name) !== next.get(name)));
  params = next;
  remembered.set(route.tab(), next.toString());
  if (different.size) tell(different);
}

/** @param {Set<string>} names */
function tell(names) {
  for (const listener of listeners) listener(names);
}
