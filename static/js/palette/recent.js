/* The items last chosen in this browser's palette.

   Saved views with a search for people are left out here; palette.js leaves out actions. */

const KEY = "recent";
const MOST = 6;
/** The tabs with tables of people. */
const OF_PEOPLE = ["scout-report", "full-survey"];

/** Groups whose hints are not stored: the author of a colleague's view, and the count of an issue, which changes. */
const WITHOUT_HINT = ["Saved views", "Issues"];

/** @typedef {Pick<PaletteEntry, "label" | "sign" | "hint" | "to">} Recent */

/** @returns {Recent[]} */
export function recentEntries() {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter((one) => one?.label && one?.to) : [];
  } catch {
    return []; // Storage is disabled, or the stored text is not JSON.
  }
}

/** @param {PaletteEntry} entry */
export function remember({ group, label, sign, hint, to }) {
  if (namesPerson(to)) return;
  const entry = { label, sign, hint: WITHOUT_HINT.includes(group) ? "" : hint, to };
  const others = recentEntries().filter((one) => JSON.stringify(one.to) !== JSON.stringify(to));
  try {
    localStorage.setItem(KEY, JSON.stringify([entry, ...others].slice(0, MOST)));
  } catch {
    // Storage is disabled: nothing is remembered.
  }
}

/** @param {Recent["to"]} to */
function namesPerson(to) {
  const params = new URLSearchParams(typeof to === "string" ? to.split("?")[1] : "");
  return OF_PEOPLE.includes(params.get("tab") ?? "") && [...params.keys()].some((name) => name.endsWith(".q"));
}
