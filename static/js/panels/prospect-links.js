/* The share of prospects that are linked to a lead or a contact. */

import { h } from "../core/dom.js";
import { number, percent, plural } from "../core/format.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { shared } from "../core/shared.js";
import { prospectsOf } from "../people/people.js";
import { figure } from "../ui/parts.js";

export default panel({
  lines: 4,
  command: "python manage.py camp_sync --survey",
  load: () => shared("prospect-health"),
  noData: (health) => health.total === null,
  empty: (health) => health.total === 0 && "Pardot has no prospects.",
  render: (health) => [
    figure("Linked to a lead or a contact", percent(health.link_rate), { href: prospectsOf({ group: "linked" }) }),
    bar(health),
    h("ul", { class: "link-legend" }, partsOf(health).map(legend)),
    h(
      "p",
      { class: "small soft" },
      "With an email address: ",
      countLink(health.with_email, "with_email"),
      ". Opted out: ",
      countLink(health.opted_out, "opted_out"),
      ". In Pardot's recycle bin: ",
      countLink(health.deleted, "deleted"),
      ".",
    ),
    broken(health),
  ],
});

/** @param {Api["ProspectHealth"]} health */
function broken({ bad_lead_ids: leads, bad_contact_ids: contacts }) {
  const count = (leads ?? 0) + (contacts ?? 0);
  if (!count) return null;
  const href = route.href("scout-report", { "crm.sort": "field" });
  return h("p", { class: "small" }, h("a", { href }, plural(count, "broken CRM link")));
}

/**
 * Return the parts of the bar. A prospect with a lead and a contact counts as a contact, because leads become contacts.
 * A prospect with only a `salesforce_id` counts as a lead.
 *
 * @param {Api["ProspectHealth"]} health
 */
function partsOf({ total, linked, as_contact: contacts, unlinked }) {
  const rest = Math.max(0, (linked ?? 0) - (contacts ?? 0));
  return [
    { label: "Linked as contact", count: contacts, tone: "1", total, group: "as_contact" },
    { label: "Linked as lead only", count: rest, tone: "2", total, group: null },
    { label: "Not linked", count: unlinked, tone: "bad", total, group: "unlinked" },
  ];
}

/** @param {Api["ProspectHealth"]} health */
function bar(health) {
  const spoken = partsOf(health)
    .map(({ label, count }) => `${label}: ${number(count)}`)
    .join(", ");
  return h(
    "div",
    { class: "link-bar", role: "img", "aria-label": spoken },
    partsOf(health).map(({ count, tone }) =>
      count ? h("span", { class: `tone-${tone}`, vars: { "--part": count } }) : null,
    ),
  );
}

/**
 * @param {number | null} count
 * @param {string | null} group
 */
function countLink(count, group) {
  return count && group ? h("a", { href: prospectsOf({ group }) }, number(count)) : number(count);
}

/** @param {ReturnType<typeof partsOf>[number]} part */
function legend({ label, count, tone, total, group }) {
  return h(
    "li",
    {},
    h("span", { class: `link-swatch tone-${tone}`, "aria-hidden": "true" }),
    h("span", {}, label),
    h(
      "span",
      { class: "number" },
      h("strong", {}, countLink(count, group)),
      h("span", { class: "soft" }, ` ${percent(total && count !== null ? (100 * count) / total : null)}`),
    ),
  );
}
