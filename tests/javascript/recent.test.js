import assert from "node:assert/strict";
import { test } from "node:test";

/** @type {Map<string, string>} */
const storage = new Map();
Object.assign(globalThis, {
  localStorage: {
    getItem: (/** @type {string} */ key) => storage.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => storage.set(key, value),
  },
});
const { recentEntries, remember } = await import("../../static/js/palette/recent.js");

/** @param {PaletteEntry["to"]} to */
const entry = (to) => ({ group: "Saved views", label: "A view", hint: "", sign: "pin", to });

test("recent choices are stored once each, latest first", () => {
  for (const to of ["/pardot/?tab=tags&tags.q=north", { open: "tasks" }, "/pardot/?tab=tags&tags.q=north"])
    remember(entry(to));
  assert.deepEqual(
    recentEntries().map(({ to }) => to),
    ["/pardot/?tab=tags&tags.q=north", { open: "tasks" }],
  );
});

test("the author of a colleague's view and the count of an issue are not stored", () => {
  storage.clear();
  remember({ ...entry("/pardot/?tab=tags"), hint: "Robin" });
  remember({ ...entry("/pardot/?tab=forms"), group: "Issues", hint: "12" });
  remember({ ...entry({ open: "asset" }), group: "Forms", hint: "Spring campaign" });
  assert.deepEqual(
    recentEntries().map(({ hint }) => hint),
    ["Spring campaign", "", ""],
  );
});

test("a view that searches for a person is not stored in the browser", () => {
  storage.clear();
  remember(entry("/pardot/?tab=scout-report&prospects.q=jo%40school.example"));
  remember(entry("/pardot/?tab=full-survey&orphans.q=Rivera"));
  remember(entry("/pardot/?tab=scout-report"));
  assert.deepEqual(
    recentEntries().map(({ to }) => to),
    ["/pardot/?tab=scout-report"],
  );
  assert.equal(/school|Rivera/.test([...storage.values()].join()), false);
});
