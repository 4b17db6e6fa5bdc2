/* Show the freshness of the data in one line. A click opens the details. */

import { h, icon } from "../core/dom.js";
import { ago, plural } from "../core/format.js";
import { nameOf } from "../core/names.js";
import { openOverlay } from "../core/open-overlay.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { followSync } from "../sync/refresh.js";
import { lastSync, problemsOf } from "./freshness-state.js";

export default panel({
  lines: 1,
  quiet: true,
  uses: ["sync/status"],
  load: () => shared("sync/status"),
  render: (status) => {
    followSync(status);
    const { text, tone, sign } = wordsFor(status);
    return h(
      "button",
      {
        type: "button",
        class: `chip pill ${tone}`,
        title: "Data freshness",
        on: { click: () => openOverlay("freshness") },
      },
      icon(sign),
      text,
    );
  },
});

/** @param {Api["SyncStatus"]} status */
function wordsFor({ entities, running, steps, activity }) {
  const step = steps ? `, ${steps.step} of ${steps.of}` : "";
  if (running.length) return { text: `Syncing ${nameOf(running[0].entity)}${step}`, tone: "info", sign: "refresh" };
  if (activity.some(({ state }) => state === "waiting"))
    return { text: "Sync requested", tone: "info", sign: "refresh" };
  const last = lastSync(entities);
  if (last === null) return { text: "Never synced", tone: "warn", sign: "warning" };
  const bad = problemsOf(entities).filter(({ words }) => words.isBad);
  const late = bad.filter(({ kind }) => kind === "old").flatMap(({ entities }) => entities).length;
  const failed = bad.flatMap((problem) => problem.entities).length - late;
  const text = failed ? `${plural(failed, "source")} failed` : plural(late, "source is late", "sources are late");
  if (failed || late) return { text, tone: "warn", sign: "warning" };
  return { text: `Synced ${ago(last)}`, tone: "good", sign: "check" };
}
