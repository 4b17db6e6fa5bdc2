/* Orphans by kind. Users choose a kind, and see its rows and what to do about them. */

import { api } from "../core/api.js";
import { h, icon } from "../core/dom.js";
import { number } from "../core/format.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { shared } from "../core/shared.js";
import { outwardOr, pages } from "../assets/links.js";
import { trend } from "../charts/trend.js";
import { openColumn, prospectButton } from "../people/people.js";
import { chip, delta } from "../ui/parts.js";
import { showRows } from "../ui/show-rows.js";
import { empty } from "../ui/states.js";
import { table } from "../ui/table.js";
import { ALL, byDay, chosenKind, KINDS } from "../survey/kinds.js";

/** @typedef {{ latest: Api["Orphans"], kind: Api["Kind"], page: Api["Orphans"], checks: Api["PastCheck"][], links: Pages }} Data */

const KEY = "orphans.kind";
const MOST = 1000;

/** The panels in which a kind was just chosen. */
const chosenIn = new WeakSet();

export default panel({
  lines: 8,
  keys: [KEY],
  load: async ({ signal }) => {
    const latest = await shared("orphans", { limit: 1 });
    if (latest.captured_at === null) return null;
    const kind = chosenKind(route.get(KEY), latest.kinds);
    const [page, { checks }, links] = await Promise.all([
      api.get("orphans", { params: { kind, limit: MOST }, signal }),
      shared("orphans/history"),
      pages(),
    ]);
    return { latest, kind, page, checks, links };
  },
  noData: (data) => data === null,
  render: (data, { element, signal }) => {
    keepPlace(element);
    const chosen = detail(data);
    if (!chosen.querySelector(".table-block")) showRows("orphans", chosen, signal)();
    return h("div", { class: "kinds-columns" }, list(data), chosen);
  },
});

/**
 * Focus the chosen kind again, because a choice redraws the list.
 *
 * @param {HTMLElement} element
 */
function keepPlace(element) {
  if (!chosenIn.delete(element)) return;
  requestAnimationFrame(() => {
    const link = element.querySelector(".kind[aria-current]");
    if (link instanceof HTMLElement) link.focus({ preventScroll: true });
  });
}

// -- the list --------------------------------------------------------------------------------------------------

/** @param {Data} data */
function list({ latest, kind: chosen, checks }) {
  const counts = Object.fromEntries(latest.kinds.map(({ kind, count }) => [kind, count]));
  const before = checks[1]?.counts ?? {};
  return h(
    "nav",
    { class: "kinds", "aria-label": "Kinds of orphans" },
    h(
      "ul",
      {},
      ALL.map((kind) => h("li", {}, choice(kind, counts[kind], before[kind], chosen))),
    ),
  );
}

/**
 * @param {Api["Kind"]} kind
 * @param {number} count
 * @param {number | undefined} before
 * @param {Api["Kind"]} chosen
 */
function choice(kind, count, before, chosen) {
  const difference = before === undefined || count === before ? null : delta(count - before, "", { better: "down" });
  /** @param {{ currentTarget: Element }} event */
  const click = ({ currentTarget }) => {
    const panelOf = currentTarget.closest("[data-panel]");
    if (panelOf) chosenIn.add(panelOf);
  };
  return h(
    "a",
    {
      class: "kind",
      href: route.href("full-survey", { [KEY]: kind }),
      "aria-current": kind === chosen && "true",
      on: { click },
    },
    h("span", {}, KINDS[kind].title),
    difference,
    h("span", { class: "kind-count number" }, count === 0 ? icon("check") : null, number(count)),
  );
}

// -- the rows --------------------------------------------------------------------------------------------------

