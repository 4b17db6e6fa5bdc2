/* The number of campaigns, the share linked to Salesforce, and the issues of all campaigns. */

import { h } from "../core/dom.js";
import { number, percent } from "../core/format.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { rowsOf } from "../core/rows.js";
import { activityNote, flagFigures } from "../assets/flags.js";
import { shares } from "../charts/shares.js";
import { figure } from "../ui/parts.js";

export default panel({
  uses: ["exemptions"],
  load: async () => (await shared("campaigns", { limit: 1 })).summary,
  noData: ({ items }) => items === null,
  render: (summary) => [
    h(
      "div",
      { class: "glance" },
      figure("Campaigns", number(summary.items), { href: rowsOf("campaigns"), large: true }),
      connection(summary),
    ),
    flagFigures(summary),
    activityNote(summary, "Dormant campaigns cannot be recognized."),
  ],
});

/** @param {Api["CampaignSummary"]} summary */
function connection({ items, with_sf, missing_sf }) {
  const share = items && with_sf !== null ? (100 * with_sf) / items : null;
  const parts = [
    { label: "Linked", value: with_sf, tone: "good" },
    { label: "Not linked", value: missing_sf, tone: "none" },
  ];
  return h(
    "div",
    { class: "stack" },
    h(
      "p",
      {},
      h("strong", {}, percent(share)),
      " are linked to Salesforce: ",
      h("a", { href: rowsOf("campaigns", { sf: "yes" }) }, `${number(with_sf)} linked`),
      ", ",
      h("a", { href: rowsOf("campaigns", { sf: "no" }) }, `${number(missing_sf)} not`),
    ),
    shares({ label: "Campaigns", parts, large: true }),
  );
}
