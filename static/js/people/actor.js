/* Name the person who did something. The server stores a name, or the account's UUID when it knew no name. */

import { h } from "../core/dom.js";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Return the name as text, or “an unknown person” when no name is known.
 *
 * @param {Maybe<string>} by
 */
export function actorText(by) {
  return by && !UUID.test(by) ? by : "an unknown person";
}

/**
 * Return the name, or “an unknown person”, with the account's UUID on hover if it is known.
 *
 * @param {Maybe<string>} by
 * @returns {Child}
 */
export function actor(by) {
  return by && UUID.test(by) ? h("span", { title: `Account ${by}` }, actorText(by)) : actorText(by);
}
