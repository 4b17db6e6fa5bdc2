/* The progress report on one page. Its links reload the page, because the server renders the report. */

import { startChrome } from "./core/chrome.js";
import { find } from "./core/dom.js";
import { mountPanels } from "./core/mount.js";

startChrome();
mountPanels(find(document, "#main"), { title: "Progress report", command: "python manage.py camp_sync" });
