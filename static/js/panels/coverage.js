/* How many people of Salesforce Pardot knows. */

import { h } from "../core/dom.js";
import { ago, MISSING, number, percent } from "../core/format.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { shared } from "../core/shared.js";
import { figure, meter } from "../ui/parts.js";

export default panel({
  lines: 4,
  load: () => shared("briefing"),
  noData: ({ sf_health: health }) => health.captured_at === null,
  render: ({ sf_health: health }) => [
    figure("Of all leads and contacts, Pardot knows", percent(health.coverage_pct), { href: route.href("full-survey") }),
    share("Leads", health.leads_with_pardot, health.total_leads),
    share("Contacts", health.contacts_with_pardot, health.total_contacts),
    h("p", { class: "small soft" }, `Counted by Salesforce ${ago(health.captured_at)}.`),
  ],
});

function share(label, known, all) {
  const part = all ? (100 * known) / all : null;
  return h(
    "div", { class: "share" },
    h("p", { class: "share-words" }, h("span", {}, label), h("span", { class: "number" }, h("strong", {}, part === null ? MISSING : percent(part)), h("span", { class: "soft" }, ` ${number(known)} of ${number(all)}`))),
    meter(part),
  );
}
