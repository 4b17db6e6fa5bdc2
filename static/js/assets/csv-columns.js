/* Columns that only exported tables of assets have: ids, links, folder, owner. */

import { shared } from "../core/shared.js";

/** @typedef {Asset & { folder_name?: string | null, salesforce_id?: string | null }} Row */

/**
 * Return the owners of each area, such as "Ada Example, Ben Example".
 *
 * @returns {Promise<Record<string, string>>}
 */
export async function ownersByArea() {
  const { by_area: areas } = await shared("health-score");
  return Object.fromEntries(areas.map(({ area, owners }) => [area, owners.join(", ")]));
}

/**
 * @param {Api["Area"]} type
 * @param {{ pages: Pages, owners: Record<string, string> }} links
 * @returns {{ label: string, csv(row: Row): Cell }[]}
 */
export function csvColumns(type, { pages, owners }) {
  const own = type === "campaigns" ? [{ label: "Salesforce link", csv: linkToSalesforce(pages) }] : [];
  return [
    { label: "Pardot ID", csv: ({ id }) => id },
    { label: "Pardot link", csv: ({ id }) => pages.pardot(type, id) },
    ...own,
    ...(type === "tags" || type === "lists" ? [] : [{ label: "Folder", csv: folder }]),
    { label: "Owner", csv: () => owners[type] },
  ];
}

/** @param {Row} row */
const folder = ({ folder_name: name }) => name;

/**
 * @param {Pages} pages
 * @returns {(row: Row) => Cell}
 */
const linkToSalesforce =
  (pages) =>
  ({ salesforce_id: id }) =>
    pages.salesforce(id);
