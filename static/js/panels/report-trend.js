/* The score over the days of the progress report. */

import { optional } from "../core/api.js";
import { find } from "../core/dom.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { trend } from "../charts/trend.js";
import { allDays, scoreSeries } from "./trail-series.js";

export default panel({
  lines: 6,
  load: () =>
    Promise.all([shared("trail", { from: find(document, ".report").dataset.from }), optional(shared("config"))]),
  empty: ([{ count }]) => count === 0 && "No score was recorded in this period.",
  render: ([{ snapshots, notes }, config]) => {
    const days = allDays(snapshots);
    const target = config?.target_score ?? null;
    const low = Math.min(90, target ?? 90, ...snapshots.flatMap(({ health_score: score }) => score ?? []));
    return trend({
      title: "Score",
      days,
      series: scoreSeries(days, snapshots),
      notes,
      low: Math.max(0, Math.floor(low / 10) * 10 - 10),
      high: 100,
      height: 180,
      goal: target === null ? null : { value: target, label: `Target ${target}` },
    });
  },
});
