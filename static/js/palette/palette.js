/* The palette: a combobox that finds assets, campaigns, issues, pages, drawers, saved views and actions. */

import { announce } from "../core/announce.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { freshId, h, icon, replace } from "../core/dom.js";
import { plural } from "../core/format.js";
import { released } from "../core/pressed.js";
import { route } from "../core/route.js";
import { openDialog } from "../ui/dialog.js";
import { assetEntry, loadEntries, matching, places } from "./entries.js";
import { recentEntries, remember } from "./recent.js";

const TYPING = 180;
const LEAST = 2;
const EACH = 5;

/** @param {string} text what the user typed before the palette was loaded */
export function openPalette(text) {
  return new Palette(text);
}

class Palette {
  /** @param {string} text */
  constructor(text) {
    this.id = freshId("palette");
    this.entries = places();
    /** @type {PaletteEntry[]} */
    this.results = [];
    /** @type {HTMLElement[]} */
    this.options = [];
    this.active = 0;
    /** True while the list does not match the typed text yet. */
    this.isBehind = false;
    /** True when Enter was pressed before the list matched the text. The first result is chosen when it arrives. */
    this.takesFirst = false;
    /** @type {AbortController | undefined} */
    this.request = undefined;
    this.timer = 0;
    this.input = this.makeInput();
    this.list = h("div", {
      role: "listbox",
      id: this.id,
      class: "palette-list",
      "aria-label": "Results",
      tabindex: "-1",
    });
    this.message = h("p", { class: "soft", hidden: true });
    this.dialog = openDialog({ title: "Search everything", body: [this.input, this.list, this.message] });
    this.dialog.element.classList.add("palette");
    this.dialog.closed.then(() => this.stop());
    this.input.focus();
    this.suggest();
    this.input.value = text;
    if (text) this.later();
    loadEntries().then((more) => this.add(more));
  }

  makeInput() {
    return h("input", {
      type: "text",
      role: "combobox",
      class: "palette-input",
      "aria-label": "Search assets, campaigns, issues, pages and actions",
      "aria-autocomplete": "list",
      "aria-controls": this.id,
      "aria-expanded": "true",
      autocomplete: "off",
      spellcheck: "false",
      maxlength: 100,
      placeholder: "A name, an ID, a page, an action…",
      on: { input: () => this.later(), keydown: (event) => this.onKey(event) },
    });
  }

  /** @param {readonly PaletteEntry[]} more */
  add(more) {
    if (!this.dialog.element.open) return;
    this.entries = [...this.entries, ...more];
    if (this.q()) this.search();
  }

  /** End the search, because the palette was closed. */
  stop() {
    clearTimeout(this.timer);
    this.request?.abort();
  }

  q() {
    return this.input.value.trim();
  }

  // -- results --------------------------------------------------------------------------------------------------

