/* The actions for one asset: create a task for it, exempt it, open it in Pardot. */

import { api } from "../core/api.js";
import { focusOn, h, hiddenText, icon } from "../core/dom.js";
import { makeAssetTask } from "../tasks/make-task.js";
import { exemptionForm, tellExempt } from "./exemption-form.js";
import { flagWords, nameOfAsset } from "./words.js";

/**
 * Return the column with each asset's buttons. summary: the summary of the audit of these assets.
 *
 * @param {Api["AreaSummary"]} summary
 * @param {Pages} pages
 * @returns {Column<Asset>}
 */
export function actionsColumn(summary, pages) {
  return {
    key: "actions",
    label: "Actions",
    sort: false,
    search: false,
    csv: false,
    end: true,
    className: "tight",
    value: () => "",
    show: (row) => rowActions(summary, row, pages),
  };
}

/**
 * @param {Api["AreaSummary"]} summary
 * @param {Asset} row
 * @param {Pages} pages
 */
function rowActions(summary, row, pages) {
  const name = nameOfAsset(row);
  const canBeExempt = Object.keys(summary.issues).length > 0;
  return h(
    "span",
    { class: "row-actions", data: { asset: `${summary.area}-${row.id}` } },
    action("tasks", "Create a task", name, () => makeAssetTask(summary.area, row)),
    canBeExempt && action("shield", "Exempt from an issue", name, () => makeExemption(summary, row)),
    inPardot(pages.pardot(summary.area, row.id), name),
  );
}

/**
 * @param {string | null} href
 * @param {string} name
 */
function inPardot(href, name) {
  if (!href) return null;
  const attributes = { href, target: "_blank", rel: "noopener", title: "Open in Pardot, in a new tab" };
  return h("a", { class: "icon-button small", ...attributes }, icon("out"), hiddenText(`Open in Pardot: ${name}`));
}

/**
 * @param {string} sign
 * @param {string} label
 * @param {string} name
 * @param {() => unknown} run
 */
function action(sign, label, name, run) {
  return h(
    "button",
    { type: "button", class: "icon-button small", title: label, data: { action: sign }, on: { click: run } },
    icon(sign),
    hiddenText(`${label}: ${name}`),
  );
}

/**
 * Return a function to call after the rows were redrawn. It focuses the row button that had the focus before.
 *
 * @param {Element} root
 */
export function keepFocus(root) {
  const button = document.activeElement;
  const row = button?.closest("[data-asset]");
  if (!(button instanceof HTMLElement && row instanceof HTMLElement) || !root.contains(button)) return () => {};
  const { asset } = row.dataset;
  const { action: sign } = button.dataset;
  return () => focusOn(root.querySelector(`[data-asset="${asset}"] [data-action="${sign}"]`));
}

/**
 * Ask for a reason and exempt one asset from an issue.
 *
 * @param {Api["AreaSummary"]} summary
 * @param {Asset} row
 */
export async function makeExemption({ area, issues }, row) {
  const open = Object.keys(issues).filter((flag) => row.flags.includes(flag) && !row.exempt.includes(flag));
  const flags = open.length ? open : Object.keys(issues);
  const exemption = await exemptionForm({
    intro: `“${nameOfAsset(row)}” stays listed, but the issue below no longer counts for it.`,
    issues: flags.map((flag) => [issues[flag], flagWords(flag).label]),
    submit: (values) => api.post("exemptions", { ...values, asset_type: area, asset_id: row.id }),
  });
  if (exemption) tellExempt(`“${nameOfAsset(row)}”`, exemption.until, () => api.delete(`exemptions/${exemption.id}`));
}
