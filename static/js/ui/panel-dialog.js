/* A dialog whose content is a panel, so it shows the states of a panel: loading, failed, no data. */

import { h } from "../core/dom.js";
import { openDialog } from "./dialog.js";

const SETUP = "python manage.py camp_sync";

/**
 * Open a dialog with the panel `content`. The result and all other options are those of openDialog (ui/dialog.js).
 *
 * - before: nodes above the panel, which stay while the panel loads.
 * - command: the command to show when nothing was synced yet, if the panel has none of its own.
 *
 * @param {Omit<DialogOptions, "body"> & { content: Panel, before?: Child, command?: string }} options
 * @returns {Dialog}
 */
export function panelDialog({ content, before = [], command = SETUP, ...options }) {
  const place = h("div", { data: { body: "" } });
  const life = new AbortController();
  const dialog = openDialog({ body: [before, place], ...options });
  dialog.closed.then(() => life.abort());
  content.mount(place, { signal: life.signal, command });
  return dialog;
}
