/* The keyboard focus, which must not be lost when content is redrawn or a button is disabled. */

import { findAll, focusOn } from "./dom.js";

const CONTROLS = "a[href], button:enabled, input:enabled, select:enabled, textarea:enabled, summary, [tabindex]";

/** Return whether no element has the focus. */
const isLost = () => document.activeElement === document.body || document.activeElement === null;

/**
 * Call this before the content of an element is replaced. Return a function to call afterwards, or null when the focus
 * is elsewhere. The function focuses the control that has the same name as the control that had the focus. If there is
 * none, it focuses the first control. It does nothing if the user has moved the focus meanwhile.
 *
 * @param {HTMLElement} root
 */
export function rememberFocus(root) {
  const focused = document.activeElement;
  if (!(focused instanceof HTMLElement) || focused === root || !root.contains(focused)) return null;
  const name = nameOf(focused);
  return () => {
    if (!isLost()) return;
    const controls = findAll(root, CONTROLS);
    const again = controls.find((control) => nameOf(control) === name) ?? controls[0];
    again?.focus({ preventScroll: true });
  };
}

/**
 * Disable a button during some work, so that it is not pressed twice. Browsers take the focus from a disabled button.
 * Give the focus back afterwards, unless the user has moved it meanwhile.
 *
 * @template Result
 * @param {HTMLButtonElement} button
 * @param {() => Promise<Result>} work
 */
export async function disabledDuring(button, work) {
  const wasFocused = document.activeElement === button;
  button.disabled = true;
  try {
    return await work();
  } finally {
    button.disabled = false;
    if (wasFocused && isLost()) focusOn(button);
  }
}

/** @param {HTMLElement} control */
function nameOf(control) {
  const labels = control instanceof HTMLInputElement || control instanceof HTMLSelectElement ? control.labels : null;
  const text = control.getAttribute("aria-label") ?? labels?.[0]?.textContent ?? control.textContent;
  return `${control.tagName} ${text}`;
}
