/* All rows of an endpoint that gives them page by page. */

import { api } from "./api.js";

const PAGE = 500;

/** allPages("tasks", "tasks", { signal }) → every row of the list `name`. */
export async function allPages(path, name, { params = {}, signal } = {}) {
  const rows = [];
  for (;;) {
    const page = await api.get(path, { params: { ...params, limit: PAGE, offset: rows.length }, signal });
    rows.push(...page[name]);
    if (page[name].length === 0 || rows.length >= page.count) return rows;
  }
}