/** @param {Data} data */
function detail(data) {
  const { kind, page, latest } = data;
  const { title, what, todo } = KINDS[kind];
  const all = latest.kinds.find((one) => one.kind === kind) ?? { count: 0, stored: 0, capped: false };
  const head = h(
    "div",
    { class: "kind-head" },
    h("h3", {}, title),
    chip(number(all.count), { tone: all.count ? "warn" : "good" }),
  );
  if (all.count === 0)
    return h(
      "div",
      { class: "kind-detail stack" },
      head,
      empty("There are no orphans of this type.", { title: "All in order", sign: "check" }),
      history(data),
    );
  return h(
    "div",
    { class: "kind-detail stack" },
    head,
    h(
      "div",
      { class: "kind-advice" },
      h("div", { class: "stack" }, h("p", {}, what), h("p", { class: "todo" }, h("strong", {}, "What to do: "), todo)),
      history(data),
    ),
    all.capped &&
      h(
        "p",
        { class: "banner" },
        icon("info"),
        h(
          "span",
          {},
          `${number(all.count)} in all; the first ${number(all.stored)} are listed. Once these are fixed, the next survey lists more.`,
        ),
      ),
    rows(data, page.records),
  );
}

/** @param {Data} data */
function history({ kind, checks }) {
  const days = byDay(checks);
  const values = days.map(({ counts }) => counts[kind] ?? null);
  if (days.length < 2 || !values.some(Boolean)) return null;
  return trend({
    title: `${KINDS[kind].title} by day`,
    days: days.map(({ day }) => day),
    series: [{ name: KINDS[kind].title, values }],
    low: 0,
    high: Math.max(4, ...values.map((value) => value ?? 0)),
    height: 120,
  });
}

/**
 * @param {Data} data
 * @param {Api["Orphan"][]} records
 */
function rows({ kind, links }, records) {
  const { noun, asset, person } = KINDS[kind];
  const columns = asset ? assetColumns(asset, links) : person ? personColumns(links) : prospectColumns(kind, links);
  return table({
    key: "orphans",
    caption: KINDS[kind].title,
    noun,
    exportAs: `orphans-${kind.replaceAll("_", "-")}`,
    rows: records,
    rowId: (row) => row.record_id,
    size: 25,
    columns,
  }).element;
}

/**
 * @param {Api["ContentType"]} type
 * @param {Pages} links
 * @returns {Column<Api["Orphan"]>[]}
 */
function assetColumns(type, links) {
  /** @param {Api["Orphan"]} row */
  const name = (row) => row.name.trim() || null;
  return [
    {
      key: "name",
      label: "Name",
      className: "wide",
      value: name,
      show: (row) => outwardOr(name(row) ?? `(no name, ${row.record_id})`, links.pardot(type, row.record_id)),
    },
    {
      key: "record_id",
      label: "Id",
      value: (row) => Number(row.record_id),
      show: (row) => row.record_id,
      className: "tight",
    },
    { key: "missing", label: "Deleted campaign", show: (row) => h("code", {}, row.missing) },
  ];
}

/**
 * @param {Api["Kind"]} kind
 * @param {Pages} links
 * @returns {Column<Api["Orphan"]>[]}
 */
function prospectColumns(kind, links) {
  /** @param {Api["Orphan"]} row */
  const asProspect = (row) => ({ id: row.record_id, name: row.name, email: row.email });
  /** @type {Column<Api["Orphan"]>[]} */
  const columns = [
    {
      key: "name",
      label: "Prospect",
      className: "wide",
      value: (row) => row.name?.trim() || row.email,
      show: (row) => prospectButton(asProspect(row)),
    },
    { key: "email", label: "Email" },
  ];
  if (kind === "prospects_crm_gone")
    columns.push({ key: "missing", label: "Deleted IDs", show: (row) => h("code", {}, row.missing) });
  return [...columns, openColumn("Pardot", (row) => links.pardot("prospects", row.record_id), who)];
}

/** @param {Api["Orphan"]} row */
const who = (row) => row.name || row.email || row.record_id;

/**
 * @param {Pages} links
 * @returns {Column<Api["Orphan"]>[]}
 */
function personColumns(links) {
  return [
    {
      key: "email",
      label: "Email address in Salesforce",
      className: "wide",
      show: (row) => row.email ?? h("span", { class: "soft" }, "No email address"),
    },
    { key: "record_id", label: "Id", show: (row) => h("code", {}, row.record_id) },
    openColumn("Salesforce", (row) => links.salesforce(row.record_id), who),
  ];
}
