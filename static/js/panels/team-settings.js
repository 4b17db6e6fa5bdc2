/* Edit the team members and their areas. Each change is saved at once. */

import { ApiError, api, messageOf } from "../core/api.js";
import { focusOn, h, hiddenText, icon } from "../core/dom.js";
import { plural } from "../core/format.js";
import { joinNames } from "../core/names.js";
import { panel } from "../core/panel.js";
import { changed, shared } from "../core/shared.js";
import { TEAM, writeTeam } from "../people/write-team.js";
import { askForMine, collides, mergeMine, mergeTheirs } from "../settings/drafts.js";
import { confirm } from "../ui/dialog.js";
import { formDialog } from "../ui/form.js";
import { button, chip } from "../ui/parts.js";
import { empty } from "../ui/states.js";
import { toast } from "../ui/toast.js";

/** @typedef {import("../people/write-team.js").Member} Member */
/** @typedef {import("../people/write-team.js").Changed} Changed */

const UUID = "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

export default panel({
  lines: 5,
  uses: [TEAM],
  load: async ({ signal }) => ({ team: (await api.get(TEAM, { signal })).team, areas: (await shared("config")).areas }),
  render: ({ team, areas }, { element }) => {
    focusAgain(element);
    const add = button("Add a member", () => edit(null, areas), { kind: "primary", sign: "plus" });
    if (team.length === 0)
      return empty("Add the team and the areas of each member. Issues then show their owners, who get the tasks.", {
        title: "No team members yet",
        sign: "person",
        action: add,
      });
    return [
      h(
        "ol",
        { class: "crew" },
        team.map((member, place) => row(member, place, team, areas)),
      ),
      unowned(team, areas),
      h("p", {}, add),
    ];
  },
});

/**
 * @param {Member} member
 * @param {number} place
 * @param {readonly Member[]} team
 * @param {readonly Api["ConfigArea"][]} areas
 */
function row(member, place, team, areas) {
  const labels = member.areas.map((area) => areas.find((one) => one.area === area)?.label ?? area);
  return h(
    "li",
    { class: "crew-member", data: { member: member.id } },
    h("span", { class: "crew-sign", "aria-hidden": "true" }, initials(member)),
    h(
      "div",
      { class: "crew-who" },
      h("h3", {}, member.name),
      h(
        "p",
        { class: "small soft" },
        [member.role, member.label && `“${member.label}”`].filter(Boolean).join(" · ") || "No role",
      ),
    ),
    h(
      "div",
      { class: "chips" },
      labels.length ? labels.map((label) => chip(label)) : h("span", { class: "small soft" }, "Owns nothing yet"),
    ),
    h(
      "div",
      { class: "crew-state small soft" },
      h("span", {}, plural(member.open_tasks, "open task")),
      h("span", {}, member.accounts_uuid ? [icon("check"), "Linked to a sign-in"] : "Not linked to a sign-in"),
    ),
    h(
      "div",
      { class: "crew-actions" },
      move(member, place, team, -1),
      move(member, place, team, 1),
      tool("pencil", "Edit", member, () => edit(member, areas)),
      tool("bin", "Remove", member, () => remove(member)),
    ),
  );
}

/**
 * Return the first letters of the first and last word, or the first two letters of a single word. No character is cut
 * in two, such as 🏕, whose length is 2.
 *
 * @param {Pick<Member, "name" | "label">} member
 */
export function initials({ name, label }) {
  const words = (label || name)
    .trim()
    .split(/\s+/)
    .map((word) => [...word]);
  const letters = words.length > 1 ? [words[0][0], words[words.length - 1][0]] : words[0].slice(0, 2);
  return letters.join("").toUpperCase();
}

/**
 * @param {string} sign
 * @param {string} label
 * @param {Member} member
 * @param {() => unknown} click
 */
function tool(sign, label, { name }, click) {
  return h(
    "button",
    { type: "button", class: "icon-button", title: label, data: { tool: label }, on: { click } },
    icon(sign),
    hiddenText(`${label}: ${name}`),
  );
}

/**
 * @param {Member} member
 * @param {number} place
 * @param {readonly Member[]} team
 * @param {number} step
 */
function move(member, place, team, step) {
  const label = step < 0 ? "Move up" : "Move down";
  const element = tool(step < 0 ? "up" : "down", label, member, () =>
    save((now) => swap(now, member.id, step), { tool: label, member: member.id }),
  );
  element.disabled = place + step < 0 || place + step >= team.length;
  return element;
}

/**
 * @param {Member[]} team
 * @param {number} id
 * @param {number} step
 */
function swap(team, id, step) {
  const at = team.findIndex((one) => one.id === id);
  const to = at + step;
  if (at < 0 || to < 0 || to >= team.length) return team;
  const next = [...team];
  [next[at], next[to]] = [next[to], next[at]];
  return next;
}

/**
 * @param {readonly Member[]} team
 * @param {readonly Api["ConfigArea"][]} areas
 */
function unowned(team, areas) {
  const names = areas
    .filter(({ area }) => !team.some((member) => member.areas.includes(area)))
    .map(({ label }) => label);
  if (names.length === 0) return null;
  return h(
    "p",
    { class: "banner warn" },
    icon("warning"),
    h("span", {}, h("strong", {}, "Nobody owns "), `${joinNames(names, 8)}.`),
  );
}

// -- writing ---------------------------------------------------------------------------------------------------------

/** @type {{ member: number | null, tool?: string } | null} */
let returnTo = null;

