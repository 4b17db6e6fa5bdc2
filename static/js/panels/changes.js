/* Show the issues that changed since an earlier day, with their owners, new rows and fixed rows. */

import { optional } from "../core/api.js";
import { h, icon } from "../core/dom.js";
import { amount, plural } from "../core/format.js";
import { withoutCount } from "../core/names.js";
import { openOverlay } from "../core/open-overlay.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { rowsOf } from "../core/rows.js";
import { shared } from "../core/shared.js";
import { comparedDays, optionOf } from "../assets/since.js";
import { button, delta } from "../ui/parts.js";
import { issueCount, recentDays, recentLine } from "./recent.js";

/** @typedef {{ result: Api["ChangesOut"], days: readonly Option[], recent: Recent }} Data */

const SHOWN = 5;

export default panel({
  lines: 5,
  keys: ["changes.since"],
  uses: ["exemptions", "config"],
  load: async () => {
    const since = route.get("changes.since") || null;
    const [result, briefing, recent] = await Promise.all([
      shared("changes", { since }),
      optional(shared("briefing")),
      recentDays(),
    ]);
    return { result, days: briefing ? comparedDays(briefing).map((day) => optionOf(day, briefing.date)) : [], recent };
  },
  empty: ({ result }) => result.since === null && "Changes appear from the second day with a sync.",
  render: (data) => [headline(data), lists(data), compare(data)],
});

/** @param {Data} data */
function headline({ result, days }) {
  const { day, since, worse, better } = result;
  const [, name] = optionOf(since ?? day, day);
  const others = days.filter(([other]) => other !== since);
  return h(
    "div",
    { class: "row changes-head" },
    h(
      "p",
      { class: "changes-sentence" },
      `${name}: `,
      h(
        "strong",
        {},
        worse.length || better.length ? `${worse.length} worse, ${better.length} better` : "no number changed",
      ),
    ),
    h(
      "span",
      { class: "row push" },
      others.map(([other, label]) =>
        button(label, () => route.set({ "changes.since": other === days[0][0] ? "" : other }), {
          kind: "quiet compact",
        }),
      ),
    ),
  );
}

/**
 * Return the button "Compare days". It is below the lists; the buttons for other days are above them.
 *
 * @param {Data} data
 */
function compare({ result: { day, since } }) {
  const open = () => openOverlay("compare", { "compare.from": since, "compare.to": day });
  return h("p", {}, button("Compare days", open, { kind: "quiet compact", sign: "day" }));
}

/** @param {Data} data */
function lists({ result, recent }) {
  const groups = /** @type {const} */ ([
    ["Worse", result.worse],
    ["Same number, different rows", result.other_rows],
    ["Better", result.better],
  ]);
  return h(
    "div",
    { class: "changes" },
    groups.map(
      ([title, changes]) =>
        changes.length > 0 &&
        h(
          "section",
          {},
          h("h3", {}, title),
          h(
            "ul",
            { class: "plain-list" },
            changes.slice(0, SHOWN).map((change) => line(change, result.since, recent)),
          ),
          changes.length > SHOWN &&
            h("p", { class: "small soft" }, `and ${plural(changes.length - SHOWN, "more issue")}`),
        ),
    ),
  );
}

/**
 * @param {Api["ChangedRows"]} change
 * @param {string | null} since
 * @param {Recent} recent
 */
function line(change, since, recent) {
  const name = withoutCount(change.title);
  return h(
    "li",
    { class: "change" },
    h("p", { class: "change-name" }, name),
    h("p", { class: "change-numbers" }, delta(change.change, beforeAndAfter(change), { better: "down" })),
    recentLine(recent, name, issueCount(change.key)),
    h(
      "p",
      { class: "chips" },
      h("span", { class: "chip" }, icon("person"), change.owners.join(", ") || "Unassigned"),
      rowLinks(change, since),
    ),
  );
}

/**
 * Return "7 → 9" or "36.4% → 38%".
 *
 * @param {Api["ChangedRows"]} change
 */
export const beforeAndAfter = ({ before, after, is_percentage: isPercentage }) =>
  `${amount(before, isPercentage)} → ${amount(after, isPercentage)}`;

/**
 * Return a link to the new rows and, if the count fell, a link to the fixed rows.
 *
 * @param {Api["ChangedRows"]} change
 * @param {string | null} since
 */
export function rowLinks({ area, flag, exempt, title, new: added, fixed, change }, since) {
  const name = withoutCount(title);
  /** @param {string} text @param {Params} filters */
  const link = (text, filters) =>
    h("a", { class: "chip", href: rowsOf(area, filters), "aria-label": `${text}: ${name}` }, icon("table"), text);
  return [
    added > 0 && link(plural(added, "new row"), { flag, new: since, ...(exempt ? { exempt: "no" } : {}) }),
    change < 0 && fixed > 0 && link(`${fixed} fixed`, { flag, fixed: since }),
  ];
}
