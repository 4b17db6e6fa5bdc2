/* The share of Salesforce's leads and contacts that are in Pardot. */

import { optional } from "../core/api.js";
import { h } from "../core/dom.js";
import { ago, MISSING, number, percent } from "../core/format.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { figure, meter, outward } from "../ui/parts.js";

export default panel({
  lines: 4,
  load: () => Promise.all([shared("briefing"), optional(shared("config"))]),
  noData: ([{ sf_health: health }]) => health.captured_at === null,
  render: ([{ sf_health: health }, config]) => [
    figure("Salesforce people in Pardot", percent(health.coverage_pct)),
    share("Leads", listOf(config?.sf_instance_url ?? null, "Lead"), health.leads_with_pardot, health.total_leads),
    share(
      "Contacts",
      listOf(config?.sf_instance_url ?? null, "Contact"),
      health.contacts_with_pardot,
      health.total_contacts,
    ),
    h("p", { class: "small soft" }, `Counted by Salesforce ${ago(health.captured_at)}.`),
  ],
});

/**
 * Return the address of an object's list in Salesforce; null when the org's address is unknown.
 *
 * @param {string | null} base
 * @param {string} object
 */
function listOf(base, object) {
  return base && `${base}/lightning/o/${object}/list`;
}

/**
 * @param {string} label
 * @param {string | null} href
 * @param {number | null} known
 * @param {number | null} all
 */
function share(label, href, known, all) {
  const part = all && known !== null ? (100 * known) / all : null;
  return h(
    "div",
    { class: "coverage-share" },
    h(
      "p",
      { class: "coverage-words" },
      h("span", {}, outward(label, href) ?? label),
      h(
        "span",
        { class: "number" },
        h("strong", {}, part === null ? MISSING : percent(part)),
        h("span", { class: "soft" }, ` ${number(known)} of ${number(all)}`),
      ),
    ),
    meter(part),
  );
}
