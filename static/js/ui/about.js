/* A button "?" beside a term. It opens the definition of the term in a dialog. */

import { messageOf } from "../core/api.js";
import { h, hiddenText } from "../core/dom.js";
import { openDialog } from "./dialog.js";
import { toast } from "./toast.js";

/** @typedef {string | (() => Promise<Child> | Child)} Definition */

/**
 * @param {string} term
 * @param {Definition} definition
 */
export function about(term, definition) {
  const click = async () => {
    try {
      const body = typeof definition === "string" ? h("p", {}, definition) : await definition();
      openDialog({ title: term, body });
    } catch (error) {
      toast(messageOf(error), { kind: "bad" });
    }
  };
  const attributes = { type: "button", class: "about-button", title: "Definition", "aria-haspopup": "dialog" };
  const sign = h("span", { "aria-hidden": "true" }, "?");
  return h("button", { ...attributes, on: { click } }, sign, hiddenText(`Definition: ${term}`));
}
