/* Show the day of camp on a trail; before camp, the days until it begins. */

import { h } from "../core/dom.js";
import { plural } from "../core/format.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { trail } from "../charts/trail.js";

export default panel({
  lines: 1,
  quiet: true,
  uses: ["config"],
  load: () => shared("briefing"),
  render: (briefing) => {
    const { camp_day: day, camp_days_total: total } = briefing;
    if (total === null)
      return h(
        "p",
        { class: "small soft" },
        "Camp has no dates yet. ",
        h("a", { href: "/pardot/admin-settings/" }, "Set them"),
      );
    const label = labelOf(briefing);
    return [
      h("p", { class: "trail-label" }, label),
      trail({ day: passed(briefing), total: day === null ? 1 : total, label }),
    ];
  },
});

/** @param {Api["Briefing"]} briefing */
function labelOf({ camp_day: day, camp_days_total: total, days_until_camp: until }) {
  if (until !== null) return `Camp begins in ${plural(until, "day")}`;
  return day === null ? `Camp is over, after ${plural(total, "day")}` : `Camp day ${day} of ${total}`;
}

/** @param {Api["Briefing"]} briefing */
function passed({ camp_day: day, days_until_camp: until }) {
  if (until !== null) return 0;
  return day ?? 1;
}
