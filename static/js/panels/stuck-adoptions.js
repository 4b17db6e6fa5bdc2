/* Adoption data that Salesforce should have taken from Pardot but did not. */

import { h } from "../core/dom.js";
import { number, percent, plural } from "../core/format.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { pages } from "../assets/links.js";
import { booksOf } from "../people/adoption-data.js";
import { linksColumns, prospectButton, prospectsOf } from "../people/people.js";
import { chip, figure } from "../ui/parts.js";
import { empty } from "../ui/states.js";
import { table } from "../ui/table.js";

export default panel({
  lines: 4,
  load: () => Promise.all([shared("engagement", { limit: 1 }), pages()]),
  noData: ([{ tier }]) => tier < 2,
  render: ([{ adoption_json_alert: alert }, links]) =>
    alert.stuck_count === 0 ? fine() : [head(alert), rows(alert, links), rest(alert)],
});

function fine() {
  return empty("No prospect has adoption data that Salesforce should have taken.", {
    title: "Nothing is stuck",
    sign: "check",
  });
}

/** @param {Api["AdoptionAlert"]} alert */
function head({ stuck_count: stuck, pct_affected: share, total_prospects: total, high_score_count: high }) {
  return [
    figure("Prospects with adoption data that is stuck", number(stuck), {
      href: prospectsOf({ group: "adoption_stuck" }),
      note: `${percent(share)} of ${number(total)} prospects`,
    }),
    Boolean(high) &&
      h(
        "p",
        {},
        chip(`${plural(high, "has", "have")} a score of 100 or more: start with those`, {
          tone: "warn",
          href: prospectsOf({ group: "adoption_stuck_high_score" }),
        }),
      ),
    h(
      "p",
      { class: "todo" },
      h("strong", {}, "What to do: "),
      "check in Salesforce whether the adoption was recorded; if not, run the flow that reads the adoption data. ",
      "Then empty this data in Pardot.",
    ),
  ];
}

/**
 * @param {Api["AdoptionAlert"]} alert
 * @param {Pages} links
 */
function rows({ sample }, links) {
  return table({
    key: "stuck",
    caption: "Prospects with adoption data",
    noun: "prospect",
    exportAs: "stuck-adoptions",
    rows: sample,
    sort: "-score",
    size: 25,
    columns: [
      { key: "name", label: "Prospect", value: ({ name, email }) => name?.trim() || email, show: prospectButton },
      { key: "score", label: "Score", end: true, first: "desc", show: (row) => number(row.score) },
      {
        key: "value",
        label: "Adoption data",
        sort: false,
        show: (row) => h("span", { class: "held", title: row.value }, booksOf(row.value)),
      },
      ...linksColumns(links),
    ],
  }).element;
}

/** @param {Api["AdoptionAlert"]} alert */
function rest({ sample, stuck_count: stuck }) {
  if (sample.length >= (stuck ?? 0)) return null;
  return h(
    "p",
    { class: "small soft" },
    `The ${number(sample.length)} with the highest scores; `,
    h("a", { href: prospectsOf({ group: "adoption_stuck" }) }, `all ${number(stuck)}`),
    ".",
  );
}
