/* The configuration form. One button saves all changed keys, and the server accepts or refuses each key separately. */

import { api } from "../core/api.js";
import { h, icon } from "../core/dom.js";
import { ago, moment } from "../core/format.js";
import { panel } from "../core/panel.js";
import { changed, shared } from "../core/shared.js";
import { Draft } from "../settings/drafts.js";
import { EDITORS, shortTitle } from "../settings/editors.js";
import { actorText } from "../people/actor.js";
import { saveBar } from "../settings/save-bar.js";

/**
 * @typedef {{
 *   id: string, title: string, text: string, keys: string[], after?: (drafts: Draft[]) => { element: Node, update(): void },
 * }} Section
 */

/** @type {Section[]} */
const SECTIONS = [
  {
    id: "camp",
    title: "Camp",
    text: "The first and last day of camp, and the score to reach by the last day. Without dates, the dashboard shows no camp day.",
    keys: ["camp_dates", "target_score"],
  },
  {
    id: "grades",
    title: "Grades",
    text: "Minimum score for each grade, highest first. The lowest must be 0.",
    keys: ["grade_thresholds", "alert_score"],
  },
  {
    id: "thresholds",
    title: "Thresholds",
    text: "Saving a change here audits all assets again, which takes a moment.",
    keys: ["activity_lookback_days", "list_stale_months", "list_stale_severe_months"],
  },
  {
    id: "clean-up",
    title: "Clean-up tags",
    text: "Mark an asset for clean-up with a tag in Pardot. Each tag’s name is the prefix followed by an action.",
    keys: ["cleanup_tag_prefix", "cleanup_actions"],
    after: tagNames,
  },
  {
    id: "weights",
    title: "Weights",
    text: "Points that an area loses for each occurrence (or percent) of an issue, from 0 (does not count) to 100.",
    keys: ["score_weights"],
  },
  {
    id: "texts",
    title: "Issue texts",
    text: "The title, instructions and priority of each issue.",
    keys: ["issue_templates"],
  },
];

export default panel({
  lines: 12,
  load: ({ signal }) => Promise.all([api.get("admin/config", { signal }), shared("config")]),
  render: ([{ configuration }, config], { signal }) => {
    const context = contextOf(configuration, config);
    /** @type {Draft[]} */
    const drafts = [];
    const sections = SECTIONS.map((section) => makeSection(section, configuration, context, drafts));
    const bar = saveBar(drafts, { signal, titles: context.titles, done });
    const update = () => {
      bar.update();
      for (const section of sections) section.update();
    };
    const root = h(
      "div",
      { class: "settings-sections", on: { input: update, change: update } },
      sections.map((section) => section.element),
      bar.element,
    );
    update();
    requestAnimationFrame(goToHash);
    return root;

    function done() {
      changed("config", "issues");
      update();
    }
  },
});

/**
 * Return the short titles of the issues, and the keys of the issues by area.
 *
 * @param {readonly Api["ConfiguredOut"][]} configuration
 * @param {Api["PardotConfig"]} config
 * @returns {Context}
 */
function contextOf(configuration, { areas, issues }) {
  /** @type {Record<string, { title: string }>} */
  const texts = entryOf(configuration, "issue_templates").value;
  const titles = Object.fromEntries(Object.entries(texts).map(([key, { title }]) => [key, shortTitle(title)]));
  const keys = Object.keys(texts);
  const area = Object.fromEntries(issues.map((issue) => [issue.key, issue.area]));
  const groups = areas.map((one) => ({
    area: one.area,
    label: one.label,
    keys: keys.filter((key) => area[key] === one.area),
  }));
  return { titles, issues: groups.filter((group) => group.keys.length) };
}

/**
 * @param {Section} section
 * @param {readonly Api["ConfiguredOut"][]} configuration
 * @param {Context} context
 * @param {Draft[]} drafts
 */
function makeSection({ id, title, text, keys, after }, configuration, context, drafts) {
  const parts = keys.map((key) => makeKey(entryOf(configuration, key), context, title));
  drafts.push(...parts.map((part) => part.draft));
  const more = after?.(parts.map((part) => part.draft));
  const state = h("span", { class: "chip accent" }, "Customized");
  const useDefaults = () => {
    for (const part of parts) part.draft.useDefault();
  };
  const reset = h(
    "button",
    { type: "button", class: "button compact", on: { click: useDefaults } },
    "Reset to default",
  );
  const element = h(
    "section",
    { class: "card", id, "aria-labelledby": `${id}-title`, tabindex: "-1" },
    h(
      "div",
      { class: "card-header" },
      h("h2", { id: `${id}-title` }, title),
      state,
      h("p", {}, text),
      h("div", { class: "actions" }, reset),
    ),
    h(
      "div",
      { class: keys.length > 1 ? "setting-keys" : "stack" },
      parts.map((part) => part.element),
    ),
    more?.element,
  );
  return {
    element,
    update() {
      const differs = parts.some((part) => !part.draft.isDefault);
      state.hidden = reset.hidden = !differs;
      element.classList.toggle(
        "is-unsaved",
        parts.some((part) => part.draft.isUnsaved),
      );
      for (const part of parts) part.update();
      more?.update();
    },
  };
}

/**
 * @param {Entry} entry
 * @param {Context} context
 * @param {string} section the section's title; a key with the same title shows no heading
 */
function makeKey(entry, context, section) {
  const editor = EDITORS[entry.key](entry, context);
  const problem = h(
    "p",
    { class: "banner bad", role: "alert", tabindex: "-1", hidden: true },
    icon("warning"),
    h("span", {}),
  );
  const old =
    entry.problem &&
    h(
      "p",
      { class: "banner warn" },
      icon("warning"),
      h(
        "span",
        {},
        `The saved value, or a part of it, is not valid; the default is used in its place. The problem: ${entry.problem}`,
      ),
    );
  const who = h("p", { class: "small soft" });
  const draft = new Draft(entry, editor, problem);
  const standard = editor.standard && h("p", { class: "small soft" }, "Default: ", editor.standard, ".");
  const heading = entry.title !== section && editor.fields().length !== 1 && h("h3", {}, entry.title);
  return {
    draft,
    element: h("div", { class: "setting-key stack" }, heading, old, problem, editor.element, standard, who),
    update() {
      const { updated_at: at, updated_by: by } = draft.entry;
      if (standard) standard.hidden = draft.isDefault;
      who.hidden = at === null;
      who.title = moment(at);
      who.textContent = at ? `Entered ${ago(at)}${by ? ` by ${actorText(by)}` : ""}.` : "";
    },
  };
}

/**
 * @param {readonly Api["ConfiguredOut"][]} configuration
 * @param {string} key
 * @returns {Entry}
 */
function entryOf(configuration, key) {
  const entry = configuration.find((one) => one.key === key);
  if (!entry) throw new Error(`The configuration has no ${key}.`);
  return entry;
}

/**
 * Return a line with the tags' names, and a function that updates the line from the prefix and the actions.
 *
 * @param {Draft[]} drafts
 */
function tagNames([prefix, actions]) {
  const element = h("p", { class: "soft tag-names" });
  const update = () => {
    /** @type {string[]} */
    const entered = actions.editor.get();
    const names = entered.filter((action) => action.trim()).map((action) => `${prefix.editor.get()}${action}`);
    element.replaceChildren("Tags in Pardot: ", ...names.flatMap((name) => [h("span", { class: "chip" }, name), " "]));
  };
  return { element, update };
}

/** Scroll to the section in the address, such as #weights. The section did not exist yet when the page was opened. */
function goToHash() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (id) document.getElementById(id)?.scrollIntoView();
}
