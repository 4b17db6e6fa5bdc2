/* The prospects with the highest scores, of everybody or of those that a figure counts. */

import { h } from "../core/dom.js";
import { ago, moment, number } from "../core/format.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { pages } from "../assets/links.js";
import { followProspect } from "../people/drawer.js";
import { byGrade, GROUPS, linksColumns, prospectButton } from "../people/people.js";
import { chip, meter } from "../ui/parts.js";
import { showRows } from "../ui/show-rows.js";
import { RowsInMemory } from "../ui/table-rows.js";
import { table } from "../ui/table.js";

const MOST = 500;

export default panel({
  lines: 8,
  load: () => Promise.all([shared("engagement", { limit: MOST }), pages()]),
  noData: ([{ tier }]) => tier < 2,
  render: ([{ summary }, links], { element }) => {
    followProspect();
    showRows(element, "prospects");
    return prospects(summary, links);
  },
});

function prospects(summary, links) {
  const columns = columnsOf(summary, links);
  const limit = h("p", { class: "small soft" });
  const rows = new RowsInMemory([], columns, []);
  const source = async ({ filters, ...query }) => {
    const found = await shared("engagement", { limit: MOST, ...filters });
    if (rows.rows !== found.prospects) rows.setRows(found.prospects);
    limit.textContent = found.has_more ? `These are the ${number(MOST)} with the highest scores; choose a group or a grade to see others.` : "";
    limit.hidden = !found.has_more;
    return rows.page({ ...query, filters: {} });
  };
  const made = table({
    key: "prospects", caption: "Prospects", noun: "prospect", exportAs: "prospects", sort: "-score", size: 25,
    search: "Name, company, category", source, columns, filters: filtersOf(summary),
    nothing: "No prospect has a score.",
  });
  return [made.element, limit];
}

function filtersOf({ grade_distribution: grades, active_30d: active }) {
  const groups = Object.entries(GROUPS).filter(([group]) => group !== "active" || active !== null);
  const names = Object.keys(grades ?? {}).sort(byGrade);
  return [
    { key: "group", label: "Group", all: "Everybody", options: groups },
    { key: "grade", label: "Grade", options: names.map((grade) => [grade, grade === "none" ? "Without" : grade]) },
  ];
}

function columnsOf(summary, links) {
  const columns = [
    { key: "name", label: "Prospect", value: ({ name, email }) => name?.trim() || email, show: prospectButton },
    { key: "score", label: "Score", end: true, first: "desc", search: false, show: (row) => score(row, summary.top_score) },
    { key: "grade", label: "Grade", value: (row) => row.grade?.trim() || null, search: false },
    { key: "categories", label: "Score by category", value: categoriesText, sort: false, show: categories },
    { key: "activity_count", label: "In 30 days", end: true, first: "desc", search: false, show: (row) => number(row.activity_count) },
    { key: "last_activity", label: "Last activity", className: "tight", first: "desc", search: false, show: (row) => row.last_activity && h("span", { title: moment(row.last_activity) }, ago(row.last_activity)) },
    { key: "company", label: "Company", show: (row) => clipped(row.company) },
    { key: "email", label: "E-mail", show: (row) => clipped(row.email) },
    ...linksColumns(links),
  ];
  // As table() does it; the rows are searched and sorted here, whatever group the server gave.
  return columns.map((column) => ({ ...column, value: column.value ?? ((row) => row[column.key]), sort: column.sort === false ? null : column.key }));
}

function clipped(text) {
  return text && h("span", { class: "clipped", title: text }, text);
}

function score(row, top) {
  return h("span", { class: "scored" }, number(row.score), meter(top > 0 ? (100 * (row.score ?? 0)) / top : 0));
}

const byScore = ({ scoring_categories: scores }) => Object.entries(scores).sort(([, a], [, b]) => b - a);

function categoriesText(row) {
  return byScore(row).map(([name, points]) => `${name} ${points}`).join("; ");
}

function categories(row) {
  const found = byScore(row);
  if (found.length === 0) return null;
  const more = found.length > 2 && chip(`+${found.length - 2}`, { title: categoriesText(row) });
  return h("span", { class: "chips" }, found.slice(0, 2).map(([name, points]) => chip([name, " ", h("strong", { class: "number" }, number(points))])), more);
}
