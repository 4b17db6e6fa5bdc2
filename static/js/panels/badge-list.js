/* Badges and their conditions, computed from the data. `earned` is null when the data is missing. */

/** @typedef {{ name: string, how: string, sign: string, earned: boolean | null }} Badge */

/**
 * @param {unknown} value
 * @returns {value is {}}
 */
const known = (value) => value !== null && value !== undefined;

/**
 * Return all badges: [{ name, how, sign, earned }].
 *
 * @param {{ briefing: Api["Briefing"], issues: readonly Api["IssueItem"][], trail: Api["Trail"], overdue: number }} data
 * @returns {Badge[]}
 */
export function badgesOf({ briefing, issues, trail, overdue }) {
  /** @param {string} key */
  const count = (key) => issues.find((issue) => issue.key === key)?.count ?? null;
  /** @param {string[]} keys */
  const none = (keys) => (keys.some(count) ? false : keys.every((key) => known(count(key))) || null);
  const high = issues.filter((issue) => issue.priority === "high").map((issue) => issue.key);
  return [
    {
      name: "Top of the hill",
      how: "The grade is A.",
      sign: "flag",
      earned: known(briefing.grade) ? briefing.grade === "A" : null,
    },
    {
      name: "Uphill",
      how: "The score is higher than on the previous day with a sync.",
      sign: "up",
      earned: known(briefing.change_since_yesterday) ? briefing.change_since_yesterday > 0 : null,
    },
    { name: "Clear night", how: "No high-priority issues are left.", sign: "moon", earned: none(high) },
    {
      name: "All roped up",
      how: "Every campaign is linked to Salesforce.",
      sign: "link",
      earned: briefing.assets.campaigns === 0 ? null : none(["campaigns_no_sf"]),
    },
    {
      name: "Well marked",
      how: "Every tag is used and follows the naming convention.",
      sign: "tag",
      earned: none(["tags_unused", "tags_no_convention"]),
    },
    {
      name: "Steady fire",
      how: "There was a sync on each of the last seven days.",
      sign: "flame",
      earned: trail.count >= 7,
    },
    {
      name: "Camp is swept",
      how: "No task is overdue.",
      sign: "tasks",
      earned: briefing.tier > 0 ? overdue === 0 : null,
    },
  ];
}
