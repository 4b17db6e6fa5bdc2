/* Get all rows of an endpoint that has pages. */

const PAGE = 500;

/**
 * Return the rows of all pages. get: returns the rows of one page, and the number of all rows.
 *
 * @template Row
 * @param {(params: { limit: number, offset: number }) => Promise<{ rows: Row[], count: number }>} get
 */
export async function allPages(get) {
  /** @type {Row[]} */
  const all = [];
  for (;;) {
    const { rows, count } = await get({ limit: PAGE, offset: all.length });
    all.push(...rows);
    if (rows.length === 0 || all.length >= count) return all;
  }
}
