/* A mouse button or finger that is down: content that is replaced before the release would not get the click. */

let isDown = false;
/** @type {Set<() => void>} */
const waiting = new Set();

export function startWatchingPresses() {
  const options = { capture: true };
  addEventListener("pointerdown", () => (isDown = true), options);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, release, options);
  // While the browser's context menu is open, the page may get no `pointerup`.
  addEventListener("pointermove", ({ buttons }) => isDown && buttons === 0 && release(), options);
}

/** Return whether a button or finger is down. */
export function isPressed() {
  return isDown;
}

/**
 * Wait until no button or finger is down and the click has been handled.
 *
 * @returns {Promise<void>}
 */
export function released() {
  return isDown ? new Promise((done) => waiting.add(done)) : Promise.resolve();
}

function release() {
  isDown = false;
  // The browser handles the click right after `pointerup`, before the timers run.
  for (const done of waiting) setTimeout(done);
  waiting.clear();
}
