import assert from "node:assert/strict";
import { test } from "node:test";
import { collides, mergeMine, mergeTheirs } from "../../static/js/settings/drafts.js";

const BEFORE = { forms: 1, lists: 2, tags: 3 };

test("two people who changed different fields do not collide, and both changes stay", () => {
  const now = { ...BEFORE, forms: 5 };
  const entered = { ...BEFORE, lists: 6 };
  assert.equal(collides(now, BEFORE, entered), false);
  assert.deepEqual(mergeMine(now, BEFORE, entered), { forms: 5, lists: 6, tags: 3 });
});

test("two people who changed the same field collide, unless both entered the same value", () => {
  const entered = { ...BEFORE, forms: 7, tags: 8 };
  assert.equal(collides({ ...BEFORE, forms: 5 }, BEFORE, entered), true);
  assert.equal(collides({ ...BEFORE, forms: 7 }, BEFORE, entered), false);
  assert.equal(collides(9, 6, 12), true);
  assert.equal(collides(6, 6, 12), false);
  assert.equal(collides([1, 2], [1], [1, 3]), true);
});

test("in a field that two people changed, mergeTheirs keeps the other user's value and mergeMine keeps mine", () => {
  const now = { ...BEFORE, forms: 5 };
  const entered = { ...BEFORE, forms: 7, tags: 8 };
  assert.deepEqual(mergeTheirs(now, BEFORE, entered), { forms: 5, lists: 2, tags: 8 });
  assert.deepEqual(mergeMine(now, BEFORE, entered), { forms: 7, lists: 2, tags: 8 });
  assert.equal(mergeTheirs(9, 6, 12), 9);
});
