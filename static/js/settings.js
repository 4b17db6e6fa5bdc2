/* The page of settings. */

import { startChrome } from "./core/chrome.js";
import { find } from "./core/dom.js";
import { mountPanels } from "./core/mount.js";
import { startRouting } from "./core/route.js";
import { followReader } from "./settings/here.js";

startRouting();
startChrome();
followReader(find(document, ".settings-nav"));
mountPanels(find(document, "#main"), { title: "Settings", command: "python manage.py camp_sync" });
