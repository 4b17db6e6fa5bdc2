/* Read and write the part of the address that lists the fixes chosen in the drawer “What if…”.

   "forms_errors,campaigns_no_sf:5" means that all rows of forms_errors are fixed, and five rows of campaigns_no_sf. */

/** @typedef {{ key: string, count: number }} Countable */

/**
 * @param {Map<string, number>} fixes
 * @param {readonly Countable[]} issues
 */
export function intoAddress(fixes, issues) {
  const all = new Map(issues.map((issue) => [issue.key, issue.count]));
  return [...fixes].map(([key, count]) => (count === all.get(key) ? key : `${key}:${count}`)).join(",");
}

/**
 * Return the fixes. Issues that no longer exist are left out. Each number is at most the count of its issue.
 *
 * @param {string} text
 * @param {readonly Countable[]} issues
 */
export function fromAddress(text, issues) {
  const counts = new Map(
    text
      .split(",")
      .map((part) => part.split(":"))
      .map(([key, count]) => [key, Number(count)]),
  );
  const chosen = issues.filter(({ key }) => counts.has(key));
  return new Map(chosen.map(({ key, count }) => [key, howMany(counts.get(key), count)]));
}

/**
 * @param {number | undefined} wish
 * @param {number} count
 */
function howMany(wish, count) {
  return wish && wish > 0 ? Math.min(count, wish) : count;
}
