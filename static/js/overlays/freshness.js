/* Every kind of data: when it was last read, whether all of it, and what reads it again. */

import { h } from "../core/dom.js";
import { ago, moment, number, plural } from "../core/format.js";
import { nameOf } from "../core/names.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { commandOf, kindOf } from "../panels/freshness-state.js";
import { copyButton } from "../ui/copy.js";
import { panelDialog } from "../ui/panel-dialog.js";
import { chip } from "../ui/parts.js";
import { table } from "../ui/table.js";

/** @type {Record<string, [word: string, tone: Tone]>} */
const WORDS = {
  failed: ["Failed", "bad"],
  never: ["Never read", "warn"],
  old: ["Old", "warn"],
  partial: ["A sample", "info"],
  fresh: ["Fresh", "good"],
};
const TIERS = {
  1: "Set up camp: assets and Salesforce's counts",
  2: "Scout: and the most active prospects",
  3: "Full survey: and every prospect, activity and member",
};

export default () => panelDialog({ title: "How fresh the data are", drawer: true, wide: true, content });

const content = panel({
  lines: 8,
  load: () => shared("sync/status"),
  render: (status) => [now(status), rows(status.entities), commands()],
});

/** @param {Api["SyncStatus"]} status */
function now({ running, quota, sync_enabled: enabled }) {
  const said = [
    !enabled && "Syncing is switched off.",
    running.length > 0 &&
      `Being read now: ${running.map((run) => `${nameOf(run.entity)} (${number(run.rows_read)})`).join(", ")}.`,
    quota &&
      `Pardot has ${plural(quota.left, "call")} of ${number(quota.maximum)} left today, as it said ${ago(quota.told_at)}.`,
  ].filter(Boolean);
  return said.length > 0 && h("p", { class: "soft" }, said.join(" "));
}

/** @param {readonly Api["EntityFreshness"][]} entities */
function rows(entities) {
  return table({
    key: "freshness",
    caption: "Kinds of data",
    noun: "kind",
    exportAs: "freshness",
    rows: entities,
    rowId: (entity) => entity.name,
    columns: [
      { key: "name", label: "Kind", value: (entity) => nameOf(entity.name) },
      {
        key: "state",
        label: "State",
        value: (entity) => WORDS[kindOf(entity)][0],
        show: (entity) => chip(WORDS[kindOf(entity)][0], { tone: WORDS[kindOf(entity)][1] }),
      },
      {
        key: "last_sync",
        label: "Last read",
        show: (entity) => h("span", { title: moment(entity.last_sync) }, ago(entity.last_sync)),
      },
      { key: "count", label: "Rows", end: true, first: "desc", show: (entity) => number(entity.count) },
      { key: "tier", label: "Command", value: (entity) => commandOf(entity.tier).replace("python manage.py ", "") },
      {
        key: "message",
        label: "What the last run said",
        className: "wide",
        value: (entity) =>
          [entity.message, entity.withheld && "Pardot withheld rows: the API user may not see them."]
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

function commands() {
  return h(
    "dl",
    { class: "commands" },
    Object.entries(TIERS).map(([tier, text]) => {
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
