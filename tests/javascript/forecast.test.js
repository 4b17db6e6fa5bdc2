import "./window.js";
import assert from "node:assert/strict";
import { test } from "node:test";
import { before, everyDay } from "../../static/js/core/days.js";

const { route } = await import("../../static/js/core/route.js");
const { forecast, forecastValues, withForecast } = await import("../../static/js/panels/forecast.js");
const { nextTarget } = await import("../../static/js/overlays/what-if-goal.js");
const { daysOf, spans } = await import("../../static/js/panels/trend-span.js");

const TODAY = "2026-11-29";

/**
 * Make a snapshot for each of the last `count` days; `score` gets the number of days ago.
 *
 * @param {number} count
 * @param {(ago: number) => number | null} score
 */
const trail = (count, score) =>
  everyDay(before(TODAY, count - 1), TODAY).map((day, place) => ({ day, health_score: score(count - 1 - place) }));

test("a score that rises half a point a day is expected to keep rising", () => {
  const prediction = forecast(
    trail(28, (ago) => 80 - ago / 2),
    "2026-12-09",
  );
  assert.equal(prediction?.score, 85);
  assert.equal(prediction?.used, 28);
});

test("only the last 28 days count", () => {
  const prediction = forecast(
    trail(60, (ago) => (ago < 28 ? 80 : 20)),
    "2026-12-29",
  );
  assert.equal(prediction?.score, 80);
  assert.equal(prediction?.used, 28);
});

test("no score is expected above 100 or below 0", () => {
  assert.equal(
    forecast(
      trail(28, (ago) => 100 - ago),
      "2027-03-01",
    )?.score,
    100,
  );
  assert.equal(
    forecast(
      trail(28, (ago) => 10 + ago),
      "2027-03-01",
    )?.score,
    0,
  );
});

test("there is no forecast with too few scores, with scores too close together, or without a day of camp ahead", () => {
  const ever = "2026-12-18";
  assert.equal(forecast([], ever), null);
  assert.equal(
    forecast(
      trail(13, () => 80),
      ever,
    ),
    null,
    "the scores cover less than two weeks",
  );
  assert.equal(
    forecast(
      trail(28, (ago) => (ago % 4 ? null : 80)),
      ever,
    ),
    null,
    "only 7 of the 28 days have a score",
  );
  assert.equal(
    forecast(
      trail(28, () => 80),
      null,
    ),
    null,
    "no camp is planned",
  );
  assert.equal(
    forecast(
      trail(28, () => 80),
      TODAY,
    ),
    null,
    "today is the last day of camp",
  );
});

test("the line of the forecast begins today, and is not drawn if it is longer than the known days", () => {
  const known = trail(28, (ago) => 80 - ago / 2);
  const prediction = forecast(known, "2026-12-01");
  if (!prediction) throw new Error("There is no forecast.");
  const days = withForecast(
    prediction,
    known.map(({ day }) => day),
  );
  assert.deepEqual(days?.slice(-3), [TODAY, "2026-11-30", "2026-12-01"]);
  assert.deepEqual(forecastValues(prediction, days ?? []).slice(-4), [null, 80, 80.5, 81]);
  assert.equal(
    withForecast(
      { ...prediction, end: "2027-12-01" },
      known.map(({ day }) => day),
    ),
    null,
  );
});

test("the next target is the next grade, then 95, then 100", () => {
  const grades = [
    { grade: "A", minimum: 90 },
    { grade: "B", minimum: 80 },
    { grade: "F", minimum: 0 },
  ];
  assert.deepEqual(
    [74, 80, 92, 95, 100, null].map((score) => nextTarget(score, grades)),
    [80, 90, 95, 100, 100, 95],
  );
});

test("the team's target comes first until it is reached", () => {
  const grades = [{ grade: "B", minimum: 80 }];
  assert.deepEqual(
    [74, 87, 88, null].map((score) => nextTarget(score, grades, 88)),
    [88, 88, 95, 88],
  );
});

test("a span is a number of days back, the days since camp began, all days, or two days in either order", () => {
  const camp = { start: "2026-11-01", end: "2026-12-18" };
  assert.deepEqual(daysOf("42", TODAY, camp), { from: "2026-10-18", to: null });
  assert.deepEqual(daysOf("camp", TODAY, camp), { from: "2026-11-01", to: null });
  assert.deepEqual(daysOf("all", TODAY, camp), { from: null, to: null });
  route.set({ "trend.from": "2026-11-20", "trend.to": "2026-11-03" });
  assert.deepEqual(daysOf("free", TODAY, camp), { from: "2026-11-03", to: "2026-11-20" });
  route.set({ "trend.from": "soon", "trend.to": "" });
  assert.deepEqual(daysOf("free", TODAY, camp), { from: "2026-10-18", to: TODAY });
  const later = spans({ start: "2027-01-01", end: "2027-02-01" }, TODAY);
  assert.equal(
    later.some(([span]) => span === "camp"),
    false,
  );
});
