/* A mouse button or finger that is down: content that is replaced before it goes up would not get the click. */

let isDown = false;

export function startWatchingPresses() {
  const options = { capture: true };
  addEventListener("pointerdown", () => (isDown = true), options);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => (isDown = false), options);
}

/**
 * Wait until no button or finger is down and the click has been handled.
 *
 * @returns {Promise<void>}
 */
export function released() {
  if (!isDown) return Promise.resolve();
  return new Promise((done) => {
    // The click follows `pointerup`, so wait for the task after it.
    const end = () => setTimeout(done);
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, end, { capture: true, once: true });
  });
}
