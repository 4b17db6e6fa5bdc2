/* The items that were chosen last in this browser: names and addresses of assets, issues and pages, but not of prospects. */

const KEY = "recent";
const MOST = 6;

/** @typedef {Pick<PaletteEntry, "label" | "sign" | "hint" | "to">} Recent */

/** @returns {Recent[]} */
export function recentEntries() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => one?.label && one?.to) : [];
  } catch {
    return []; // Storage is disabled, or holds what an older release wrote.
  }
}

/** @param {Recent} entry */
export function remember({ label, sign, hint, to }) {
  const others = recentEntries().filter((one) => JSON.stringify(one.to) !== JSON.stringify(to));
  try {
    localStorage.setItem(KEY, JSON.stringify([{ label, sign, hint, to }, ...others].slice(0, MOST)));
  } catch {
    // Storage is disabled: nothing is remembered.
  }
}
