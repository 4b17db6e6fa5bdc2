/* Names of prospects, and links to them. */

import { h, hiddenText } from "../core/dom.js";
import { openOverlay } from "../core/open-overlay.js";
import { route } from "../core/route.js";

/** @typedef {{ id: number | string, name: string | null, email: string | null }} Person */
/** @typedef {Record<"salesforce_contact_id" | "salesforce_lead_id" | "salesforce_id", string | null>} InSalesforce */

const CRM_ID = /^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$/;

/** The groups by which prospects can be filtered: the group's name in the API, and its label. */
export const GROUPS = {
  active: "Active in 30 days",
  linked: "Linked to Salesforce",
  as_lead: "Linked as lead",
  as_contact: "Linked as contact",
  unlinked: "Not linked",
  with_email: "With an email address",
  opted_out: "Opted out",
  bad_id: "Any broken ID",
  bad_salesforce_id: "Broken Salesforce ID",
  bad_lead_id: "Broken lead ID",
  bad_contact_id: "Broken contact ID",
  bad_account_id: "Broken account ID",
  adoption_stuck: "Adoption data stuck",
  adoption_stuck_high_score: "Stuck, with a score of 100 or more",
  deleted: "In Pardot's recycle bin",
};

/**
 * Return the name of a person, or a substitute: the email address or id.
 *
 * @param {Person} person
 */
export function nameOfPerson({ name, email, id }) {
  return name?.trim() || email?.trim() || `(no name, ${id})`;
}

/**
 * Return the address of the page that shows the table of prospects with these filters.
 *
 * @param {Params} filters
 */
export function prospectsOf(filters) {
  const params = Object.entries(filters).map(([name, value]) => [`prospects.${name}`, value]);
  return route.href("scout-report", Object.fromEntries(params));
}

/**
 * Return whether the text has the form of a Salesforce id.
 *
 * @param {Maybe<string>} value
 */
export function isCrmId(value) {
  return CRM_ID.test(value ?? "");
}

/**
 * Return a button that opens the drawer of a prospect.
 *
 * @param {Person} row
 */
export function prospectButton(row) {
  const name = nameOfPerson(row);
  const click = () => openOverlay("prospect", { "prospect.id": row.id });
  return h(
    "button",
    { type: "button", class: "link-button person", "aria-haspopup": "dialog", on: { click } },
    name,
    hiddenText(": activity"),
  );
}

/**
 * Return the first valid Salesforce id of a prospect, in the order contact, lead, `salesforce_id`.
 *
 * @param {InSalesforce} row
 */
function crmIdOf(row) {
  return [row.salesforce_contact_id, row.salesforce_lead_id, row.salesforce_id].find(isCrmId) ?? null;
}

/**
 * Return two columns of a table of prospects: links to the prospect in Pardot, and to its record in Salesforce.
 *
 * @param {Pages} pages
 * @returns {Column<Person & InSalesforce>[]}
 */
export function linksColumns(pages) {
  /** @type {(row: Person & InSalesforce) => string | null} */
  const inPardot = (row) => pages.pardot("prospects", row.id);
  /** @type {typeof inPardot} */
  const inSalesforce = (row) => pages.salesforce(crmIdOf(row));
  return [openColumn("Pardot", inPardot, nameOfPerson), openColumn("Salesforce", inSalesforce, nameOfPerson)];
}

/**
 * Return a column with a short link to `where`. The CSV file has the address instead.
 *
 * @template Row
 * @param {string} where
 * @param {(row: Row) => string | null} address
 * @param {(row: Row) => string} about
 * @returns {Column<Row>}
 */
export function openColumn(where, address, about) {
  return {
    key: where.toLowerCase(),
    label: where,
    sort: false,
    search: false,
    className: "tight",
    value: address,
    show: (row) => outLink("Open", where, address(row), about(row)),
  };
}

/**
 * @param {string} text
 * @param {string} where
 * @param {string | null} href
 * @param {string} about
 */
function outLink(text, where, href, about) {
  return (
    href &&
    h(
      "a",
      { href, target: "_blank", rel: "noopener", title: `Opens in ${where}, in a new tab` },
      text,
      hiddenText(` ${about} in ${where} (new tab)`),
    )
  );
}

/**
 * Sort A+ before A before A−, and prospects without a grade last.
 *
 * @param {string} a
 * @param {string} b
 */
export function byGrade(a, b) {
  return rank(a) < rank(b) ? -1 : 1;
}

/** @param {string} grade */
function rank(grade) {
  if (grade === "none") return "~";
  const place = ["+", "", "-"].indexOf(grade.slice(1));
  return grade.charAt(0) + (place < 0 ? `3${grade}` : place);
}
