/* The page of settings. */

import { startChrome } from "./core/chrome.js";
import { find } from "./core/dom.js";
import { mountPanels, reloadPanels } from "./core/mount.js";
import { startRouting } from "./core/route.js";
import { changed, forget } from "./core/shared.js";
import { TEAM } from "./people/write-team.js";
import { followReader } from "./settings/here.js";

const main = find(document, "#main");
const title = "Settings";

startRouting();
startChrome();
followReader(find(document, ".settings-nav"));
mountPanels(main, { title, command: "python manage.py camp_sync" });
// The browser may restore this page when the user goes back. Its values are old then. Unsaved entries are kept.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  if (main.querySelector(".save-bar:not([hidden])")) return void changed(TEAM);
  forget();
  reloadPanels(main, { title });
});
