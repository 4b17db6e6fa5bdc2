/* The drawer of an asset: facts, issues, tasks and exemptions. The address names the asset: asset.type, asset.id. */

import { api, optional } from "../core/api.js";
import { h } from "../core/dom.js";
import { ago, day, MISSING, number, plural } from "../core/format.js";
import { joinNames } from "../core/names.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { rowsOf } from "../core/rows.js";
import { shared } from "../core/shared.js";
import { assetButton } from "../assets/asset-button.js";
import { flagChips, noDataChip } from "../assets/flags.js";
import { pages } from "../assets/links.js";
import { makeExemption } from "../assets/row-actions.js";
import { flagWords, nameOfAsset, TYPES } from "../assets/words.js";
import { makeAssetTask } from "../tasks/make-task.js";
import { actor } from "../people/actor.js";
import { panelDialog } from "../ui/panel-dialog.js";
import { button, chip, outward, time } from "../ui/parts.js";
import { plainTable } from "../ui/plain-table.js";
import { empty } from "../ui/states.js";

/** @typedef {Api["AssetDetail"]} Detail */
/** @typedef {Api["AssetRecord"]} AssetRow */

const KEYS = ["asset.type", "asset.id"];

export default function asset() {
  const dialog = panelDialog({
    title: "Asset",
    drawer: true,
    content: panel({
      lines: 6,
      keys: KEYS,
      uses: ["tasks", "exemptions"],
      load,
      empty: (data) => data === null && "This link does not lead to an asset. Open the asset from its list.",
      render: ([detail, links, config]) => {
        dialog.retitle(nameOfAsset(detail.record));
        return [head(detail, links), facts(detail, config), issues(detail), tasks(detail), exemptions(detail)];
      },
    }),
  });
  return dialog;
}

/** @param {{ signal: AbortSignal }} context */
async function load({ signal }) {
  const [type, id] = KEYS.map((key) => route.get(key));
  if (!Object.hasOwn(TYPES, type) || !/^[1-9]\d{0,17}$/.test(id)) return null;
  // The cast is needed because TypeScript also matches this path with other endpoints of the API.
  const detail = /** @type {Promise<Detail>} */ (api.get(`assets/${type}/${id}`, { signal }));
  return Promise.all([detail, pages(), optional(shared("config"))]);
}

/**
 * @param {Detail} detail
 * @param {Pages} links
 */
function head({ type, record, summary }, links) {
  const canBeExempt = Object.keys(summary.issues).length > 0;
  return [
    h("p", { class: "soft" }, [TYPES[type].one, record.folder_name].filter(Boolean).join(" · ")),
    h(
      "p",
      { class: "row" },
      outward("Pardot", links.pardot(type, record.id)),
      outward("Salesforce", links.salesforce(record.salesforce_id)),
      button("Create a task", () => makeAssetTask(type, record), { kind: "compact", sign: "tasks" }),
      canBeExempt && button("Exempt", () => makeExemption(summary, record), { kind: "compact", sign: "shield" }),
    ),
    flagChips(record) ?? h("p", { class: "chips" }, noFlagChips(summary)),
  ];
}

/**
 * Return chips for an asset without flags. A flag that could not be checked for lack of data is named: it may apply.
 *
 * @param {Api["AreaSummary"]} summary
 */
function noFlagChips({ audited_at: audited, counts }) {
  const unknown = Object.keys(counts).filter((flag) => counts[flag] === null);
  if (!audited) return chip("Not audited yet");
  return [
    unknown.length < Object.keys(counts).length && chip("No open issues", { tone: "good" }),
    unknown.length > 0 && noDataChip(unknown),
  ];
}

/**
 * @param {Detail} detail
 * @param {Api["PardotConfig"] | null} config
 */
function facts({ type, record, tags }, config) {
  const owners = config?.areas.find(({ area }) => area === type)?.owners;
  /** @type {[label: string, value: Child][]} */
  const all = [
    ["Owner", owners && (owners.length ? joinNames(owners) : "No owner yet")],
    ["Campaign", campaign(record)],
    ["Assets", type === "campaigns" && h("a", { href: rowsOf(type, { q: record.id }) }, "Show on the map")],
    ["Tags", tags.length > 0 && joinNames(tags.map(nameOfAsset), 10)],
    ["Subject", record.subject],
    ["Public title", record.title],
    ["Address", record.url],
    ["State", typeof record.is_sent === "boolean" && (record.is_sent ? "Sent" : "Draft")],
    ["Recent activity", isNumber(record.activity_count) && number(record.activity_count)],
    ["Errors", isNumber(record.error_count) && number(record.error_count)],
    ["Tagged objects", isNumber(record.usage) && number(record.usage)],
    ["Created", record.created_at && day(record.created_at)],
    ["Updated", record.updated_at && `${day(record.updated_at)} (${ago(record.updated_at)})`],
    ["Pardot ID", String(record.id)],
  ];
  return h(
    "dl",
    { class: "facts" },
    all.map(([label, value]) => value && h("div", {}, h("dt", {}, label), h("dd", {}, value))),
  );
}

