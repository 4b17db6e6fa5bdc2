/* Show a banner when syncing is switched off or syncs have problems (with their remedies); otherwise show nothing. */

import { h, icon } from "../core/dom.js";
import { openOverlay } from "../core/open-overlay.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { button } from "../ui/parts.js";
import { remedyButton } from "../sync/refresh.js";
import { shellCommand, whoCan } from "../sync/remedy.js";
import { lastSync, problemsOf } from "./freshness-state.js";

/** @typedef {ReturnType<typeof problemsOf>[number]} Problem */

export default panel({
  lines: 0,
  quiet: true,
  uses: ["sync/status"],
  load: () => shared("sync/status"),
  render: (status) => {
    const problems = problemsOf(status.entities);
    // Before the first sync, do not list the entities: every tab says that nothing was synced.
    if (lastSync(status.entities) === null && problems.every(({ kind }) => kind === "never")) problems.length = 0;
    if (status.sync_enabled && !problems.length) return [];
    const isBad = !status.sync_enabled || problems.some(({ words }) => words.isBad);
    return h(
      "div",
      { class: `banner ${isBad ? "warn" : ""}` },
      icon(isBad ? "warning" : "info"),
      h(
        "div",
        { class: "banner-lines" },
        !status.sync_enabled && switchedOff(),
        problems.map((problem) => line(problem, status)),
      ),
      problems.length > 0 &&
        h(
          "p",
          { class: "actions" },
          button("Details", () => openOverlay("freshness"), { kind: "compact" }),
        ),
    );
  },
});

function switchedOff() {
  const text = "Ask your administrator to switch it on again: Administration, Sync configuration.";
  return h("p", {}, h("strong", {}, "Syncing is switched off. "), text);
}

/**
 * @param {Problem} problem
 * @param {Api["SyncStatus"]} status
 */
function line({ words, entities }, status) {
  const remedy = status.may_refresh ? words.remedy?.(entities) : null;
  const command = remedy ? null : words.command?.(entities);
  return h(
    "div",
    {},
    h("strong", {}, `${words.label}: `),
    words.text(entities),
    remedy && [" ", remedyButton(remedy)],
    command && [words.remedy ? ` ${whoCan(status)}` : " Ask your administrator.", shellCommand(command)],
  );
}
