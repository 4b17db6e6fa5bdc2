/* Prepare the page for printing: add a line with title and date, and show all rows of tables. */

import { find } from "./dom.js";
import { moment, momentWithWeekday } from "./format.js";
import { shared } from "./shared.js";

/** @typedef {{ show(): unknown, restore(): unknown, signal: AbortSignal }} Printed */

/** @type {Set<Printed>} */
const parts = new Set();

/**
 * Call show() before the page is printed, and restore() afterward, until the signal is aborted.
 *
 * @param {Printed} part
 */
export function onPrint(part) {
  parts.add(part);
  part.signal.addEventListener("abort", () => parts.delete(part), { once: true });
}

/** Wait for all rows, then print. The browser's own menu does not wait, so it prints the loaded rows only. */
export async function printPage() {
  await Promise.allSettled([...parts].map((part) => part.show()));
  await head();
  window.print();
}

export function startPrinting() {
  addEventListener("beforeprint", () => {
    head();
    for (const part of parts) part.show();
  });
  addEventListener("afterprint", () => {
    for (const part of parts) part.restore();
  });
  head();
}

/** Write the line "Base Camp · Camp Campaign · Mon, Nov 30, 2026, 8:02 AM · data of …". */
async function head() {
  const line = find(document, "#print-head");
  const now = `${document.title} · ${momentWithWeekday(new Date().toISOString())}`;
  line.textContent = now;
  const { entities } = await shared("sync/status").catch(() => ({ entities: [] }));
  const last = entities
    .flatMap(({ last_sync: at }) => at ?? [])
    .sort()
    .at(-1);
  if (last) line.textContent = `${now} · data of ${moment(last)}`;
}
