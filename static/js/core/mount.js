/* Panels of a part of the page: loaded when it is first seen, all again on demand. */

import { announce } from "./announce.js";
import { replace } from "./dom.js";
import { plural } from "./format.js";
import { panels } from "../panels/index.js";
import { notArrived } from "../ui/states.js";

/** Mount every [data-panel] below `root`, those with [data-later] once the others stand; says when all are there. */
export async function mountPanels(root, { title, command, signal = new AbortController().signal }) {
  const elements = [...root.querySelectorAll("[data-panel]")];
  for (const element of elements) element.setAttribute("aria-busy", "true");
  const isLater = (element) => "later" in element.dataset;
  const mountAll = (some) => Promise.all(some.map((element) => mountOne(element, { command, signal })));
  const first = await mountAll(elements.filter((element) => !isLater(element)));
  report(title, [...first, ...(await mountAll(elements.filter(isLater)))]);
}

/** Load every panel below `root` again. */
export async function reloadPanels(root, { title }) {
  const loads = [];
  for (const element of root.querySelectorAll("[data-panel]")) {
    element.dispatchEvent(new CustomEvent("panel:reload", { detail: { waitFor: (load) => loads.push(load) } }));
  }
  report(title, await Promise.all(loads));
}

/** Whether it could be loaded. One that does not come takes none of the others with it. */
async function mountOne(element, context) {
  let module;
  try {
    module = await panels[element.dataset.panel]();
  } catch (error) {
    console.error(error);
    replace(element.querySelector("[data-body]") ?? element, notArrived());
    element.removeAttribute("aria-busy");
    element.addEventListener("panel:reload", (event) => event.detail.waitFor(mountOne(element, context)), {
      once: true,
      signal: context.signal,
    });
    return false;
  }
  return module.default.mount(element, context);
}

function report(title, results) {
  const bad = results.filter((loaded) => loaded === false).length;
  if (results.length === 0) return;
  announce(bad ? `${title}: ${plural(bad, "part")} could not be loaded.` : `${title} is loaded.`);
}
