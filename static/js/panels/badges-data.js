/* What the badges are worked out from. */

import { shared } from "../core/shared.js";
import { badgesOf } from "./badge-list.js";

export async function loadBadges() {
  const briefing = await shared("briefing");
  const [{ issues }, trail, tasks] = await Promise.all([shared("issues"), shared("trail", { from: sixDaysBefore(briefing.date) }), shared("tasks", { overdue: true, limit: 1 })]);
  return badgesOf({ briefing, issues, trail, overdue: tasks.count });
}

function sixDaysBefore(day) {
  return new Date(Date.parse(day) - 6 * 86_400_000).toISOString().slice(0, 10);
}
