/* Change the team, which the server takes as a whole. */

import { api } from "../core/api.js";

/** @typedef {Api["MemberOut"]} Member */
/** @typedef {Api["MemberIn"] & { open_tasks?: number }} Changed */

export const TEAM = "admin/team";

/**
 * Get the saved team, change it, and save all of it, so that changes of other users are kept.
 *
 * @param {(team: Member[]) => Changed[]} change
 */
export async function writeTeam(change) {
  const { team } = await api.get(TEAM);
  const next = change(team).map(({ open_tasks: _, ...member }, order) => ({ ...member, order }));
  return (await api.put(TEAM, { team: next })).team;
}
