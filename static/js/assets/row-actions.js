/* What can be done about one asset: a task, an exemption. */

import { ApiError, api, messageOf } from "../core/api.js";
import { inMonths, today } from "../core/days.js";
import { focusOn, h, hiddenText, icon } from "../core/dom.js";
import { day } from "../core/format.js";
import { changed } from "../core/shared.js";
import { makeAssetTask } from "../tasks/make-task.js";
import { formDialog } from "../ui/form.js";
import { toast } from "../ui/toast.js";
import { flagWords, nameOf } from "./words.js";

const REASONS = [
  "Used again later (seasonal)",
  "Only a test, or internal",
  "Kept for the record",
  "Replaced, will be deleted",
  "Right as it is",
];
const OTHER = "-";

/**
 * A column of buttons. summary: of the type's audit.
 *
 * @param {Api["AreaSummary"]} summary
 * @returns {Column<Asset>}
 */
export function actionsColumn(summary) {
  return {
    key: "actions",
    label: "Actions",
    sort: false,
    search: false,
    csv: false,
    end: true,
    className: "tight",
    value: () => "",
    show: (row) => rowActions(summary, row),
  };
}

/**
 * @param {Api["AreaSummary"]} summary
 * @param {Asset} row
 */
function rowActions(summary, row) {
  const name = nameOf(row);
  const canBeExempt = Object.keys(summary.issues).length > 0;
  return h(
    "span",
    { class: "row-actions", data: { asset: `${summary.area}-${row.id}` } },
    action("tasks", "Make a task", name, () => makeAssetTask(summary.area, row)),
    canBeExempt && action("shield", "Exempt from an issue", name, () => makeExemption(summary, row)),
  );
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
 * The same button as before, after the rows were made anew.
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
 * A dialog that takes one asset out of the count of an issue.
 *
 * @param {Api["AreaSummary"]} summary
 * @param {Asset} row
 */
async function makeExemption({ area, issues }, row) {
  const had = Object.keys(issues).filter((flag) => row.flags.includes(flag) && !row.exempt.includes(flag));
  const flags = had.length ? had : Object.keys(issues);
  const made = await formDialog({
    title: "Exempt from an issue",
    intro: `“${nameOf(row)}” stays listed, and no longer counts against the score.`,
    yes: "Exempt",
    fields: [
      {
        name: "issue",
        label: "Issue",
        type: "select",
        required: true,
        options: flags.map((flag) => [issues[flag], flagWords(flag).label]),
        value: issues[flags[0]],
      },
      {
        name: "reason",
        label: "Reason",
        type: "select",
        required: true,
        options: [
          ["", "Choose…"],
          ...REASONS.map((reason) => /** @type {Option} */ ([reason, reason])),
          [OTHER, "Other"],
        ],
        hint: "Your reason will be shown in the list.",
      },
      { name: "details", label: "Details", type: "textarea", maxlength: 1900 },
      {
        name: "until",
        label: "Ends on",
        type: "date",
        value: inMonths(await today(), 6),
        hint: "Leave empty for no end.",
      },
    ],
    submit: ({ details, ...values }) => {
      const reason = [values.reason === OTHER ? "" : values.reason, details].filter(Boolean).join(": ");
      const message = "Enter a reason.";
      if (!reason) throw new ApiError(422, message, { errors: [{ loc: ["body", "details"], message }] });
      return api.post("exemptions", { ...values, reason, asset_type: area, asset_id: row.id });
    },
  });
  if (!made) return;
  tellExempt(made, nameOf(row));
  changed("exemptions", "issues");
}

/**
 * @param {{ id: number, until: string | null }} made
 * @param {string} name
 */
function tellExempt({ id, until }, name) {
  const undo = async () => {
    try {
      await api.delete(`exemptions/${id}`);
    } catch (error) {
      toast(messageOf(error), { kind: "bad" });
    }
    changed("exemptions", "issues");
  };
  const end = until ? `until ${day(until)}` : "(no end date)";
  toast(`“${name}” exempt ${end}.`, { about: "exemption", action: { label: "Undo", run: undo } });
}
