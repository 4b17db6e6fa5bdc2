/* What is old, partial or was never read, with what an operator runs. Nothing when all is fresh. */

import { h, icon } from "../core/dom.js";
import { openOverlay } from "../core/open-overlay.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { listed, nameOf } from "../core/names.js";
import { copyButton } from "../ui/copy.js";
import { button } from "../ui/parts.js";
import { commandOf, lastSync, mention, problemsOf } from "./freshness-state.js";

/** @typedef {ReturnType<typeof problemsOf>[number]} Problem */

export default panel({
  lines: 0,
  load: () => shared("sync/status"),
  render: (status) => {
    const problems = problemsOf(status.entities);
    // Where nothing was ever read, every tab says so itself.
    if (status.sync_enabled && (!problems.length || lastSync(status.entities) === null)) return [];
    const isBad = !status.sync_enabled || problems.some(({ kind }) => kind === "old" || kind === "failed");
    return h(
      "div",
      { class: `banner ${isBad ? "warn" : ""}` },
      icon(isBad ? "warning" : "info"),
      h(
        "div",
        {},
        !status.sync_enabled &&
          h(
            "p",
            {},
            h("strong", {}, "Syncing is switched off. "),
            "An operator switches it on again in the administration.",
          ),
        problems.map(line),
      ),
      problems.length > 0 && whatToRun(Math.max(...problems.map(({ tier }) => tier))),
    );
  },
});

/** @param {Problem} problem */
function line({ kind, label, entities }) {
  const names = entities.map(kind === "never" || kind === "partial" ? ({ name }) => nameOf(name) : mention);
  return h("p", {}, h("strong", {}, `${label}: `), `${listed(names)}.`);
}

/** @param {number} tier */
function whatToRun(tier) {
  const command = commandOf(tier);
  return h(
    "p",
    { class: "banner-command" },
    h("code", {}, command),
    copyButton(command, "Copy the command"),
    button("Details", () => openOverlay("freshness"), { kind: "compact" }),
  );
}
