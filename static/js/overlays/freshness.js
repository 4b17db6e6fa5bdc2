/* The drawer that lists each source: its last sync, its state, and what to do about it. */

import { h } from "../core/dom.js";
import { ago, moment, number, plural } from "../core/format.js";
import { nameOf } from "../core/names.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { commandOf, KINDS, kindOf } from "../panels/freshness-state.js";
import { actorText } from "../people/actor.js";
import { copyButton } from "../ui/copy.js";
import { panelDialog } from "../ui/panel-dialog.js";
import { chip } from "../ui/parts.js";
import { table } from "../ui/table.js";
import { remedyButton, remedyText } from "../sync/refresh.js";
import { whoCan } from "../sync/remedy.js";

const OF_AGE = { old: true, never: true };
/** @type {Record<string, [word: string, tone: Tone]>} */
const WORDS = {
  ...Object.fromEntries(
    Object.entries(KINDS).map(([kind, { label, isBad }]) => [
      kind,
      [label, kind in OF_AGE ? "warn" : isBad ? "bad" : "info"],
    ]),
  ),
  fresh: ["Fresh", "good"],
};
/** @type {Record<Api["SyncStatus"]["activity"][number]["state"], [word: string, tone: Tone]>} */
const ACTIVITY = {
  waiting: ["Waiting", "info"],
  running: ["Running", "info"],
  done: ["Done", "good"],
  failed: ["Failed", "bad"],
};
const TIERS = {
  1: "Daily: assets, and the numbers of people and campaign members in Salesforce",
  2: "Scout: also recently active prospects with the highest scores",
  3: "Full survey: also all prospects and campaign members, and recent activities",
};

/** @typedef {import("../sync/refresh.js").Remedy} Remedy */

export default () => panelDialog({ title: "Data freshness", drawer: true, wide: true, content });

const content = panel({
  lines: 8,
  uses: ["sync/status"],
  load: () => shared("sync/status"),
  render: (status) => [
    now(status),
    status.may_refresh && buttons(status),
    rows(status),
    activity(status.activity),
    !status.may_refresh && h("p", { class: "soft" }, whoCan(status)),
    h("details", {}, h("summary", {}, "Commands for administrators"), commands([1, 2, 3])),
  ],
});

/** @param {Api["SyncStatus"]} status */
function now({ running, quota, entities, is_locked: isLocked, sync_enabled: enabled }) {
  const sentences = [
    !enabled && "Syncing is switched off.",
    isLocked && "A sync is running. Another one can start when it has ended.",
    quota &&
      `Pardot has ${plural(quota.left, "API call")} of ${number(quota.maximum)} left today (as of ${moment(quota.told_at)}).`,
  ].filter(Boolean);
  return [
    sentences.length > 0 && h("p", { class: "soft" }, sentences.join(" ")),
    running.length > 0 &&
      h(
        "ul",
        { class: "plain-list" },
        running.map((run) => progress(run, entities)),
      ),
  ];
}

/**
 * @param {Api["RunningSync"]} run
 * @param {readonly Api["EntityFreshness"][]} entities
 */
function progress(run, entities) {
  const before = run.mode === "full" ? entities.find(({ name }) => name === run.entity)?.count : null;
  return h(
    "li",
    {},
    chip("Reading", { tone: "info" }),
    ` ${nameOf(run.entity)}: `,
    h("span", { data: { reading: run.entity } }, number(run.rows_read)),
    before ? ` of about ${plural(before, "record")}` : " records",
    h("span", { class: "soft" }, ` · since ${moment(run.started)}`),
  );
}

/** @param {Api["SyncStatus"]} status */
function buttons({ entities }) {
  const blocked = entities.filter(({ problem }) => problem === "deletes").map(({ name }) => name);
  return h(
    "p",
    { class: "actions" },
    remedyButton({ starts: "refresh", entities: [] }, { kind: "primary" }),
    blocked.length > 0 && remedyButton({ starts: "accept", entities: blocked }, { kind: "" }),
    remedyButton({ starts: "survey", entities: [] }, { kind: "" }),
  );
}

/** @param {Api["SyncStatus"]} status */
function rows({ entities, may_refresh: mayRefresh }) {
  return table({
    key: "freshness",
    caption: "Sources",
    noun: "source",
    exportAs: "freshness",
    rows: entities,
    rowId: (entity) => entity.name,
    columns: [
      { key: "name", label: "Source", value: (entity) => nameOf(entity.name) },
      {
        key: "state",
        label: "State",
        value: (entity) => WORDS[kindOf(entity)][0],
        show: (entity) => chip(WORDS[kindOf(entity)][0], { tone: WORDS[kindOf(entity)][1] }),
      },
      {
        key: "last_sync",
        label: "Last good sync",
        show: (entity) => [
          h("span", { title: moment(entity.last_sync) }, ago(entity.last_sync)),
          entity.failed_at && h("span", { class: "under" }, `failed ${ago(entity.failed_at)}`),
        ],
      },
      { key: "count", label: "Records", end: true, first: "desc", show: (entity) => number(entity.count) },
      {
        key: "remedy",
        label: "What to do",
        sort: false,
        value: (entity) => remedyText(remedyOf(entity)),
        show: (entity) => remedy(remedyOf(entity), mayRefresh, nameOf(entity.name)),
      },
      {
        key: "message",
        label: "Last message",
        className: "wide",
        value: (entity) =>
          [entity.message, entity.withheld && "Pardot withheld rows that the API user may not see."]
            .filter(Boolean)
            .join(" "),
      },
    ],
    filters: [
      {
        key: "state",
        label: "State",
        options: Object.entries(WORDS).map(([kind, [word]]) => [kind, word]),
        test: (entity, kind) => kindOf(entity) === kind,
      },
    ],
  }).element;
}

/** @param {Api["EntityFreshness"]} entity */
const remedyOf = (entity) => KINDS[kindOf(entity)]?.remedy?.([entity]) ?? null;

/**
 * Return a button for users who may press it. For other users, return the name of the button.
 *
 * @param {Remedy | null} action
 * @param {boolean} mayRefresh
 * @param {string} source
 */
const remedy = (action, mayRefresh, source) =>
  action && mayRefresh ? remedyButton(action, { source }) : remedyText(action);

/**
 * Return the list of the latest syncs and other actions that users requested.
 *
 * @param {Api["SyncStatus"]["activity"]} presses
 */
function activity(presses) {
  if (!presses.length) return null;
  return h(
    "section",
    {},
    h("h3", {}, "Started by people"),
    h(
      "ul",
      { class: "plain-list" },
      presses.map(({ label, by, requested_at, state, message }) =>
        h(
          "li",
          {},
          chip(ACTIVITY[state][0], { tone: ACTIVITY[state][1] }),
          ` ${label} `,
          h("span", { class: "soft" }, `${ago(requested_at)} by ${actorText(by)}${message ? `: ${message}` : ""}`),
        ),
      ),
    ),
  );
}

/** @param {readonly number[]} tiers */
function commands(tiers) {
  return h(
    "dl",
    { class: "commands" },
    Object.entries(TIERS)
      .filter(([tier]) => tiers.includes(Number(tier)))
      .map(([tier, text]) => {
        const command = commandOf(Number(tier));
        return h(
          "div",
          {},
          h("dt", {}, text),
          h(
            "dd",
            { class: "state-command" },
            h("pre", { class: "command" }, h("code", {}, command)),
            copyButton(command, `Copy the command: ${text}`),
          ),
        );
      }),
  );
}
