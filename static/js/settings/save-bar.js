/* Show a bar at the foot of the page while changes are unsaved. The browser then asks before users leave the page. */

import { ApiError, messageOf } from "../core/api.js";
import { announce } from "../core/announce.js";
import { find, h, icon, replace } from "../core/dom.js";
import { joinNames } from "../core/names.js";
import { toast } from "../ui/toast.js";
import { saveAll } from "./drafts.js";
import { SettingsPreview } from "./preview.js";

/**
 * Return { element, update() }. titles: the issues' titles by key. done(): called when at least one draft was saved.
 *
 * @param {readonly Draft[]} drafts
 * @param {{ signal: AbortSignal, titles: Record<string, string>, done: () => void }} options
 */
export function saveBar(drafts, { signal, titles, done }) {
  const preview = new SettingsPreview(drafts, { signal, titles, save: run });
  const text = h("p", {});
  const discard = h("button", { type: "button", class: "button", on: { click: () => discardAll() } }, "Discard");
  const save = h("button", { type: "button", class: "button primary", on: { click: () => run() } }, "Save changes");
  const element = h(
    "div",
    { class: "save-bar", role: "region", "aria-label": "Unsaved changes", hidden: true },
    icon("pencil"),
    text,
    h("span", { class: "row push" }, discard, save),
    preview.element,
  );
  let saving = false;
  let refusal = "";
  /** The message after saving. The next save removes it, because it may not be true any more. @type {Element | undefined} */
  let message;

  function update() {
    const unsaved = drafts.filter((one) => one.isUnsaved);
    if (unsaved.length === 0) refusal = "";
    element.hidden = unsaved.length === 0 && !saving;
    element.classList.toggle("bad", Boolean(refusal));
    replace(
      text,
      h("strong", {}, saving ? "Saving… " : "Not saved: "),
      joinNames(unsaved.map((one) => one.entry.title)),
      refusal && `. ${refusal}`,
    );
    preview.update();
  }

  function discardAll() {
    refusal = "";
    for (const draft of drafts) if (draft.isUnsaved) draft.discard();
    find(document, "#main").focus({ preventScroll: true });
    update();
    announce("Changes discarded.");
  }

  async function run() {
    if (saving) return;
    saving = true;
    refusal = "";
    message?.remove();
    save.disabled = discard.disabled = true;
    update();
    try {
      report(await saveAll(drafts));
    } finally {
      saving = false;
      save.disabled = discard.disabled = false;
      update();
    }
  }

  /** @param {Awaited<ReturnType<typeof saveAll>>} outcome */
  function report({ saved, failed }) {
    if (saved.length) {
      done();
      message = toast(`Saved: ${joinNames(saved.map((one) => one.entry.title))}.`);
    }
    for (const [draft, error] of failed) draft.mark(error);
    if (failed.length === 0) return;
    const [draft, error] = failed[0];
    refusal = error instanceof ApiError && error.status === 422 ? "Fix the highlighted fields." : messageOf(error);
    announce(`Not saved: ${joinNames(failed.map(([one]) => one.entry.title))}. ${refusal}`);
    const marked = draft.firstMarked();
    marked?.closest("details")?.setAttribute("open", "");
    (marked ?? draft.problem).focus();
    if (!marked) draft.problem.scrollIntoView({ block: "center" });
  }

  addEventListener("beforeunload", (event) => drafts.some((one) => one.isUnsaved) && event.preventDefault(), {
    signal,
  });
  return { element, update };
}
