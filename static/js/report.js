/* The progress report on one page. The server renders all of it except the trend, so its links reload the page. */

import { startChrome } from "./core/chrome.js";
import { find } from "./core/dom.js";
import { mountPanels } from "./core/mount.js";

startChrome();
mountPanels(find(document, "#main"), { title: "Progress report", command: "python manage.py camp_sync" });
