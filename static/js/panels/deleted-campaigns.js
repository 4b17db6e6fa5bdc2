/* Assets in deleted campaigns, by type. */

import { h } from "../core/dom.js";
import { number, plural } from "../core/format.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { rowsOfIssue } from "../core/rows.js";
import { assetButton } from "../assets/asset-button.js";
import { CONTENT, TYPES } from "../assets/words.js";

const SHOWN = 3;

export default panel({
  uses: ["exemptions"],
  load: async () => ({ orphans: (await shared("campaigns", { limit: 1 })).orphans }),
  noData: ({ orphans }) => CONTENT.every((type) => orphans[type].count === null),
  empty: ({ orphans }) =>
    CONTENT.every((type) => orphans[type].count === 0) &&
    "Apart from exempt assets, no asset is in a deleted campaign.",
  render: ({ orphans }) =>
    h(
      "ul",
      { class: "in-deleted" },
      CONTENT.filter((type) => orphans[type].count !== 0).map((type) => group(type, orphans[type])),
    ),
});

/**
 * @param {Api["ContentType"]} type
 * @param {Api["OrphanedAssets"]} orphans
 */
function group(type, { count, exempt, records }) {
  const { one, many, title } = TYPES[type];
  if (count === null) return h("li", {}, h("h3", {}, title), h("p", { class: "small soft" }, "No data yet."));
  const href = rowsOfIssue({ area: type, flag: "orphan", exempt });
  const counting = records.filter((record) => !record.exempt.includes("orphan"));
  return h(
    "li",
    {},
    h("h3", {}, h("a", { href }, plural(count, one, many))),
    h(
      "ul",
      { class: "plain-list" },
      counting
        .slice(0, SHOWN)
        .map((record) =>
          h(
            "li",
            {},
            assetButton(type, record),
            h("span", { class: "under" }, `campaign ${record.campaign_id} (deleted)`),
          ),
        ),
    ),
    count > SHOWN && h("p", { class: "small" }, h("a", { href }, `All ${number(count)}`)),
  );
}
