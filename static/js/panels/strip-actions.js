/* Buttons for the user's work and the task board, and buttons that copy the digest and the progress report. */

import { api, messageOf } from "../core/api.js";
import { h, icon } from "../core/dom.js";
import { disabledDuring } from "../core/focus.js";
import { number } from "../core/format.js";
import { openOverlay } from "../core/open-overlay.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { copyText } from "../ui/copy.js";
import { openDialog } from "../ui/dialog.js";
import { button } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

const REPORT = { href: "/pardot/progress/", text: "One-page report" };

export default panel({
  lines: 1,
  quiet: true,
  uses: ["tasks"],
  load: () => shared("tasks", { status: "open", limit: 1 }).catch(() => ({ count: null })),
  render: ({ count }) => [
    button("My work", () => openOverlay("my-work"), { kind: "compact", sign: "person" }),
    h(
      "button",
      { type: "button", class: "button compact", on: { click: () => openOverlay("tasks") } },
      icon("tasks"),
      "Tasks",
      count !== null && h("span", { class: "chip accent" }, number(count)),
    ),
    copyTextButton("Digest", "digest", "The morning digest"),
    copyTextButton("Progress", "progress", "The progress report"),
  ],
});

/**
 * @param {string} text
 * @param {"digest" | "progress"} path
 * @param {string} title
 */
function copyTextButton(text, path, title) {
  /** @param {{ currentTarget: HTMLButtonElement }} event */
  const click = async (event) => {
    try {
      const { text: content } = await disabledDuring(event.currentTarget, () => api.get(path));
      await give(title, content, path === "progress" ? REPORT : undefined);
    } catch (error) {
      toast(messageOf(error), { kind: "bad" });
    }
  };
  return h(
    "button",
    {
      type: "button",
      class: "button compact quiet",
      title: `${title}: copy it to paste into a chat or an email`,
      "aria-label": `Copy ${title.toLowerCase()}`,
      on: { click },
    },
    icon("copy"),
    text,
  );
}

/**
 * Copy the text to the clipboard, and show it in a dialog.
 *
 * @param {string} title
 * @param {string} text
 * @param {{ href: string, text: string }} [more]
 */
async function give(title, text, more) {
  const shown = h("pre", { class: "report-text", tabindex: "0", "aria-label": title }, text);
  openDialog({
    title,
    wide: true,
    body: shown,
    actions: [
      more && h("a", { class: "button", href: more.href }, icon("page"), more.text),
      button("Copy again", () => copyText(text), { sign: "copy" }),
    ],
  });
  await copyText(text, { message: "Copied. Paste it into a chat or an email." });
}
