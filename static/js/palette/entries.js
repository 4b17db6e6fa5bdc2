/* Everything that the palette finds in the browser: pages, drawers, actions, views, issues. The server finds assets. */

import { optional } from "../core/api.js";
import { find, findAll } from "../core/dom.js";
import { amount } from "../core/format.js";
import { withoutCount } from "../core/names.js";
import { rowsOfIssue } from "../core/rows.js";
import { shared } from "../core/shared.js";
import { TYPES } from "../assets/words.js";
import { fold, withWords } from "../ui/search-words.js";
import { actorText } from "../people/actor.js";
import { showHelp } from "./help.js";

const MOST = 5;

/** @type {Record<string, string>} */
const CONTENTS = {
  "base-camp": "score, issues, what changed",
  "campaign-map": "campaigns",
  "gear-locker": "forms, landing pages, emails, redirects, lists",
  tags: "tags, naming, clean-up",
  "scout-report": "prospects, engagement, CRM links",
  "full-survey": "orphans, prospect health",
};
/** @type {[label: string, hint: string, sign: string, href: string][]} */
const PAGES = [
  ["Settings", "team, weights, thresholds", "sliders", "/pardot/admin-settings/"],
  ["Progress report", "one page, to print", "page", "/pardot/progress/"],
  ["API documentation", "", "code", "/api/v1/docs/"],
  ["Administration", "", "lock", "/admin/"],
];
/** @type {[label: string, hint: string, sign: string, overlay: string][]} */
const OVERLAYS = [
  ["Tasks", "add, assign, close", "tasks", "tasks"],
  ["My work", "saved views", "person", "my-work"],
  ["Compare two days", "what got worse", "day", "compare"],
  ["What if…", "plan for a better score", "sliders", "what-if"],
  ["Data freshness", "sync, refresh, survey", "refresh", "freshness"],
  ["Badges", "", "badge", "badges"],
];

/**
 * Return the entries that need no request: tabs, drawers, other pages and actions.
 *
 * @returns {PaletteEntry[]}
 */
export function places() {
  return [...tabs(), ...overlays(), ...pagesElsewhere(), ...actions()];
}

/**
 * Return the saved views, and the issues whose count is not zero. Entries that cannot be loaded are left out.
 *
 * @returns {Promise<PaletteEntry[]>}
 */
export async function loadEntries() {
  const [saved, open] = await Promise.all([optional(shared("views")), optional(shared("issues"))]);
  return [...(saved?.views ?? []).map(viewEntry), ...(open?.issues ?? []).filter(({ count }) => count).map(issueEntry)];
}

/**
 * Return the entries that contain every word of `q`, at most five entries of each group.
 *
 * @param {readonly PaletteEntry[]} entries
 * @param {string} q
 */
export function matching(entries, q) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  return withWords(entries, q, ({ label, hint }) => fold(`${label} ${hint}`)).filter(({ group }) => {
    counts.set(group, (counts.get(group) ?? 0) + 1);
    return (counts.get(group) ?? 0) <= MOST;
  });
}

/**
 * @param {Api["FoundAsset"]} asset
 * @returns {PaletteEntry}
 */
export function assetEntry({ type, id, name, campaign_name: campaign, folder_name: folder }) {
  return {
    group: TYPES[type].title,
    label: name?.trim() || `(no name, ${id})`,
    hint: [campaign, folder].filter(Boolean).join(" · "),
    sign: TYPES[type].sign,
    to: { open: "asset", "asset.type": type, "asset.id": id },
  };
}

/** @returns {PaletteEntry[]} */
function tabs() {
  return findAll(document, '[role="tab"]').map((tab) => ({
    group: "Go to",
    label: tab.textContent?.trim() ?? "",
    hint: CONTENTS[tab.id.replace("tab-", "")] ?? "",
    sign: tab.querySelector("use")?.getAttribute("href")?.replace("#i-", "") ?? "page",
    to: tab.getAttribute("href") ?? "",
  }));
}

/** @returns {PaletteEntry[]} */
function overlays() {
  return OVERLAYS.map(([label, hint, sign, open]) => ({ group: "Open", label, hint, sign, to: { open } }));
}

/** @returns {PaletteEntry[]} */
function pagesElsewhere() {
  return PAGES.map(([label, hint, sign, to]) => ({ group: "Go to", label, hint, sign, to }));
}

/** @returns {PaletteEntry[]} */
function actions() {
  /** @type {[label: string, sign: string, run: () => unknown][]} */
  const all = [
    ["Refresh the page's data", "refresh", () => find(document, "[data-refresh-button]").click()],
    ["Switch the theme", "sun", () => find(document, "[data-theme-button]").click()],
    ["Print this tab", "print", () => find(document, "[data-print-button]").click()],
    ["Keyboard shortcuts", "info", showHelp],
  ];
  return all.map(([label, sign, run]) => ({ group: "Do", label, hint: "", sign, to: "", run }));
}

/**
 * @param {Api["ViewOut"]} view
 * @returns {PaletteEntry}
 */
function viewEntry({ name, query, is_mine: isMine, created_by: by }) {
  return { group: "Saved views", label: name, hint: isMine ? "" : actorText(by), sign: "pin", to: `/pardot/?${query}` };
}

/**
 * @param {Api["IssueItem"]} issue
 * @returns {PaletteEntry}
 */
function issueEntry(issue) {
  const count = amount(issue.count, issue.is_percentage);
  return { group: "Issues", label: withoutCount(issue.title), hint: count, sign: "flag", to: rowsOfIssue(issue) };
}
