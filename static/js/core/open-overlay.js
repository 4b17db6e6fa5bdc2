/* Put the name of a drawer or a dialog into the address; core/overlays.js then opens the drawer or dialog. */

import { route } from "./route.js";

/**
 * The names of the overlay's parameters begin with its name: openOverlay("compare", { "compare.from": "2026-11-15" }).
 *
 * @param {string} name
 * @param {Params} [values]
 */
export function openOverlay(name, values = {}) {
  route.set({ ...values, open: name });
}
