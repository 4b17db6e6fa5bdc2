/* List the members of a Salesforce campaign. members.of in the address is the campaign's id. */

import { api, isAbort } from "../core/api.js";
import { h, replace } from "../core/dom.js";
import { number, percent } from "../core/format.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { outwardOr, pages } from "../assets/links.js";
import { nameOfAsset } from "../assets/words.js";
import { panelDialog } from "../ui/panel-dialog.js";
import { button, chip, figure, time } from "../ui/parts.js";
import { noData, syncStatus } from "../sync/remedy.js";
import { empty, failed } from "../ui/states.js";
import { table } from "../ui/table.js";

/** @typedef {Api["CampaignMemberList"]} Page */

const KEY = "members.of";
const PAGE = 500;

export default () => panelDialog({ title: "Members", drawer: true, wide: true, content });

const content = panel({
  lines: 6,
  keys: [KEY],
  load: async ({ signal }) => {
    const id = route.get(KEY);
    return id ? Promise.all([id, pageOf(id, null, signal), pages(), syncStatus()]) : null;
  },
  empty: (data) => data === null && "The address has no campaign id.",
  render: ([id, page, to, status], { signal }) => new Members(id, to, signal, status).show(page),
});

/**
 * @param {string} id
 * @param {string | null} after
 * @param {AbortSignal} signal
 */
function pageOf(id, after, signal) {
  return api.get(`campaigns/${encodeURIComponent(id)}/members`, { params: { limit: PAGE, after }, signal });
}

class Members {
  /**
   * @param {string} id
   * @param {Pages} to
   * @param {AbortSignal} signal
   * @param {Api["SyncStatus"] | null} status
   */
  constructor(id, to, signal, status) {
    this.status = status;
    this.id = id;
    this.to = to;
    this.signal = signal;
    /** @type {Api["CampaignMemberItem"][]} */
    this.members = [];
    /** @type {string | null} */
    this.next = null;
    this.more = h("div", { class: "row" });
  }

  /** @param {Page} page */
  show(page) {
    this.add(page);
    return [this.heading(page), this.list(page)];
  }

  /** @param {Page} page */
  add({ members, next }) {
    this.members = [...this.members, ...(members ?? [])];
    this.next = next;
  }

  // -- content ----------------------------------------------------------------------------------------------

  /** @param {Page} page */
  heading({ sf_id, campaigns, summary }) {
    const names = campaigns.map((campaign, index) => [
      index > 0 && ", ",
      outwardOr(nameOfAsset(campaign), this.to.pardot("campaigns", campaign.id)),
    ]);
    return [
      h(
        "p",
        { class: "soft" },
        names.length ? names : "No Pardot campaign",
        " · ",
        outwardOr("in Salesforce", this.to.salesforce(sf_id)),
      ),
      h(
        "div",
        { class: "figures" },
        figure("Members", number(summary.members)),
        figure("Responded", number(summary.responded), { note: percent(summary.response_pct) }),
        figure("Leads", number(summary.leads)),
        figure("Contacts", number(summary.contacts)),
      ),
    ];
  }

  /** @param {Page} page */
  list({ members, summary }) {
    if (members === null)
      return noData("python manage.py camp_sync --survey", this.status, "Members are read by a survey.");
    if (members.length === 0) return empty("This campaign has no members.", { sign: "people" });
    this.all = summary.members;
    this.rows = table({
      caption: "Members",
      noun: "member",
      exportAs: `members-${this.id}`,
      search: "Search members",
      rows: this.members,
      size: 50,
      columns: columns(this.to),
      filters: [RESPONDED, this.statuses()],
    });
    this.offer();
    return [this.rows.element, this.more];
  }

  /** @returns {Filter<Api["CampaignMemberItem"]>} */
  statuses() {
    const ofMembers = () => [...new Set(this.members.map(({ status }) => status ?? ""))].filter(Boolean).sort();
    return {
      key: "status",
      label: "Status",
      options: () => ofMembers().map((status) => [status, status]),
      test: (row, status) => row.status === status,
    };
  }

  /** Members are loaded in pages of 500. Search, filters, order and CSV use the loaded members only. */
  offer() {
    if (!this.next) return replace(this.more);
    const text = `The first ${number(this.members.length)}${this.all ? ` of ${number(this.all)}` : ""} are loaded. Search, order and CSV use only these members.`;
    const more = button("Load more", () => this.loadMore(more), { sign: "down" });
    return replace(this.more, h("span", { class: "small soft" }, text), more);
  }

  /** @param {HTMLButtonElement} [pressed] */
  async loadMore(pressed) {
    if (pressed) pressed.disabled = true;
    try {
      this.add(await pageOf(this.id, this.next, this.signal));
      await this.rows?.setRows(this.members);
      this.offer();
      this.more.querySelector("button")?.focus();
    } catch (error) {
      if (isAbort(error)) return;
      replace(
        this.more,
        failed(error, () => this.loadMore()),
      );
      this.more.querySelector("button")?.focus();
    }
  }
}

/** @type {Filter<Api["CampaignMemberItem"]>} */
const RESPONDED = {
  key: "responded",
  label: "Responded",
  options: [
    ["yes", "Responded"],
    ["no", "Did not"],
  ],
  test: (row, value) => Boolean(row.has_responded) === (value === "yes"),
};

/**
 * @param {Pages} to
 * @returns {Column<Api["CampaignMemberItem"]>[]}
 */
function columns(to) {
  return [
    {
      key: "person",
      label: "Person",
      className: "wide",
      value: ({ name, contact_id, lead_id }) => name ?? contact_id ?? lead_id,
      show: (row) => person(row, to),
    },
    {
      key: "kind",
      label: "Kind",
      value: ({ contact_id, lead_id }) => (contact_id ? "Contact" : lead_id ? "Lead" : null),
    },
    { key: "status", label: "Status" },
    {
      key: "has_responded",
      label: "Responded",
      value: ({ has_responded }) => (has_responded ? "Responded" : "No"),
      show: ({ has_responded }) => (has_responded ? chip("Responded", { tone: "good" }) : "No"),
    },
    {
      key: "first_responded_date",
      label: "First response",
      first: "desc",
      show: (row) => time(row.first_responded_date),
    },
    { key: "created_date", label: "Added", first: "desc", show: (row) => time(row.created_date) },
  ];
}

/**
 * @param {Api["CampaignMemberItem"]} member
 * @param {Pages} to
 */
function person({ name, contact_id, lead_id }, to) {
  const id = contact_id ?? lead_id;
  return id ? outwardOr(name ?? id, to.salesforce(id)) : null;
}
