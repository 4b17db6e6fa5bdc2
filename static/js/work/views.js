/* Saved views: addresses of the dashboard with a name, one's own and those that colleagues share. */

import { api, messageOf } from "../core/api.js";
import { h, hiddenText, icon } from "../core/dom.js";
import { route } from "../core/route.js";
import { changed } from "../core/shared.js";
import { copyButton } from "../ui/copy.js";
import { confirm } from "../ui/dialog.js";
import { formDialog } from "../ui/form.js";
import { button, chip } from "../ui/parts.js";
import { toast } from "../ui/toast.js";

/** @typedef {Api["ViewOut"]} View */

/** A view was just written: the list is drawn again, and the focus belongs to its button. */
let isWritten = false;

/** @param {readonly View[]} views */
export function viewsSection(views) {
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
    list(mine),
    others.length > 0 && [h("h4", {}, "From colleagues"), list(others)],
  );
}

/** @param {readonly View[]} views */
function list(views) {
  return views.length > 0 && h("ul", { class: "plain-list work-list" }, views.map(line));
}

/** @param {View} view */
function line(view) {
  return h(
    "li",
    { class: "work-line" },
    h(
      "span",
      { class: "work-what" },
      h("a", { href: addressOf(view) }, view.name),
      view.is_mine
        ? view.is_shared && [" ", chip("Shared", { sign: "people" })]
        : h("span", { class: "small soft" }, ` ${view.created_by}`),
    ),
    h(
      "span",
      { class: "row-acts" },
      copyButton(location.origin + addressOf(view), `Copy the link to ${view.name}`),
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

// -- what is done with them --------------------------------------------------------------------------------

async function saveView() {
  const query = new URLSearchParams(location.search);
  query.set("tab", route.tab());
  const made = await viewForm({
    title: "Save this view",
    yes: "Save view",
    submit: (values) => api.post("views", { name: values.name, is_shared: values.is_shared, query: String(query) }),
  });
  if (made) said(`“${made.name}” saved.`);
}

/** @param {View} view */
async function changeView(view) {
  const saved = await viewForm({
    title: "Rename or share the view",
    yes: "Save",
    view,
    submit: (values) => api.patch(`views/${view.id}`, values),
  });
  if (saved) said(`“${saved.name}” saved.`);
}

/** @param {View} view */
async function deleteView(view) {
  const text = view.is_shared ? "It disappears for the whole team." : "The rows that it shows stay as they are.";
  if (!(await confirm({ title: `Delete “${view.name}”?`, text, yes: "Delete", danger: true }))) return;
  try {
    await api.delete(`views/${view.id}`);
    said(`“${view.name}” deleted.`);
  } catch (error) {
    toast(messageOf(error), { kind: "bad" });
    changed("views");
  }
}

/** @param {string} sentence */
function said(sentence) {
  toast(sentence, { about: "view" });
  isWritten = true;
  changed("views");
}

/** @param {{ title: string, yes: string, view?: View, submit: (values: any) => Promise<View> }} options */
function viewForm({ view, ...options }) {
  return formDialog({
    ...options,
    fields: [
      { name: "name", label: "Name", required: true, maxlength: 100, value: view?.name },
      { name: "is_shared", label: "Share with the team", type: "checkbox", value: view?.is_shared ?? false },
    ],
  });
}
