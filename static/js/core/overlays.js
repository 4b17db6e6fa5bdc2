/* Drawers and dialogs that stand in the address: ?open=tasks. The back button closes them. */

import { route } from "./route.js";
import { overlays } from "../overlays/index.js";

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
  if (!overlays[name]) return;
  const turn = { name, dialog: null };
  shown = turn;
  const module = await overlays[name]();
  if (shown !== turn) return;
  turn.dialog = module.default();
  await turn.dialog.closed;
  if (shown !== turn) return;
  shown = null;
  leave(name);
}

/** Take it, and what belongs to it, out of the address. */
function leave(name) {
  const own = [...new URLSearchParams(location.search).keys()].filter((key) => key.startsWith(`${name}.`));
  route.set(Object.fromEntries(["open", ...own].map((key) => [key, ""])));
}
