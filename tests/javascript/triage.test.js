// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import "./window.js";

const { stateOf } = await import("../../static/js/panels/triage.js");

test("an issue whose count or tags have no data is neither done nor still to do", () => {
  assert.equal(stateOf({ count: null, tagged: null }), "unknown");
  assert.equal(stateOf({ count: 3, tagged: null }), "unknown");
  assert.equal(stateOf({ count: 0, tagged: null }), "none");
  assert.equal(stateOf({ count: 3, tagged: 2 }), "open");
  assert.equal(stateOf({ count: 3, tagged: 3 }), "done");
});
