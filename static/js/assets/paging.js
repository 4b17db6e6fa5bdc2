/* Tables with rows from endpoints that have the parameters limit, offset, sort and q. */

/** @typedef {{ q: string, sort: string, limit: number, offset: number }} PageParams */

/**
 * Return the `source` of a table, given a function that gets a page from the endpoint.
 *
 * @template Row
 * @param {(params: PageParams, filters: Record<string, string>, signal?: AbortSignal) => Promise<Found<Row>>} get
 * @returns {Source<Row>}
 */
export function paged(get) {
  return ({ q, sort, page, size, filters, signal }) =>
    get({ q, sort, limit: size, offset: (page - 1) * size }, filters, signal);
}
