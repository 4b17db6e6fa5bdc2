/* The table of prospects, with the highest scores first, and filters by group and by grade. */

import { api } from "../core/api.js";
import { h } from "../core/dom.js";
import { ago, moment, number } from "../core/format.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { pages } from "../assets/links.js";
import { paged } from "../assets/paging.js";
import { byGrade, GROUPS, linksColumns, prospectButton } from "../people/people.js";
import { chip, meter } from "../ui/parts.js";
import { table } from "../ui/table.js";

const SEARCHABLE = /[\p{L}\p{N}]{3}|^\d+$/u;

export default panel({
  lines: 8,
  load: () => Promise.all([shared("engagement", { limit: 1 }), pages()]),
  noData: ([{ tier }]) => tier < 2,
  render: ([{ summary }, links]) => prospects(summary, links),
});

/**
 * @param {Api["EngagementSummary"]} summary
 * @param {Pages} links
 */
function prospects(summary, links) {
  const note = h("p", { class: "small soft", hidden: true });
  /** @param {string} sentence */
  const say = (sentence) => {
    note.textContent = sentence;
    note.hidden = !sentence;
  };
  const ask = paged(async (page, filters, signal) => {
    const answer = await api.get("engagement", { params: { ...page, ...filters }, signal });
    const total = answer.count ?? 0;
    const more = `There are more than ${number(total)} prospects. Search, or choose a group or grade, to see others.`;
    say(answer.count_is_exact ? "" : more);
    return { rows: answer.prospects, total, didYouMean: answer.did_you_mean };
  });
  /** @type {Source<Api["EngagedProspect"]>} */
  const source = async (query) => {
    if (!query.q || SEARCHABLE.test(query.q)) return ask(query);
    say("A search needs three letters or digits in a row, or a whole id.");
    return { rows: [], total: 0 };
  };
  const view = table({
    key: "prospects",
    caption: "Prospects",
    noun: "prospect",
    exportAs: "prospects",
    sort: "-score",
    size: 25,
    search: "Name, email, company",
    source,
    columns: columnsOf(summary, links),
    filters: filtersOf(summary),
  });
  return [view.element, note];
}

/**
 * @param {Api["EngagementSummary"]} summary
 * @returns {Filter<Api["EngagedProspect"]>[]}
 */
function filtersOf({ grade_distribution: grades, active_30d: active }) {
  const groups = Object.entries(GROUPS).filter(([group]) => group !== "active" || active !== null);
  const names = Object.keys(grades ?? {}).sort(byGrade);
  return [
    { key: "group", label: "Group", all: "Everybody", options: groups },
    { key: "grade", label: "Grade", options: names.map((grade) => [grade, grade === "none" ? "Without" : grade]) },
  ];
}

/**
 * @param {Api["EngagementSummary"]} summary
 * @param {Pages} links
 * @returns {Column<Api["EngagedProspect"]>[]}
 */
function columnsOf(summary, links) {
  return [
    { key: "name", label: "Prospect", value: ({ name, email }) => name?.trim() || email, show: prospectButton },
    { key: "score", label: "Score", end: true, first: "desc", show: (row) => score(row, summary.top_score) },
    { key: "grade", label: "Grade", sort: false, value: (row) => row.grade?.trim() || null },
    { key: "categories", label: "Score by category", value: categoriesText, sort: false, show: categories },
    {
      key: "activity_count",
      label: "Activities in 30 days",
      end: true,
      first: "desc",
      show: (row) => number(row.activity_count),
    },
    {
      key: "last_activity",
      label: "Last activity",
      className: "tight",
      first: "desc",
      show: (row) => row.last_activity && h("span", { title: moment(row.last_activity) }, ago(row.last_activity)),
    },
    { key: "company", label: "Company", sort: false, show: (row) => clip(row.company) },
    { key: "email", label: "Email", sort: false, show: (row) => clip(row.email) },
    ...linksColumns(links),
  ];
}

/** @param {string | null} text */
function clip(text) {
  return text && h("span", { class: "clipped", title: text }, text);
}

/**
 * @param {Api["EngagedProspect"]} row
 * @param {number | null} top
 */
function score(row, top) {
  return h("span", { class: "scored" }, number(row.score), meter(top ? (100 * (row.score ?? 0)) / top : 0));
}

/** @param {Api["EngagedProspect"]} prospect */
const byScore = ({ scoring_categories: scores }) => Object.entries(scores).sort(([, a], [, b]) => b - a);

/** @param {Api["EngagedProspect"]} row */
function categoriesText(row) {
  return byScore(row)
    .map(([name, points]) => `${name} ${points}`)
    .join("; ");
}

/** @param {Api["EngagedProspect"]} row */
function categories(row) {
  const sorted = byScore(row);
  if (sorted.length === 0) return null;
  const more = sorted.length > 2 && chip(`+${sorted.length - 2}`, { title: categoriesText(row) });
  return h(
    "span",
    { class: "chips" },
    sorted.slice(0, 2).map(([name, points]) => chip([name, " ", h("strong", { class: "number" }, number(points))])),
    more,
  );
}
