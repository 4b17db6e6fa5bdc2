/* Read and write the fixes of a what-if in the address: "forms_errors,campaigns_no_sf:5" is all of the first, five of the second. */

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
 * Issues that no longer exist are left out, and numbers are limited to the issue's count.
 *
 * @param {string} text
 * @param {readonly Countable[]} issues
 */
export function fromAddress(text, issues) {
  const asked = new Map(
    text
      .split(",")
      .map((part) => part.split(":"))
      .map(([key, count]) => [key, Number(count)]),
  );
  const chosen = issues.filter(({ key }) => asked.has(key));
  return new Map(chosen.map(({ key, count }) => [key, howMany(asked.get(key), count)]));
}

/**
 * @param {number | undefined} asked
 * @param {number} count
 */
function howMany(asked, count) {
  return asked && asked > 0 ? Math.min(count, asked) : count;
}
