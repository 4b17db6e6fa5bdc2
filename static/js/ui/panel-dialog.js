/* A dialog whose content is a panel, with a panel's states: loading, failed, no data. */

import { h } from "../core/dom.js";
import { openDialog } from "./dialog.js";

const SETUP = "python manage.py camp_sync";

/**
 * panelDialog({ title, content: panel({ … }), drawer, wide }) → as openDialog. before: what stays while it loads.
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
