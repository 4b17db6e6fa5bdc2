/* Saved views: named addresses of the dashboard. The list has the user's views and the views that colleagues share. */

import { api, messageOf } from "../core/api.js";
import { h, hiddenText, icon } from "../core/dom.js";
import { route } from "../core/route.js";
import { changed } from "../core/shared.js";
import { actor } from "../people/actor.js";
import { copyButton } from "../ui/copy.js";
import { confirm } from "../ui/dialog.js";
import { formDialog, isEmpty } from "../ui/form.js";
import { button, chip } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

/** @typedef {Api["ViewOut"]} View */

/** @type {readonly Option[]} */
const TIMES = [
  ["change", "When its rows change"],
  ["monday", "Every Monday"],
];

/** True when a view or its mail was just changed. The list is then redrawn, and “Save this view” gets the focus. */
let isWritten = false;

/** @param {Api["ViewList"]} answer */
export function viewsSection({ views, no_mail }) {
  const mine = views.filter((view) => view.is_mine);
  const others = views.filter((view) => !view.is_mine);
  const save = button("Save this view", saveView, { kind: "compact", sign: "plus" });
  if (isWritten) requestAnimationFrame(() => save.focus());
  isWritten = false;
  return h(
    "section",
    { class: "work-part", "aria-label": "Saved views" },
    h("div", { class: "row" }, h("h3", {}, "Views"), h("span", { class: "push" }, save)),
    views.length === 0 &&
      h(
        "p",
        { class: "soft" },
        "No saved views yet. A view is a tab with its filters, search and order, under a name.",
      ),
    list(mine, no_mail),
    others.length > 0 && [h("h4", {}, "From colleagues"), list(others, no_mail)],
  );
}

/**
 * @param {readonly View[]} views
 * @param {string} noMail
 */
function list(views, noMail) {
  return (
    views.length > 0 &&
    h(
      "ul",
      { class: "plain-list work-list" },
      views.map((view) => line(view, noMail)),
    )
  );
}

/**
 * @param {View} view
 * @param {string} noMail
 */
function line(view, noMail) {
  return h(
    "li",
    { class: "work-line" },
    h(
      "span",
      { class: "work-what" },
      h("a", { href: addressOf(view) }, view.name),
      view.is_mine
        ? view.is_shared && [" ", chip("Shared", { sign: "people" })]
        : h("span", { class: "small soft" }, " by ", actor(view.created_by)),
      view.mailed && [" ", chip(view.mailed === "monday" ? "Mailed on Mondays" : "Mailed on change", { sign: "mail" })],
    ),
    h(
      "span",
      { class: "row-acts" },
      copyButton(
        location.origin + addressOf(view),
        `Copy the link to ${view.name}`,
        "Open the view, and copy the address from the browser's address bar.",
      ),
      view.can_be_mailed && act("mail", `Get ${view.name} by mail`, () => mailView(view, noMail)),
      view.is_mine && [
        act("pencil", `Rename or share ${view.name}`, () => changeView(view)),
        act("bin", `Delete ${view.name}`, () => deleteView(view)),
      ],
    ),
  );
}

/** @param {View} view */
const addressOf = ({ query }) => `/pardot/?${query}`;

/**
 * @param {string} sign
 * @param {string} label
 * @param {() => unknown} click
 */
function act(sign, label, click) {
  return h(
    "button",
    { type: "button", class: "icon-button", title: label, on: { click } },
    icon(sign),
    hiddenText(label),
  );
}

// -- actions ----------------------------------------------------------------------------------------------

async function saveView() {
  const query = new URLSearchParams(location.search);
  query.set("tab", route.tab());
  const view = await viewForm({
    title: "Save this view",
    yes: "Save view",
    submit: (values) => api.post("views", { name: values.name, is_shared: values.is_shared, query: String(query) }),
  });
  if (view) report(`“${view.name}” saved.`);
}

/** @param {View} view */
async function changeView(view) {
  const saved = await viewForm({
    title: "Rename or share the view",
    yes: "Save",
    view,
    submit: (_, changes) => (isEmpty(changes) ? view : api.patch(`views/${view.id}`, changes)),
  });
  if (saved) report(`“${saved.name}” saved.`);
}

/**
 * @param {View} view
 * @param {string} noMail
 */
async function mailView(view, noMail) {
  const saved = await formDialog({
    title: `“${view.name}” by mail`,
    intro: noMail
      ? `You get no messages now. ${noMail}`
      : "Your morning message gets a line with the number of rows, its change and the link.",
    fields: [
      {
        name: "when",
        label: "Mail it",
        type: "select",
        options: [["never", "Never"], ...TIMES],
        value: view.mailed ?? "never",
        required: true,
      },
    ],
    submit: ({ when }) => sendSubscription(view, /** @type {Api["MailTime"] | "never"} */ (when)),
  });
  if (saved) report(saved);
}

/**
 * Save the user's choice: mail the view when its rows change, every Monday, or never. Return the message to show.
 *
 * @param {View} view
 * @param {Api["MailTime"] | "never"} when
 */
async function sendSubscription(view, when) {
  if (when === "never") {
    await api.delete(`views/${view.id}/subscription`);
    return `“${view.name}” is not mailed to you.`;
  }
  await api.put(`views/${view.id}/subscription`, { when });
  const time = when === "monday" ? "every Monday" : "when its rows change";
  return `“${view.name}” is in your morning message ${time}.`;
}

/** @param {View} view */
async function deleteView(view) {
  const text = view.is_shared ? "It disappears for the whole team." : "The rows that it shows stay as they are.";
  if (!(await confirm({ title: `Delete “${view.name}”?`, text, yes: "Delete", danger: true }))) return;
  try {
    await api.delete(`views/${view.id}`);
    report(`“${view.name}” deleted.`);
  } catch (error) {
    toast(messageOf(error), { kind: "bad" });
    changed("views");
  }
}

/** @param {string} sentence */
function report(sentence) {
  toast(sentence, { about: "view" });
  isWritten = true;
  changed("views");
}

/** @param {{ title: string, yes: string, view?: View, submit: (values: any, changes: any) => Promise<View> | View }} options */
function viewForm({ view, ...options }) {
  return formDialog({
    ...options,
    fields: [
      { name: "name", label: "Name", required: true, maxlength: 100, value: view?.name },
      { name: "is_shared", label: "Share with the team", type: "checkbox", value: view?.is_shared ?? false },
    ],
  });
}