  later() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.isBehind = true;
    this.takesFirst = false;
    // The message is still about the earlier text.
    if (!this.message.hidden) this.message.textContent = "Searching…";
    if (!this.q()) this.suggest();
    else this.timer = setTimeout(() => this.search(), TYPING);
  }

  /** Without text, show the recent items, then tabs, drawers, other pages and actions. */
  suggest() {
    const recent = recentEntries().map((entry) => ({ ...entry, group: "Recent" }));
    this.show([...recent, ...places()]);
  }

  async search() {
    const q = this.q();
    const here = matching(this.entries, q);
    this.request?.abort();
    this.request = new AbortController();
    const { signal } = this.request;
    await released();
    if (signal.aborted) return undefined;
    if (q.length < LEAST) return this.show(here, "Type one more character to search assets.");
    try {
      const { found } = await api.get("search", { params: { q, limit: EACH }, signal });
      await released();
      if (!signal.aborted)
        this.show(
          [...here, ...found.map(assetEntry)],
          `Nothing matches “${q}”. Check the spelling, or use fewer words.`,
        );
    } catch (error) {
      await released();
      if (!signal.aborted && !isAbort(error)) this.show(here, messageOf(error));
    }
    return undefined;
  }

  /**
   * @param {PaletteEntry[]} results
   * @param {string} [sentence] shown when there are no results
   */
  show(results, sentence = "") {
    // More results for the same text must not move the choice that the user made with the arrow keys.
    const chosen = this.isBehind || this.active === 0 ? undefined : this.results[this.active];
    this.results = results;
    this.options = results.map((entry, index) => this.option(entry, index));
    replace(this.list, grouped(results, this.options));
    this.list.hidden = results.length === 0;
    this.message.hidden = results.length > 0;
    this.message.textContent = sentence;
    this.input.setAttribute("aria-expanded", String(results.length > 0));
    const again = chosen ? results.findIndex((entry) => isSame(entry, chosen)) : 0;
    this.point(Math.max(0, again));
    if (this.q()) announce(results.length ? `${plural(results.length, "result")}.` : sentence);
    this.isBehind = false;
    if (this.takesFirst) this.choose(0);
    this.takesFirst = false;
  }

  /**
   * @param {PaletteEntry} entry
   * @param {number} index
   */
  option({ label, hint, sign }, index) {
    return h(
      "div",
      {
        role: "option",
        id: `${this.id}-${index}`,
        class: "palette-option",
        "aria-selected": "false",
        on: {
          click: () => this.choose(index),
          pointermove: () => index !== this.active && this.point(index),
        },
      },
      icon(sign),
      h("span", { class: "palette-label" }, label),
      hint && h("span", { class: "palette-hint" }, hint),
    );
  }

  // -- keys and clicks -------------------------------------------------------------------------------------------

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step === undefined && event.key !== "Enter") return;
    event.preventDefault();
    if (step === undefined) this.enter();
    else this.move(step);
  }

  /** Enter may be pressed before the list matches the typed text. It must not choose an item of the old list. */
  enter() {
    if (!this.isBehind) return void this.choose(this.active);
    clearTimeout(this.timer);
    this.takesFirst = true;
    this.search();
    return undefined;
  }

  /** @param {number} step */
  move(step) {
    const last = this.options.length - 1;
    if (last < 0) return;
    const next = this.active + step;
    // The arrow keys wrap around at both ends of the list. The page keys stop there.
    const isOne = Math.abs(step) === 1;
    this.point(next > last ? (isOne ? 0 : last) : next < 0 ? (isOne ? last : 0) : next);
    this.options[this.active].scrollIntoView({ block: "nearest" });
  }

  /** @param {number} index */
  point(index) {
    this.options[this.active]?.setAttribute("aria-selected", "false");
    this.active = index;
    const option = this.options[index];
    option?.setAttribute("aria-selected", "true");
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {number} index */
  async choose(index) {
    const entry = this.results[index];
    if (!entry) return;
    if (entry.to) remember(entry);
    this.dialog.close();
    await this.dialog.closed;
    go(entry);
  }
}

/**
 * @param {PaletteEntry} one
 * @param {PaletteEntry} other
 */
function isSame(one, other) {
  return one.group === other.group && one.label === other.label && one.hint === other.hint;
}

/** @param {PaletteEntry} entry */
function go({ to, run }) {
  if (run) run();
  else if (typeof to === "string") follow(to);
  else route.set(to);
}

/**
 * Follow the item like a link. A link inside the dashboard does not reload the page (core/route.js).
 *
 * @param {string} href
 */
function follow(href) {
  const link = h("a", { href, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
}

/**
 * @param {readonly PaletteEntry[]} entries
 * @param {readonly HTMLElement[]} options
 */
function grouped(entries, options) {
  const names = [...new Set(entries.map(({ group }) => group))];
  return names.map((name) => {
    const id = freshId("palette-group");
    return h(
      "div",
      { role: "group", "aria-labelledby": id },
      h("div", { id, class: "palette-group", role: "presentation" }, name),
      options.filter((_, index) => entries[index].group === name),
    );
  });
}
