/* The drawer of a prospect: scores by category and recent activity. prospect.id in the address is its Pardot id. */

import { api } from "../core/api.js";
import { dayOf, everyDay } from "../core/days.js";
import { h } from "../core/dom.js";
import { ago, day, moment, number, shortDay } from "../core/format.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { pages } from "../assets/links.js";
import { bars } from "../charts/bars.js";
import { columns } from "../charts/columns.js";
import { isCrmId, nameOfPerson } from "../people/people.js";
import { panelDialog } from "../ui/panel-dialog.js";
import { chip, figure, outward, time } from "../ui/parts.js";
import { noData, syncStatus } from "../sync/remedy.js";
import { empty } from "../ui/states.js";
import { table } from "../ui/table.js";

/** @typedef {"form_id" | "landing_page_id" | "custom_redirect_id" | "list_email_id" | "form_handler_id" | "email_id"} SourceColumn */

const KEY = "prospect.id";
const MOST = 1000;
/** @type {Record<number, Tone>} */
const TONES = { 3: "bad", 4: "good", 12: "warn", 13: "warn", 14: "bad" };
/** @type {[column: SourceColumn, type: Api["Area"] | null, label: string][]} */
const SOURCES = [
  ["form_id", "forms", "Form"],
  ["landing_page_id", "landing_pages", "Landing page"],
  ["custom_redirect_id", "custom_redirects", "Redirect"],
  ["list_email_id", "list_emails", "List email"],
  ["form_handler_id", null, "Form handler"],
  ["email_id", null, "Email"],
];

export default function prospect() {
  const dialog = panelDialog({
    title: `Prospect ${route.get(KEY)}`,
    drawer: true,
    content: panel({
      lines: 6,
      keys: [KEY],
      load,
      empty: (data) => data === null && "The address has no valid prospect id.",
      render: ([detail, links, status]) => {
        dialog.retitle(nameOfPerson(detail.prospect));
        return content(detail, links, status);
      },
    }),
  });
  return dialog;
}

/** @param {{ signal: AbortSignal }} context */
async function load({ signal }) {
  const id = route.get(KEY);
  if (!/^[1-9]\d{0,17}$/.test(id)) return null;
  return Promise.all([
    api.get(`engagement/${id}/activities`, { params: { limit: MOST }, signal }),
    pages(),
    syncStatus(),
  ]);
}

/**
 * @param {Api["ProspectActivities"]} detail
 * @param {Pages} links
 * @param {Api["SyncStatus"] | null} status
 */
function content(detail, links, status) {
  return [head(detail.prospect, links), categories(detail.prospect), activity(detail, links, status)];
}

/**
 * @param {Api["EngagedProspect"]} who
 * @param {Pages} links
 */
function head(who, links) {
  return [
    h(
      "p",
      { class: "soft" },
      [who.email, who.company].filter(Boolean).join(" · ") || "No email address and no company.",
    ),
    h("p", { class: "row" }, outward("Pardot", links.pardot("prospects", who.id)), crmLinks(who, links)),
    h(
      "div",
      { class: "figures" },
      figure("Score", number(who.score)),
      figure("Grade", who.grade?.trim() || "–"),
      figure("Activities in 30 days", number(who.activity_count)),
      figure("Last activity", who.last_activity ? shortDay(who.last_activity) : "–", {
        note: who.last_activity && ago(who.last_activity),
      }),
    ),
  ];
}

/**
 * @param {Api["EngagedProspect"]} who
 * @param {Pages} links
 */
function crmLinks(who, links) {
  /** @type {[label: string, id: string | null][]} */
  const fields = [
    ["Contact in Salesforce", who.salesforce_contact_id],
    ["Lead in Salesforce", who.salesforce_lead_id],
    ["Account in Salesforce", who.salesforce_account_id],
  ];
  const nodes = fields
    .filter(([, id]) => id)
    .map(([label, id]) =>
      isCrmId(id) ? outward(label, links.salesforce(id)) : chip(`${label.split(" ")[0]} field: ${id}`, { tone: "bad" }),
    );
  return nodes.length ? nodes : chip("Not in Salesforce", { tone: "warn" });
}

/** @param {Api["EngagedProspect"]} prospect */
function categories({ scoring_categories: scores }) {
  const rows = Object.entries(scores)
    .sort(([, a], [, b]) => b - a)
    .map(([label, value]) => ({ label, value }));
  if (rows.length === 1)
    return h("p", {}, h("strong", {}, "Score by category: "), `${rows[0].label} ${number(rows[0].value)}.`);
  return (
    rows.length > 1 &&
    h(
      "section",
      { class: "stack" },
      h("h3", {}, "Score by category"),
      bars({ title: "Score by category", unit: "Score", rows }),
    )
  );
}

