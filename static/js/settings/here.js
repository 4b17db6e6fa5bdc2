/* In the navigation beside the settings, mark the section that is being read. */

import { findAll } from "../core/dom.js";

/**
 * The section that is being read is the last one that begins above this share of the window's height. At the end of the
 * page, it is the last section of all.
 */
const SHARE = 1 / 3;

/** @param {HTMLElement} nav */
export function followReader(nav) {
  const links = /** @type {HTMLAnchorElement[]} */ (findAll(nav, "a"));
  const mark = () => {
    const begun = links.filter((link) => hasBegun(link.hash.slice(1)));
    const isAtEnd = scrollY > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 1;
    const here = isAtEnd ? links.at(-1) : begun.at(-1);
    for (const link of links) {
      if (link === here) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  };
  addEventListener("scroll", mark, { passive: true });
  mark();
}

/** @param {string} id of a section, which may not be there yet */
function hasBegun(id) {
  const top = document.getElementById(id)?.getBoundingClientRect().top;
  return top !== undefined && top < innerHeight * SHARE;
}
