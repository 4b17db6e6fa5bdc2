/* My work: the views that the reader saved, and those that colleagues share. */

import { h } from "../core/dom.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { panelDialog } from "../ui/panel-dialog.js";
import { viewsSection } from "../work/views.js";

export default () => panelDialog({ title: "My work", drawer: true, content });

const content = panel({
  lines: 8,
  uses: ["views"],
  load: () => shared("views"),
  render: (views) => h("div", { class: "work" }, viewsSection(views)),
});
