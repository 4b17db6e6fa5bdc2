/* Put the name of an overlay (a drawer or a dialog) into the address; core/overlays.js then opens the overlay. */

import { overlayKeys, route } from "./route.js";

/**
 * Each key of `values` begins with the overlay's name, and becomes a parameter of the address:
 * openOverlay("compare", { "compare.from": "2026-11-15" }). Another overlay that is open is closed, and its parameters are
 * removed from the address.
 *
 * @param {string} name
 * @param {Params} [values]
 */
export function openOverlay(name, values = {}) {
  const keys = route.get("open") === name ? [] : overlayKeys(new URLSearchParams(location.search));
  route.set({ ...Object.fromEntries(keys.map((key) => [key, ""])), ...values, open: name });
}
