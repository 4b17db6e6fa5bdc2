/* Tables of endpoints that page: limit, offset, sort, q. */

/** @typedef {{ q: string, sort: string, limit: number, offset: number }} PageParams */

/**
 * A table's `source`, from a function that asks the endpoint for a page.
 *
 * @template Row
 * @param {(params: PageParams, filters: Record<string, string>, signal?: AbortSignal) => Promise<Found<Row>>} get
 * @returns {Source<Row>}
 */
export function paged(get) {
  return ({ q, sort, page, size, filters, signal }) =>
    get({ q, sort, limit: size, offset: (page - 1) * size }, filters, signal);
}
