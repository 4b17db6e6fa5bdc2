/* Writes and panels that wait while the session has ended. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { abandonWrites, discardsSoFar, sessionBack, writeMayGo } from "../../static/js/core/session.js";

test("a write refused with 401 is dropped when its input is discarded, before or after the 401 arrives", async () => {
  const sent = discardsSoFar();
  const refusedBefore = writeMayGo(sent);
  abandonWrites();
  assert.equal(await refusedBefore, false);
  assert.equal(await writeMayGo(sent), false);
});

test("a panel still waits for the session after input was discarded", async () => {
  const back = sessionBack();
  abandonWrites();
  assert.equal(await Promise.race([back, Promise.resolve("waits")]), "waits");
});
