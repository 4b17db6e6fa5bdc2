/* Keep a table's search, filters, order, page, page size and hidden columns. */

import { route } from "../core/route.js";

/**
 * Return a state in the address bar, under the table's prefix.
 *
 * @param {string} prefix
 * @param {AbortSignal} signal
 * @returns {TableState}
 */
export function routeState(prefix, signal) {
  return {
    get: (name) => route.get(`${prefix}.${name}`),
    set(changes, options) {
      route.set(
        Object.fromEntries(Object.entries(changes).map(([name, value]) => [`${prefix}.${name}`, value])),
        options,
      );
    },
    onChange: (listener) => route.onChange(listener, signal),
  };
}

/**
 * Return a state in memory.
 *
 * @returns {TableState}
 */
export function localState() {
  /** @type {Map<string, string>} */
  const values = new Map();
  /** @type {() => void} */
  let changed = () => {};
  return {
    get: (name) => values.get(name) ?? "",
    set(changes) {
      for (const [name, value] of Object.entries(changes)) values.set(name, String(value));
      changed();
    },
    onChange(listener) {
      changed = listener;
    },
  };
}
