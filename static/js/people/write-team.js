/* Change the team. The server accepts the whole team only. */

import { api } from "../core/api.js";

/** @typedef {Api["MemberOut"]} Member */
/** @typedef {Api["MemberIn"] & { open_tasks?: number }} Changed */

export const TEAM = "admin/team";

/**
 * Get the saved team, change it, and save the whole team. Getting it first keeps the changes of other users.
 *
 * @param {(team: Member[]) => Changed[]} change
 */
export async function writeTeam(change) {
  const { team } = await api.get(TEAM);
  const next = change(team).map(({ open_tasks: _, ...member }, order) => ({ ...member, order }));
  return (await api.put(TEAM, { team: next })).team;
}