// -- activity -------------------------------------------------------------------------------------------------

/**
 * @param {Api["ProspectActivities"]} detail
 * @param {Pages} links
 * @param {Api["SyncStatus"] | null} status
 */
function activity({ activities, count, since, until }, links, status) {
  const title = h("h3", {}, "Activity");
  if (activities === null || count === null || until === null)
    return h(
      "section",
      { class: "stack" },
      title,
      noData(
        "python manage.py camp_sync --survey",
        status,
        "Activities are missing, or were last read more than 8 days ago.",
      ),
    );
  const span = h(
    "p",
    { class: "small soft" },
    `${shortDay(since)} to ${day(until)}, the day of the last complete read.`,
    count > MOST && ` The latest ${number(MOST)} of ${number(count)}.`,
  );
  if (count === 0)
    return h("section", { class: "stack" }, title, empty("No activity in these 30 days.", { sign: "clock" }), span);
  return h(
    "section",
    { class: "stack" },
    title,
    span,
    count <= MOST && byDay(activities, since ?? until, until),
    activityTable(activities, links),
  );
}

/**
 * @param {readonly Api["ProspectActivity"][]} activities
 * @param {string} since
 * @param {string} until
 */
function byDay(activities, since, until) {
  const times = activities.map(({ created_at: at }) => at);
  return columns({
    title: "Activities by day",
    name: "Day",
    unit: "Activities",
    rows: countsByDay(times, since, until),
    height: 96,
    values: false,
    every: 7,
  });
}

/**
 * Return the number of timestamps on each day from `since` to `until`, by days of the reader's time zone, as in the table.
 *
 * @param {readonly (string | null)[]} times
 * @param {string} since
 * @param {string} until
 */
export function countsByDay(times, since, until) {
  const counts = new Map(everyDay(dayOf(since), dayOf(until)).map((day) => [day, 0]));
  for (const at of times) {
    const on = at ? dayOf(at) : "";
    const count = counts.get(on);
    if (count !== undefined) counts.set(on, count + 1);
  }
  return [...counts].map(([day, value]) => ({ label: shortDay(day), value }));
}

/**
 * @param {readonly Api["ProspectActivity"][]} rows
 * @param {Pages} links
 */
function activityTable(rows, links) {
  const kinds = [...new Set(rows.map(kindOf))].sort();
  return table({
    caption: "Activities",
    noun: "event",
    exportAs: "prospect-activities",
    size: 25,
    rows,
    filters:
      kinds.length > 1
        ? [
            {
              key: "kind",
              label: "What",
              options: kinds.map((kind) => [kind, kind]),
              test: (row, kind) => kindOf(row) === kind,
            },
          ]
        : [],
    columns: [
      {
        key: "created_at",
        label: "When",
        className: "tight",
        first: "desc",
        show: (row) => time(row.created_at, moment),
      },
      {
        key: "type",
        label: "What",
        value: kindOf,
        show: (row) => chip(kindOf(row), { tone: (row.type && TONES[row.type]) || "" }),
      },
      { key: "asset", label: "On", value: assetOf, show: (row) => assetLink(row, links) },
      { key: "campaign", label: "Campaign", show: (row) => campaignLinks(row, links) },
    ],
  }).element;
}

/**
 * @param {Api["ProspectActivity"]} activity
 * @param {Pages} links
 */
function campaignLinks({ campaign, campaign_id: id, campaign_salesforce_id: crmId }, links) {
  const inSalesforce = outward("in Salesforce", links.salesforce(crmId));
  return (
    campaign && [
      outward(campaign, links.pardot("campaigns", id)),
      inSalesforce && h("span", { class: "under" }, inSalesforce),
    ]
  );
}

/** @param {Api["ProspectActivity"]} activity */
function kindOf({ type, type_name: name }) {
  return name || (type === null ? "Unknown" : `Type ${type}`);
}

/** @param {Api["ProspectActivity"]} row */
function sourceOf(row) {
  return SOURCES.find(([column]) => row[column]);
}

/** @param {Api["ProspectActivity"]} row */
function assetOf(row) {
  const source = sourceOf(row);
  return row.asset || (source ? `${source[2]} ${row[source[0]]}` : null);
}

/**
 * @param {Api["ProspectActivity"]} row
 * @param {Pages} links
 */
function assetLink(row, links) {
  const source = sourceOf(row);
  const text = assetOf(row);
  return (source && text && outward(text, links.pardot(source[1], row[source[0]]))) ?? text;
}
