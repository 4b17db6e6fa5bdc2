/* Change the team. The server accepts the whole team only. */

import { ApiError, api } from "../core/api.js";

/** @typedef {Api["MemberOut"]} Member */
/** @typedef {Api["MemberIn"] & { open_tasks?: number }} Changed */

export const TEAM = "admin/team";

const TRIES = 3;

/**
 * Get the saved team, change it, and save the whole team. Getting it first keeps the changes of other users. If another
 * user changes the team between these two requests, do both again.
 *
 * @param {(team: Member[]) => Changed[]} change
 */
export async function writeTeam(change) {
  for (let left = TRIES; ; left--) {
    const { team: was } = await api.get(TEAM);
    const team = change(was).map(({ open_tasks: _, ...member }, order) => ({ ...member, order }));
    try {
      return (await api.put(TEAM, { team, was })).team;
    } catch (error) {
      if (left === 1 || !(error instanceof ApiError && error.status === 409)) throw error;
    }
  }
}
