/* The form that exempts assets from an issue, and the message after it. */

import { ApiError, messageOf } from "../core/api.js";
import { inMonths, today } from "../core/days.js";
import { day } from "../core/format.js";
import { changed } from "../core/shared.js";
import { formDialog } from "../ui/form.js";
import { toast } from "../ui/toast.js";

const REASONS = [
  "Seasonal: will be used again",
  "Only a test, or internal",
  "Kept as a record",
  "Replaced, to be deleted",
  "Right as it is",
];
const OTHER = "-";

/** @typedef {{ issue: string, reason: string, until: string | null }} ExemptionValues */

/**
 * Return the result of `submit(values)`, or undefined when the dialog was closed. issues: the options; the first option
 * is selected.
 *
 * @template Made
 * @param {{ intro: string, issues: readonly Option[], submit(values: ExemptionValues): Promise<Made> }} options
 */
export async function exemptionForm({ intro, issues, submit }) {
  return formDialog({
    title: "Exempt from an issue",
    intro,
    yes: "Exempt",
    fields: [
      { name: "issue", label: "Issue", type: "select", required: true, options: issues, value: issues[0][0] },
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
        hint: "The list of exemptions shows your reason.",
      },
      { name: "details", label: "Details", type: "textarea", maxlength: 1900 },
      {
        name: "until",
        label: "Ends on",
        type: "date",
        value: inMonths(await today(), 6),
        hint: "Leave empty for no end date.",
      },
    ],
    submit: ({ details, ...values }) => {
      const reason = [values.reason === OTHER ? "" : values.reason, details].filter(Boolean).join(": ");
      const message = "Enter a reason.";
      if (!reason) throw new ApiError(422, message, { errors: [{ loc: ["body", "details"], message }] });
      return submit({ ...values, reason });
    },
  });
}

/**
 * Say that assets are exempt. what: the assets, such as "“Contact us”" or "38 forms". takeBack: the request that removes
 * the exemptions.
 *
 * @param {string} what
 * @param {string | null} until
 * @param {() => Promise<unknown>} takeBack
 */
export function tellExempt(what, until, takeBack) {
  changed("exemptions", "issues");
  const undo = async () => {
    try {
      await takeBack();
    } catch (error) {
      toast(messageOf(error), { kind: "bad" });
    }
    changed("exemptions", "issues");
  };
  const end = until ? `until ${day(until)}` : "(no end date)";
  toast(`${what} exempt ${end}.`, { about: "exemption", action: { label: "Undo", run: undo } });
}
