/* Addresses of the rows of an area or an issue. */

import { route } from "./route.js";

const UNLINKED = "prospects_unlinked";

/**
 * Return the address of an area's rows. filters: values by filter name, such as { flag: "dormant", exempt: "yes" }.
 * For prospects, the address leads to the prospects without lead or contact, and filters have no effect.
 *
 * @param {string} area
 * @param {Params} [filters]
 */
export function rowsOf(area, filters = {}) {
  if (area === "prospects") return route.href("full-survey", { "orphans.kind": UNLINKED });
  const named = Object.fromEntries(Object.entries(filters).map(([name, value]) => [`${area}.${name}`, value]));
  if (area === "campaigns") return route.href("campaign-map", named);
  if (area === "tags") return route.href("tags", named);
  return route.href("gear-locker", { "gear.type": area, ...named });
}

/**
 * Return the address of the rows that an issue or flag counts. Exempt rows have the flag but are not counted.
 *
 * @param {{ area: string, flag: string, exempt: number | null }} issue
 */
export function rowsOfIssue({ area, flag, exempt }) {
  return rowsOf(area, exempt ? { flag, exempt: "no" } : { flag });
}
