/* The kinds of orphans, their problem and remedy. */

import { dayOf } from "../core/days.js";
import { TYPES } from "../assets/words.js";

/** @typedef {{ title: string, noun: string, what: string, todo: string, asset?: Api["ContentType"], person?: boolean }} KindWords */

/** @type {Record<Api["Kind"], KindWords>} */
export const KINDS = {
  prospects_crm_gone: {
    title: "Prospects whose CRM record was deleted",
    noun: "prospect",
    what: "Their lead or contact was deleted in Salesforce.",
    todo: "If the person still matters, create the lead or contact again and let the connector link it. If not, delete the prospect in Pardot.",
  },
  prospects_unlinked: {
    title: "Prospects without a CRM record",
    noun: "prospect",
    what: "They have no lead or contact ID, so sales cannot see them.",
    todo: "Assign them in Pardot, so that the connector creates leads. If Salesforce has the email address already, check why the connector does not match it.",
  },
  forms: {
    ...assetsOf("forms"),
    todo: "Open the form in Pardot and give it another campaign, or archive it.",
  },
  landing_pages: {
    ...assetsOf("landing_pages"),
    todo: "Open the page in Pardot and give it another campaign, or archive it.",
  },
  list_emails: {
    ...assetsOf("list_emails"),
    todo: "Give drafts another campaign. Sent emails keep their campaign: exempt or archive them.",
  },
  custom_redirects: {
    ...assetsOf("custom_redirects"),
    todo: "Open the redirect in Pardot and give it another campaign, or delete it when nobody links to it.",
  },
  leads_without_prospect: {
    title: "Leads without a prospect",
    noun: "lead",
    person: true,
    what: "Salesforce says that Pardot knows them, but no prospect has their email address.",
    todo: "Compare the address in both systems. Restore the prospect from Pardot's recycle bin, or empty the Pardot fields of the lead.",
  },
  contacts_without_prospect: {
    title: "Contacts without a prospect",
    noun: "contact",
    person: true,
    what: "Salesforce says that Pardot knows them, but no prospect has their email address.",
    todo: "Compare the address in both systems. Restore the prospect from Pardot's recycle bin, or empty the Pardot fields of the contact.",
  },
};

/** The kinds, in the order in which the page lists them. */
export const ALL = /** @type {Api["Kind"][]} */ (Object.keys(KINDS));

/** @param {Api["ContentType"]} asset */
function assetsOf(asset) {
  const { title, one } = TYPES[asset];
  return { title, noun: one, asset, what: "Their campaign was deleted." };
}

/**
 * Return the kind that the page's address names, or else the first kind with orphans. Without orphans, return the
 * first kind.
 *
 * @param {string} name
 * @param {readonly Pick<Api["OrphanKind"], "kind" | "count">[]} kinds
 * @returns {Api["Kind"]}
 */
export function chosenKind(name, kinds) {
  const chosen = ALL.find((kind) => kind === name);
  if (chosen) return chosen;
  const counts = Object.fromEntries(kinds.map(({ kind, count }) => [kind, count]));
  return ALL.find((kind) => counts[kind] > 0) ?? ALL[0];
}

/**
 * Return the last check of each day, oldest first: [{ day, captured_at, total, counts }].
 *
 * @param {readonly Api["PastCheck"][]} checks newest first
 */
export function byDay(checks) {
  const days = new Map();
  for (const check of checks) {
    const day = dayOf(check.captured_at);
    if (!days.has(day)) days.set(day, { day, ...check });
  }
  return [...days.values()].reverse();
}
