import assert from "node:assert/strict";
import { test } from "node:test";
import "./window.js";

const { filtersOf } = await import("../../static/js/overlays/task-columns.js");

test("the filter “Mine” of a shared link finds no task for a reader who is not on the team", () => {
  const [whose] = filtersOf(["Ines"], null, () => "2026-11-30");
  const tasks = [{ assignee: null }, { assignee: "Ines" }];
  assert.deepEqual(
    tasks.filter((task) => whose.test?.(/** @type {any} */ (task), "me")),
    [],
  );
});
