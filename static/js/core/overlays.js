/* Drawers and dialogs that the address opens: ?open=tasks. The back button closes them. */

import { overlayKeys, route } from "./route.js";
import { overlays } from "../overlays/index.js";
import { NOT_ARRIVED } from "../ui/states.js";
import { toast } from "../ui/toast.js";

/** @typedef {keyof typeof overlays} OverlayName */

/** @type {{ name: string, dialog: Dialog | null } | null} */
let shown = null;

export function startOverlays() {
  route.onChange((names) => names.has("open") && follow());
  follow();
}

async function follow() {
  const name = route.get("open");
  if (name === (shown?.name ?? "")) return;
  const before = shown;
  shown = null;
  before?.dialog?.close();
  if (!Object.hasOwn(overlays, name)) return;
  /** @type {{ name: string, dialog: Dialog | null }} */
  const turn = { name, dialog: null };
  shown = turn;
  const open = await arrived(/** @type {OverlayName} */ (name));
  if (shown !== turn) return;
  turn.dialog = open?.() ?? null;
  await turn.dialog?.closed;
  if (shown !== turn) return;
  shown = null;
  leave();
}

/**
 * Return the function that opens the overlay. When its module fails to load, show a message and return null.
 *
 * @param {OverlayName} name
 * @returns {Promise<(() => Dialog) | null>}
 */
async function arrived(name) {
  try {
    return (await overlays[name]()).default;
  } catch (error) {
    console.error(error);
    toast(NOT_ARRIVED, { kind: "bad", action: { label: "Refresh", run: () => location.reload() } });
    return null;
  }
}

/** Remove the overlay and its parameters from the address, without a new step for the back button. */
function leave() {
  const names = overlayKeys(new URLSearchParams(location.search));
  route.set(Object.fromEntries(names.map((name) => [name, ""])), { replace: true });
}
