/* The dashboard's page. */

import { startChrome } from "./core/chrome.js";
import { find } from "./core/dom.js";
import { mountPanels } from "./core/mount.js";
import { startOverlays } from "./core/overlays.js";
import { startRouting } from "./core/route.js";
import { startShortcuts } from "./core/shortcuts.js";
import { refresh, startTabs } from "./core/tabs.js";

const strip = { root: find(document, "#strip"), title: "The trail" };

startRouting("base-camp");
startChrome({ refresh });
startShortcuts();
startTabs({ around: strip });
mountPanels(strip.root, { ...strip, command: "python manage.py camp_sync" });
startOverlays();
// The browser may restore this page when the user goes back. Its data is old then.
addEventListener("pageshow", (event) => event.persisted && refresh());
