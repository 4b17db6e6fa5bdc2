/* The dashboard's page. */

import { startChrome } from "./core/chrome.js";
import { startRouting } from "./core/route.js";
import { refresh, startTabs } from "./core/tabs.js";

startRouting("base-camp");
startChrome({ refresh });
startTabs();
