/* Prospects whose lead or contact field contains something other than a Salesforce id. */

import { h } from "../core/dom.js";
import { number, plural } from "../core/format.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { pages } from "../assets/links.js";
import { linksColumns, prospectButton, prospectsOf } from "../people/people.js";
import { figure } from "../ui/parts.js";
import { empty } from "../ui/states.js";
import { table } from "../ui/table.js";

/** @type {Record<string, string>} */
const FIELDS = { lead: "Lead", contact: "Contact" };

export default panel({
  lines: 4,
  load: () => Promise.all([shared("engagement", { limit: 1 }), pages()]),
  noData: ([{ tier }]) => tier < 2,
  render: ([{ crm_id_alerts: alerts }, links]) =>
    alerts.total_bad === 0 ? fine(alerts) : [head(alerts), rows(alerts, links), rest(alerts)],
});

/** @param {Api["CrmIdAlerts"]} alerts */
function fine({ summary }) {
  return empty(summary, { title: "All in order", sign: "check" });
}

/** @param {Api["CrmIdAlerts"]} alerts */
function head({ bad_lead_count: leads, bad_contact_count: contacts }) {
  return [
    h(
      "div",
      { class: "figures" },
      broken("Invalid lead ID", leads, "bad_lead_id"),
      broken("Invalid contact ID", contacts, "bad_contact_id"),
    ),
    h(
      "p",
      { class: "todo" },
      h("strong", {}, "What to do: "),
      "open the prospect in Pardot, empty the field, and let the Salesforce connector sync the prospect again. If the invalid value comes back, an import or a form writes it.",
    ),
  ];
}

/**
 * @param {string} label
 * @param {number | null} count
 * @param {Api["ProspectGroup"]} group
 */
function broken(label, count, group) {
  return figure(label, number(count), { href: count ? prospectsOf({ group }) : null });
}

/**
 * @param {Api["CrmIdAlerts"]} alerts
 * @param {Pages} links
 */
function rows({ bad_lead_ids: leads, bad_contact_ids: contacts }, links) {
  const fields = [
    ...leads.map((row) => ({ ...row, field: "lead" })),
    ...contacts.map((row) => ({ ...row, field: "contact" })),
  ];
  return table({
    key: "crm",
    caption: "Fields with an invalid Salesforce ID",
    noun: "field",
    exportAs: "broken-crm-links",
    rows: fields,
    size: 25,
    rowId: (row) => `${row.field}-${row.id}`,
    filters: [
      { key: "field", label: "Field", options: Object.entries(FIELDS), test: (row, field) => row.field === field },
    ],
    columns: [
      { key: "name", label: "Prospect", value: ({ name, email }) => name?.trim() || email, show: prospectButton },
      { key: "field", label: "Field", value: (row) => FIELDS[row.field] },
      { key: "value", label: "Value", show: (row) => h("code", { class: "held" }, row.value) },
      ...linksColumns(links),
    ],
  }).element;
}

/** @param {Api["CrmIdAlerts"]} alerts */
function rest({ bad_lead_ids: leads, bad_contact_ids: contacts, total_bad: total }) {
  const shown = leads.length + contacts.length;
  if (shown >= (total ?? 0)) return null;
  return h(
    "p",
    { class: "small soft" },
    `${plural(shown, "field is", "fields are")} listed here. The numbers above link to all prospects with invalid IDs.`,
  );
}
