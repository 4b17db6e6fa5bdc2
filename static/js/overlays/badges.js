/* Show all badges, the earned ones first, and how to earn each. */

import { h, icon } from "../core/dom.js";
import { panel } from "../core/panel.js";
import { loadBadges } from "../panels/badges-data.js";
import { panelDialog } from "../ui/panel-dialog.js";
import { chip } from "../ui/parts.js";

export default () => panelDialog({ title: "Badges", content });

const content = panel({
  lines: 6,
  load: loadBadges,
  render: (badges) =>
    h(
      "ul",
      { class: "badge-list" },
      [...badges].sort((a, b) => Number(b.earned === true) - Number(a.earned === true)).map(line),
    ),
});

/** @param {Badge} badge */
function line({ name, how, sign, earned }) {
  return h(
    "li",
    {},
    h("span", { class: earned ? "badge-coin large" : "badge-coin large empty" }, icon(sign)),
    h("div", {}, h("p", {}, h("strong", {}, name)), h("p", { class: "small soft" }, how)),
    earned
      ? chip("Earned", { tone: "good" })
      : h("span", { class: "small soft" }, earned === null ? "No data" : "Not yet"),
  );
}
