/* Links to records in Pardot and in Salesforce. */

import { optional } from "../core/api.js";
import { shared } from "../core/shared.js";
import { outward } from "../ui/parts.js";

/**
 * Return { pardot(type, id), salesforce(id) }. Both return an address, or null when there is no such page.
 *
 * @returns {Promise<Pages>}
 */
export async function pages() {
  const config = await optional(shared("config"));
  const { pardot_url = "", pardot_pages = {}, sf_instance_url = null } = config ?? {};
  return {
    pardot: (type, id) =>
      type && pardot_pages[type] && id ? pardot_url + pardot_pages[type].replace("{id}", encodeURIComponent(id)) : null,
    salesforce: (id) => (sf_instance_url && id ? `${sf_instance_url}/${encodeURIComponent(id)}` : null),
  };
}

/**
 * Return a link to a page outside the dashboard, or the plain text when there is no such page.
 *
 * @param {string} text
 * @param {string | null} href
 */
export function outwardOr(text, href) {
  return outward(text, href) ?? text;
}
