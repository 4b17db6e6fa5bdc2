/* Load the data that badges are computed from. */

import { before } from "../core/days.js";
import { shared } from "../core/shared.js";
import { badgesOf } from "./badge-list.js";

export async function loadBadges() {
  const briefing = await shared("briefing");
  const [{ issues }, trail, tasks] = await Promise.all([
    shared("issues"),
    shared("trail", { from: before(briefing.date, 6) }),
    shared("tasks", { overdue: true, limit: 1 }),
  ]);
  return badgesOf({ briefing, issues, trail, overdue: tasks.count });
}
