/* Names of types of assets and of their flags, with the severity of each flag. */

/** @typedef {"form_count" | "landing_page_count" | "list_email_count" | "custom_redirect_count"} CountName */
/** @typedef {{ one: string, many: string, title: string, sign: string, count?: CountName }} TypeWords */

/** @type {Record<string, TypeWords>} */
export const TYPES = {
  campaigns: { one: "campaign", many: "campaigns", title: "Campaigns", sign: "map" },
  forms: { one: "form", many: "forms", title: "Forms", sign: "tasks", count: "form_count" },
  landing_pages: {
    one: "landing page",
    many: "landing pages",
    title: "Landing pages",
    sign: "page",
    count: "landing_page_count",
  },
  list_emails: {
    one: "list email",
    many: "list emails",
    title: "List emails",
    sign: "mail",
    count: "list_email_count",
  },
  custom_redirects: {
    one: "custom redirect",
    many: "custom redirects",
    title: "Custom redirects",
    sign: "link",
    count: "custom_redirect_count",
  },
  lists: { one: "list", many: "lists", title: "Lists", sign: "people" },
  tags: { one: "tag", many: "tags", title: "Tags", sign: "tag" },
  prospects: { one: "prospect", many: "prospects", title: "Prospects", sign: "person" },
};

/**
 * The types of assets that belong to campaigns.
 *
 * @type {Api["ContentType"][]}
 */
export const CONTENT = ["forms", "landing_pages", "list_emails", "custom_redirects"];

/** @type {Record<string, [label: string, tone: Tone, why: string | null]>} */
const FLAGS = {
  no_campaign: ["No campaign", "bad", "It has no campaign, so no campaign gets its results."],
  orphan: ["Deleted campaign", "bad", "Its campaign was deleted in Pardot."],
  errors: ["Errors", "bad", "Submissions failed recently."],
  dormant: ["Dormant", "warn", "No recent activity."],
  no_subject: ["No subject", "warn", "The email has no subject."],
  unnamed: ["No name", "warn", "The list has no name."],
  stale: ["Stale", "warn", "It has not changed for months."],
  stale_1y: ["Very stale", "bad", "It has not changed for a long time; the settings say how long."],
  no_sf: ["Not in Salesforce", "bad", "It is not linked to a Salesforce campaign."],
  no_members: ["No members", "bad", "It is linked to Salesforce but has no members."],
  low_response: ["Low response", "warn", "It has ten or more members, and under 5% responded."],
  empty: ["Empty", "warn", "It has no form, page, email or redirect."],
  ghost: ["Members but no assets", "warn", "It has members but no assets that could have brought them."],
  unused: ["Unused", "warn", "It is not applied to anything."],
  low_usage: ["Used once", "info", "It is applied to one item."],
  duplicate_prefix: ["Mixed separators", "info", "The same prefix is written with different separators."],
  prospect_only: ["On prospects only", "info", "It is applied to prospects only."],
  no_naming_convention: ["No naming prefix", "warn", "It has no prefix, or a prefix that no other tag has."],
};

/**
 * Return { label, tone, why } of a flag. The label of an unknown flag is its name.
 *
 * @param {string} flag
 */
export function flagWords(flag) {
  const [label, tone, why] = FLAGS[flag] ?? [flag.replaceAll("_", " "), "warn", null];
  return { label, tone, why };
}

/**
 * Return the name of an asset, or a substitute with its id.
 *
 * @param {{ name: string | null, id: number | string }} asset
 */
export function nameOfAsset({ name, id }) {
  return name?.trim() ? name : `(no name, ${id})`;
}

/**
 * Return the number of assets of a type in a campaign; null when it is unknown.
 *
 * @param {Api["CampaignItem"]} campaign
 * @param {Api["ContentType"]} type
 */
export function countOf(campaign, type) {
  const { count } = TYPES[type];
  return count ? campaign[count] : null;
}

/**
 * @param {string} type
 * @returns {type is Api["ContentType"]}
 */
export function isContent(type) {
  return CONTENT.some((one) => one === type);
}
