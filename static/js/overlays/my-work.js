/* My work: the user's areas, the changes in these areas, open tasks, and saved views. */

import { optional } from "../core/api.js";
import { h } from "../core/dom.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { panelDialog } from "../ui/panel-dialog.js";
import { ownWork } from "../work/own-work.js";
import { viewsSection } from "../work/views.js";

export default () => panelDialog({ title: "My work", drawer: true, content });

const content = panel({
  lines: 12,
  uses: ["views", "tasks", "config"],
  load: () => Promise.all([optional(shared("my-work")), optional(shared("config")), shared("views")]),
  render: ([work, config, views]) => h("div", { class: "work" }, work && ownWork(work, config), viewsSection(views)),
});
