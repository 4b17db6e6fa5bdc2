/* The exemptions: asset, issue, reason and last day. */

import { allPages } from "../core/all-pages.js";
import { ApiError, api, messageOf, optional } from "../core/api.js";
import { h, hiddenText, icon } from "../core/dom.js";
import { today } from "../core/days.js";
import { day } from "../core/format.js";
import { panel } from "../core/panel.js";
import { changed, shared } from "../core/shared.js";
import { assetButton } from "../assets/asset-button.js";
import { pages } from "../assets/links.js";
import { flagWords, TYPES } from "../assets/words.js";
import { actor } from "../people/actor.js";
import { confirm } from "../ui/dialog.js";
import { chip, outward, time } from "../ui/parts.js";
import { table } from "../ui/table.js";
import { toast } from "../ui/toast.js";

/** @typedef {Api["ExemptionOut"] & { issueLabel: string }} Row */

export default panel({
  uses: ["exemptions"],
  load: async ({ signal }) => {
    const [rows, to, config, now] = await Promise.all([
      allPages(async (params) => {
        const page = await api.get("exemptions", { params, signal });
        return { rows: page.exemptions, count: page.count };
      }),
      pages(),
      optional(shared("config")),
      today(),
    ]);
    const flags = Object.fromEntries((config?.issues ?? []).map((issue) => [issue.key, issue.flag]));
    return {
      to,
      now,
      rows: rows.map((row) => ({
        ...row,
        issueLabel: flags[row.issue] ? flagWords(flags[row.issue]).label : row.issue,
      })),
    };
  },
  empty: ({ rows }) =>
    rows.length === 0 && "No exemptions. Use the shield beside an asset to exclude it from an issue.",
  render: ({ rows, to, now }) =>
    table({
      key: "exemptions",
      caption: "Exemptions",
      noun: "exemption",
      exportAs: "exemptions",
      size: 25,
      sort: "-created_at",
      search: "Search exemptions",
      rows,
      columns: columns(to),
      filters: filters(now),
    }).element,
});

/**
 * @param {Pages} to
 * @returns {Column<Row>[]}
 */
function columns(to) {
  return [
    { key: "asset_name", label: "Asset", className: "wide", show: (row) => asset(row, to) },
    { key: "asset_type", label: "Type", value: (row) => TYPES[row.asset_type].title },
    { key: "issueLabel", label: "Issue" },
    { key: "reason", label: "Reason", className: "wide" },
    { key: "until", label: "Ends on", className: "tight", show: until, csv: (row) => row.until ?? "no end date" },
    { key: "created_by", label: "By", show: (row) => actor(row.created_by) },
    { key: "created_at", label: "Since", className: "tight", first: "desc", show: (row) => time(row.created_at) },
    {
      key: "actions",
      label: "Actions",
      sort: false,
      search: false,
      csv: false,
      end: true,
      className: "tight",
      value: () => "",
      show: removeButton,
    },
  ];
}

/**
 * @param {Row} row
 * @param {Pages} to
 */
function asset({ asset_name, asset_type, asset_id, salesforce_id }, to) {
  if (asset_name === null) return `${asset_id} (deleted)`;
  return [
    assetButton(asset_type, { id: asset_id, name: asset_name }),
    salesforce_id && h("span", { class: "under" }, outward("in Salesforce", to.salesforce(salesforce_id))),
  ];
}

/** @param {Row} row */
function until(row) {
  if (!row.in_force) return chip(`Ended ${day(row.until)}`);
  return row.until ? time(row.until) : "no end date";
}

/**
 * @param {string} now
 * @returns {Filter<Row>[]}
 */
function filters(now) {
  /** @type {Option[]} */
  const types = Object.entries(TYPES)
    .filter(([type]) => type !== "prospects")
    .map(([type, { title }]) => [type, title]);
  return [
    { key: "type", label: "Type", options: types, test: (row, type) => row.asset_type === type },
    {
      key: "state",
      label: "State",
      options: [
        ["holds", "In effect"],
        ["month", "Ends this month"],
        ["ended", "Ended"],
      ],
      test: (row, state) => (state === "month" ? endsInMonth(row, now) : row.in_force === (state === "holds")),
    },
  ];
}

/**
 * @param {Row} row
 * @param {string} now
 */
function endsInMonth({ in_force, until }, now) {
  return in_force && until !== null && until.slice(0, 7) === now.slice(0, 7);
}

/** @param {Row} row */
function removeButton(row) {
  const name = row.asset_name ?? String(row.asset_id);
  return h(
    "button",
    {
      type: "button",
      class: "icon-button small",
      title: "Remove the exemption",
      on: { click: () => remove(row, name) },
    },
    icon("bin"),
    hiddenText(`Remove the exemption of ${name}`),
  );
}

/**
 * @param {Row} row
 * @param {string} name
 */
async function remove(row, name) {
  const sure = await confirm({
    title: "Remove the exemption?",
    text: row.in_force
      ? `Without the exemption, “${name}” counts for “${row.issueLabel}” when it has this issue.`
      : "It has ended, so no count changes. It cannot be restored.",
    yes: "Remove it",
    danger: true,
  });
  if (!sure) return;
  try {
    await api.delete(`exemptions/${row.id}`);
  } catch (error) {
    toast(messageOf(error), { kind: "bad" });
    if (error instanceof ApiError && error.status === 404) changed("exemptions", "issues");
    return;
  }
  const undo = async () => {
    const { asset_type, asset_id, issue, reason, until } = row;
    try {
      await api.post("exemptions", { asset_type, asset_id, issue, reason, until });
    } catch (error) {
      toast(messageOf(error), { kind: "bad" });
    }
    changed("exemptions", "issues");
  };
  // The server refuses an exemption whose last day has passed, so its removal cannot be undone.
  const action = row.in_force ? { label: "Undo", run: undo } : null;
  toast("Exemption removed.", { about: "exemption", action });
  changed("exemptions", "issues");
}
