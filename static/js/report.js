/* The progress report on one page. Its links load it again: the server writes it. */

import { startChrome } from "./core/chrome.js";
import { find } from "./core/dom.js";
import { mountPanels } from "./core/mount.js";

startChrome();
mountPanels(find(document, "#main"), { title: "Progress report", command: "python manage.py camp_sync" });
