/* Tables of endpoints that page: limit, offset, sort, q. */

import { api } from "../core/api.js";

/** A table's `source`. records: the name of the rows in the answer, which comes along. params(filters) → more parameters. */
export function paged(path, { records, params = () => ({}) }) {
  return async ({ q, sort, page, size, filters, signal }) => {
    const asked = { q, sort, limit: size, offset: (page - 1) * size, ...params(filters) };
    const answer = await api.get(path, { params: asked, signal });
    return { rows: answer[records], total: answer.count ?? 0, answer };
  };
}
