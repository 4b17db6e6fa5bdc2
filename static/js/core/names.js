/* Turn keys, lists and titles from the server into text to show. */

/** @type {Record<string, string>} */
const ENTITIES = {
  list_emails: "List emails",
  activities: "Visitor activities",
  sf_health: "Salesforce health",
  sf_campaign_dates: "Campaign dates",
  campaign_member_counts: "Member counts",
};

/**
 * Return the name of the thing with this snake_case key: "landing_pages" → "Landing pages".
 *
 * @param {string} key
 */
export function nameOf(key) {
  return ENTITIES[key] ?? sentenceCase(key.replaceAll("_", " "));
}

/** @param {string} text */
export function sentenceCase(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * Join names, and count those after the first `most`: ["a", "b", "c", "d"], 2 → "a, b and 2 more".
 *
 * @param {readonly string[]} names
 * @param {number} [most]
 * @param {"and" | "or"} [word]
 */
export function joinNames(names, most = 4, word = "and") {
  if (names.length > most) return `${names.slice(0, most).join(", ")} ${word} ${names.length - most} more`;
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} ${word} ${names.at(-1)}` : (names[0] ?? "");
}

/**
 * Remove the count from the title of an issue, for lines that show the count separately.
 * "Forms in no campaign: 8" and "8 forms in no campaign" → "Forms in no campaign".
 *
 * @param {string} title
 */
export function withoutCount(title) {
  return sentenceCase(title.replace(/^[\d.,–—]+\s*%?\s|:?\s*[\d.,–—]+\s*%?$/gu, "")) || title;
}
