/* Remember in this browser whether single-key shortcuts are on. */

const OFF = "single-keys-off";

export function lettersAreOn() {
  try {
    return localStorage.getItem(OFF) === null;
  } catch {
    return true;
  }
}

/** @param {boolean} on */
export function switchLetters(on) {
  try {
    if (on) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "yes");
  } catch {
    // Storage is disabled, so the shortcuts stay on.
  }
}