/** @param {unknown} value */
const isNumber = (value) => typeof value === "number";

/** @param {AssetRow} record */
function campaign({ campaign_id: id, campaign_name: name, flags }) {
  if (!id) return null;
  return flags.includes("orphan") ? `${id} (deleted)` : assetButton("campaigns", { id, name: name ?? null });
}

/**
 * @param {string} title
 * @param {...Child} children
 */
function section(title, ...children) {
  return h("section", { class: "stack" }, h("h3", {}, title), children);
}

// -- issues -----------------------------------------------------------------------------------------------------

/** @param {Detail} detail */
function issues({ issues: rows, record }) {
  if (rows.length === 0) return section("Issues", empty("No issues on record.", { sign: "check" }));
  /** @type {PlainColumn<Api["PastIssueOut"]>[]} */
  const columns = [
    { label: "Issue", value: issueName },
    { label: "Since", value: since },
    { label: "Duration", end: true, value: duration },
    { label: "State", value: (row) => state(row, record) },
  ];
  return section("Issues", plainTable("Issues, open and fixed", columns, rows, { hideCaption: true }));
}

/** @param {Api["PastIssueOut"]} issue */
function since({ first_seen: seen }) {
  return time(seen) ?? "Earlier";
}

/**
 * Return how long the issue has been open, or was open until it was fixed.
 *
 * @param {Api["PastIssueOut"]} issue
 */
function duration({ days }) {
  if (days === null) return MISSING;
  return days === 0 ? "Under a day" : plural(days, "day");
}

/** @param {Api["PastIssueOut"]} issue */
function issueName({ flag }) {
  const { label, why } = flagWords(flag);
  return [label, why && h("span", { class: "under" }, why)];
}

/**
 * @param {Api["PastIssueOut"]} issue
 * @param {AssetRow} record
 */
function state({ flag, fixed_on: fixed }, { exempt }) {
  if (fixed) return chip(`Fixed ${day(fixed)}`, { tone: "good" });
  return exempt.includes(flag) ? chip("Exempt", { sign: "shield" }) : chip("Open", { tone: flagWords(flag).tone });
}

// -- tasks and exemptions ---------------------------------------------------------------------------------------

/** @param {Detail} detail */
function tasks({ tasks: rows }) {
  if (rows.length === 0) return null;
  return section(
    "Tasks",
    h(
      "ul",
      { class: "plain-list" },
      rows.map((task) =>
        h(
          "li",
          {},
          task.status === "done" ? h("s", {}, task.title) : task.title,
          h("span", { class: "under" }, [task.assignee ?? "Unassigned", due(task)].filter(Boolean).join(" · ")),
        ),
      ),
    ),
  );
}

/** @param {Api["TaskOut"]} task */
function due({ status, completed_at: done, due_date: date, is_overdue: late }) {
  if (status === "done") return `done ${day(done)}`;
  return date && `due ${day(date)}${late ? ", overdue" : ""}`;
}

/** @param {Detail} detail */
function exemptions({ exemptions: rows, summary }) {
  if (rows.length === 0) return null;
  const flags = Object.fromEntries(Object.entries(summary.issues).map(([flag, issue]) => [issue, flag]));
  return section(
    "Exemptions",
    h(
      "ul",
      { class: "plain-list" },
      rows.map((row) =>
        h(
          "li",
          {},
          `${flagWords(flags[row.issue] ?? row.issue).label}: ${row.reason}`,
          h("span", { class: "under" }, `${until(row)} · added by `, actor(row.created_by), `, ${day(row.created_at)}`),
        ),
      ),
    ),
  );
}

/** @param {Api["ExemptionOut"]} exemption */
function until({ until: last, in_force: holds }) {
  if (!last) return "no end date";
  return holds ? `until ${day(last)}` : `ended ${day(last)}`;
}
