/* The address bar holds what is seen: ?tab=gear-locker&forms.flag=no_campaign&forms.sort=-name&forms.page=2 */

const listeners = new Set();
const remembered = new Map();
let params = new URLSearchParams(location.search);
let home = "";

export const route = {
  get: (name) => params.get(name) ?? "",
  tab: () => params.get("tab") ?? home,

  /** Change parameters of this tab; empty ones are left out. `replace`: no step of its own for the back button. */
  set(changes, { replace = false } = {}) {
    const next = new URLSearchParams(params);
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === undefined || value === "") next.delete(name);
      else next.set(name, value);
    }
    move(next, replace);
  },

  /** An address in the dashboard, for links: route.href("gear-locker", { "forms.flag": "dormant" }). */
  href(tab, values = {}) {
    const query = new URLSearchParams({ tab });
    for (const [name, value] of Object.entries(values)) query.set(name, value);
    return `/pardot/?${query}`;
  },

  /** Show a tab as it was left. */
  go(tab) {
    move(new URLSearchParams(remembered.get(tab) ?? { tab }), false);
  },

  /** Call with the set of names that changed, until the signal ends. */
  onChange(listener, signal) {
    listeners.add(listener);
    signal?.addEventListener("abort", () => listeners.delete(listener));
  },
};

/**
 * Links to this page change what it shows instead of loading it; the back button goes the way back.
 * homeTab: the tab of an address that names none.
 */
export function startRouting(homeTab = "") {
  home = homeTab;
  remembered.set(route.tab(), params.toString());
  addEventListener("popstate", () => arrive(new URLSearchParams(location.search)));
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !isPlain(event) || !isHere(link)) return;
    event.preventDefault();
    move(new URLSearchParams(new URL(link.href, location.href).search), false);
  });
}

function isPlain(event) {
  return (
    event.button === 0 && !event.defaultPrevented && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey)
  );
}

function isHere(link) {
  const url = new URL(link.getAttribute("href"), location.href);
  const same = url.origin === location.origin && url.pathname === location.pathname;
  return same && !link.target && !link.hasAttribute("download") && !link.getAttribute("href").startsWith("#");
}

function move(next, replace) {
  const query = next.toString();
  if (query === params.toString()) return;
  const address = query ? `?${query}` : location.pathname;
  if (replace) history.replaceState(null, "", address);
  else history.pushState(null, "", address);
  arrive(next);
}

function arrive(next) {
  const names = new Set([...params.keys(), ...next.keys()]);
  const different = new Set([...names].filter((name) => params.get(name) !== next.get(name)));
  params = next;
  remembered.set(route.tab(), next.toString());
  if (different.size) for (const listener of listeners) listener(different);
}
