/* Ask which team member the user is, and link this member to the user's account. */

import { ApiError, messageOf } from "../core/api.js";
import { freshId, h, icon } from "../core/dom.js";
import { disabledDuring } from "../core/focus.js";
import { changed } from "../core/shared.js";
import { button } from "../ui/parts.js";
import { toast } from "../ui/toast.js";
import { TEAM, writeTeam } from "./write-team.js";

/** @typedef {Api["ConfigTeamMember"]} Member */

/**
 * Return the question, or a link to the settings when every member is linked to an account. why: a sentence that gives
 * the reason for the question.
 *
 * @param {Api["PardotConfig"]} config
 * @param {string} why
 */
export function whoAmI({ team, account }, why) {
  const free = team.filter((member) => member.accounts_uuid === null);
  return h(
    "div",
    { class: "banner who-am-i" },
    icon("person"),
    free.length ? choice(free, account, why) : settings(why),
  );
}

/** @param {string} why */
function settings(why) {
  const link = h("a", { href: "/pardot/admin-settings/#team" }, "Add yourself to the team");
  return h("span", {}, link, `, then choose “This is me” here. ${why}`);
}

/**
 * @param {readonly Member[]} free
 * @param {string} account
 * @param {string} why
 */
function choice(free, account, why) {
  const id = freshId("me");
  const options = free.map((member) => h("option", { value: String(member.id) }, member.name));
  const select = h("select", { id }, options);
  const me = button("This is me", () => claim(free[select.selectedIndex], account, me), { kind: "compact primary" });
  return h(
    "div",
    { class: "stack" },
    h("p", {}, h("label", { for: id }, "Who are you on the team?"), ` ${why}`),
    h("p", { class: "row" }, select, me),
  );
}

/**
 * @param {Member} member
 * @param {string} account
 * @param {HTMLButtonElement} pressed
 */
async function claim({ id, name }, account, pressed) {
  /** @param {Api["MemberOut"][]} team */
  const withAccount = (team) => {
    const now = team.find((one) => one.id === id);
    if (!now || now.accounts_uuid !== null)
      throw new ApiError(409, `${name} was changed or removed meanwhile. Reload the page, then choose again.`);
    return team.map((one) => (one.id === id ? { ...one, accounts_uuid: account } : one));
  };
  try {
    await disabledDuring(pressed, () => writeTeam(withAccount));
    toast(`You are ${name} on the team.`, { about: "team" });
  } catch (error) {
    toast(messageOf(error), { kind: "bad" });
  }
  changed(TEAM, "config", "tasks", "issues", "my-work", "views");
}