/**
 * @param {(team: Member[]) => Changed[]} change
 * @param {{ member: number | null, tool?: string }} focus
 */
async function save(change, focus) {
  try {
    await writeTeam(change);
  } catch (error) {
    toast(messageOf(error), { kind: "bad" });
    return false;
  }
  returnTo = focus;
  changed(TEAM, "config", "tasks", "issues");
  return true;
}

/**
 * After the list was redrawn, focus the button in `returnTo`. If it is disabled now, focus “Edit” of the same member.
 * If the member was removed, focus the first button.
 *
 * @param {HTMLElement} element
 */
function focusAgain(element) {
  const target = returnTo;
  returnTo = null;
  if (!target) return;
  requestAnimationFrame(() => {
    const line = element.querySelector(`[data-member="${target.member}"]`);
    const again =
      line?.querySelector(`[data-tool="${target.tool}"]:enabled`) ?? line?.querySelector('[data-tool="Edit"]');
    focusOn(again ?? element.querySelector("button"));
  });
}

/**
 * @param {Member | null} member
 * @param {readonly Api["ConfigArea"][]} areas
 */
async function edit(member, areas) {
  /** @type {FormField[]} */
  const fields = [
    { name: "name", label: "Name", required: true, maxlength: 100, value: member?.name ?? "" },
    { name: "role", label: "Role", maxlength: 100, value: member?.role ?? "" },
    {
      name: "areas",
      label: "Owns",
      type: "choices",
      value: member?.areas ?? [],
      options: areas.map(({ area, label }) => [area, label]),
    },
    { name: "label", label: "Short name", maxlength: 40, value: member?.label ?? "" },
    {
      name: "accounts_uuid",
      label: "OpenStax account",
      maxlength: 36,
      pattern: UUID,
      value: member?.accounts_uuid ?? "",
      hint: "The account's UUID. “This is me” in My work fills it in.",
    },
    {
      name: "email",
      label: "Email",
      maxlength: 254,
      value: member?.email ?? "",
      hint: "For a message each working day about the member's areas and tasks.",
    },
    { name: "gets_messages", label: "Gets messages", type: "checkbox", value: member?.gets_messages ?? true },
  ];
  const saved = await formDialog({
    title: member ? `Edit ${member.name}` : "Add a member",
    fields,
    submit: async (values) => {
      const entries = { ...values, role: values.role ?? "", label: values.label ?? "", email: values.email ?? "" };
      const replace = member && (await replaceMember(member, entries, fields, areas));
      const team = await writeTeam((now) => (replace ? replace(now) : [...now, entries]));
      return team.find(({ id, name }) => (member ? id === member.id : name === values.name)) ?? team.at(-1);
    },
  });
  if (!saved) return;
  toast(member ? `Saved: ${saved.name}.` : `${saved.name} is on the team.`);
  returnTo = { member: saved.id, tool: "Edit" };
  changed(TEAM, "config", "tasks", "issues");
}

/**
 * Return a function that makes the user's changes to a member in the team. If another user has meanwhile changed the
 * same field to another value, ask which change to keep.
 *
 * @param {Member} member as it was when the form was opened
 * @param {Omit<Changed, "open_tasks">} entries
 * @param {readonly FormField[]} fields
 * @param {readonly Api["ConfigArea"][]} areas
 * @returns {Promise<(team: Member[]) => Changed[]>}
 */
async function replaceMember(member, entries, fields, areas) {
  /** @param {Member} one */
  const inOrder = (one) => ({
    ...one,
    areas: areas.map(({ area }) => area).filter((area) => one.areas.includes(area)),
  });
  const before = inOrder(member);
  const there = (await api.get(TEAM, { waits: true })).team.find(({ id }) => id === member.id);
  const mine = !there || (await isMineKept(inOrder(there), before, entries, fields));
  const merge = mine ? mergeMine : mergeTheirs;
  return (team) => {
    if (!team.some(({ id }) => id === member.id))
      throw new ApiError(404, `${member.name} is no longer on the team. Close this form and reload the page.`);
    return team.map((one) => (one.id === member.id ? { ...one, ...merge(inOrder(one), before, entries) } : one));
  };
}

/**
 * @param {Record<string, Held>} now
 * @param {Record<string, Held>} before
 * @param {Record<string, Held>} entries
 * @param {readonly FormField[]} fields
 */
async function isMineKept(now, before, entries, fields) {
  const clashing = fields.filter(({ name }) => collides(now[name], before[name], entries[name]));
  if (clashing.length === 0) return true;
  const labels = clashing.map(({ label }) => `“${label}”`);
  const [{ name }] = clashing;
  const only = clashing.length === 1;
  return askForMine(
    { updated_by: null, updated_at: null },
    {
      what: `${joinNames(labels, 3)} of ${before.name}`,
      theirs: only ? now[name] || null : null,
      mine: only ? entries[name] || null : null,
    },
  );
}

/** @param {Member} member */
async function remove(member) {
  const tasks = member.open_tasks;
  const warning = tasks
    ? `${plural(tasks, "open task", "open tasks")} of ${member.name} will be unassigned. `
    : `${member.name} has no open tasks. `;
  const owned = member.areas.length ? "Areas that nobody else owns will have no owner." : "";
  if (!(await confirm({ title: `Remove ${member.name}?`, text: warning + owned, yes: "Remove", danger: true }))) return;
  if (await save((now) => now.filter(({ id }) => id !== member.id), { member: null }))
    toast(`${member.name} is no longer on the team.`);
}
