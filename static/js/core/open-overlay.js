/* Put the name of an overlay (a drawer or a dialog) into the address; core/overlays.js then opens the overlay. */

import { route } from "./route.js";

/**
 * Each key of `values` begins with the overlay's name, and becomes a parameter of the address:
 * openOverlay("compare", { "compare.from": "2026-11-15" }).
 *
 * @param {string} name
 * @param {Params} [values]
 */
export function openOverlay(name, values = {}) {
  route.set({ ...values, open: name });
}
