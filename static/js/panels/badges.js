/* Show the earned badges in a small button, which opens the list of all badges. */

import { h, hiddenText, icon } from "../core/dom.js";
import { plural } from "../core/format.js";
import { openOverlay } from "../core/open-overlay.js";
import { panel } from "../core/panel.js";
import { loadBadges } from "./badges-data.js";

export default panel({
  lines: 1,
  quiet: true,
  uses: ["tasks", "exemptions", "config"],
  load: loadBadges,
  render: (badges) => {
    const earned = badges.filter((badge) => badge.earned);
    const names = earned.map((badge) => badge.name).join(", ");
    const label = earned.length ? `${plural(earned.length, "badge")}: ${names}` : "No badge yet";
    return h(
      "button",
      { type: "button", class: "badge-row", title: label, on: { click: () => openOverlay("badges") } },
      earned.length
        ? earned.map((badge) => h("span", { class: "badge-coin" }, icon(badge.sign)))
        : [h("span", { class: "badge-coin empty" }, icon("badge")), h("span", { class: "small soft" }, "No badge yet")],
      earned.length > 0 && hiddenText(label),
    );
  },
});
