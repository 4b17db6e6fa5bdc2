/* The number of tags, the share of tags with a prefix, and the issues of tags. */

import { h } from "../core/dom.js";
import { number, percent } from "../core/format.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { rowsOf } from "../core/rows.js";
import { flagFigures } from "../assets/flags.js";
import { shares } from "../charts/shares.js";
import { figure } from "../ui/parts.js";

export default panel({
  uses: ["exemptions", "cleanup"],
  load: () => shared("tags", { limit: 1 }),
  noData: ({ totals }) => totals.tags === null,
  render: ({ totals, summary }) => [
    h(
      "div",
      { class: "glance" },
      figure("Tags", number(totals.tags), { href: rowsOf("tags"), large: true }),
      convention(totals),
    ),
    flagFigures(summary),
  ],
});

/** @param {Api["TagTotals"]} totals */
function convention({ tags, with_prefix, prefixes, tagged_objects }) {
  const share = tags && with_prefix !== null ? (100 * with_prefix) / tags : null;
  const parts = [
    { label: "With a prefix", value: with_prefix, tone: "good" },
    { label: "Without", value: (tags ?? 0) - (with_prefix ?? 0), tone: "none" },
  ];
  return h(
    "div",
    { class: "stack" },
    h(
      "p",
      {},
      h("strong", {}, percent(share)),
      ` have a prefix; there are ${number(prefixes)} different ones. Tags are used `,
      h("strong", {}, number(tagged_objects)),
      " times.",
    ),
    shares({ label: "Tags", parts, large: true }),
  );
}
