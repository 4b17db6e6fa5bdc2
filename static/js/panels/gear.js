/* A drawer for each type of asset without a tab of its own, and the audit table of the open drawer. */

import { api } from "../core/api.js";
import { focusOn, h, icon, replace } from "../core/dom.js";
import { number, plural } from "../core/format.js";
import { panel } from "../core/panel.js";
import { route } from "../core/route.js";
import { onChanged } from "../core/shared.js";
import { tones } from "../core/tones.js";
import { auditTable } from "../assets/audit-table.js";
import { ownersByArea } from "../assets/csv-columns.js";
import { countChips } from "../assets/flags.js";
import { pages } from "../assets/links.js";
import { sinceOptions } from "../assets/since.js";
import { CONTENT, TYPES } from "../assets/words.js";
import { chip, meter } from "../ui/parts.js";

/** @typedef {{ health: Record<string, Api["AreaSummary"]>, scores: Record<string, number | null> }} Inventory */

const DRAWERS = [...CONTENT, "lists"];
const ELSEWHERE = ["campaigns", "tags"];

export default panel({
  lines: 6,
  load: async ({ signal }) => ({
    ...(await inventory(signal)),
    pages: await pages(),
    since: await sinceOptions(),
    owners: await ownersByArea(),
    toneOf: await tones(),
  }),
  noData: ({ health }) => Object.values(health).every((summary) => summary.items === null),
  render: (data, { signal, reload }) => new Locker(data, signal, reload).content(),
});

/**
 * @param {AbortSignal} signal
 * @returns {Promise<Inventory>}
 */
async function inventory(signal) {
  const [{ types }, { by_area }] = await Promise.all([
    api.get("asset-health", { signal }),
    api.get("health-score", { signal }),
  ]);
  return { health: types, scores: Object.fromEntries(by_area.map((area) => [area.area, area.score])) };
}

/**
 * Return the type that the address opens: gear.type, or the type of a filter in the address.
 *
 * @param {Inventory["health"]} health
 * @returns {Api["Area"] | ""}
 */
function openType(health) {
  const type = route.get("gear.type");
  if (Object.hasOwn(health, type)) return health[type].area;
  const names = ["flag", "q", "exempt", "reach", "tagged", "campaign", "new", "fixed"];
  const filtered = Object.values(health).find(({ area }) => names.some((name) => route.get(`${area}.${name}`)));
  return filtered?.area ?? "";
}

/**
 * Return the values of the filters that are shown only when the address contains them.
 *
 * @param {string} type
 */
const rareFilters = (type) => ["campaign", "fixed"].map((name) => route.get(`${type}.${name}`)).join(" ");

class Locker {
  /**
   * @param {Inventory & { pages: Pages, since: readonly Option[], owners: Record<string, string>, toneOf: ToneOf }} data
   * @param {AbortSignal} signal
   * @param {() => unknown} reload
   */
  constructor(data, signal, reload) {
    this.health = data.health;
    this.scores = data.scores;
    this.pages = data.pages;
    this.since = data.since;
    this.owners = data.owners;
    this.toneOf = data.toneOf;
    this.signal = signal;
    this.reload = reload;
    /** @type {Api["Area"] | ""} */
    this.type = "";
    this.rareFilters = "";
    this.title = h("h3", { tabindex: "-1" });
    this.shelf = h("ul", { class: "drawers" });
    this.inside = h("div", { class: "drawer-inside" });
    route.onChange(() => this.isSeen() && this.follow(), signal);
    onChanged((paths) => paths.includes("exemptions") && this.refresh(), signal);
  }

  content() {
    this.fill();
    this.open();
    return [this.shelf, this.others(), this.inside];
  }

  isSeen() {
    return !this.shelf.closest("[hidden]");
  }

  // -- drawers ----------------------------------------------------------------------------------------------

  fill() {
    replace(
      this.shelf,
      DRAWERS.map((type) => this.drawer(this.health[type])),
    );
  }

  /** @param {Api["AreaSummary"]} summary */
  drawer(summary) {
    const { area, items } = summary;
    const isOpen = area === this.type;
    const to = isOpen ? route.href("gear-locker") : route.href("gear-locker", { "gear.type": area });
    return h(
      "li",
      { class: isOpen ? "gear-drawer open" : "gear-drawer" },
      h(
        "h3",
        {},
        h(
          "a",
          { href: to, "aria-current": isOpen && "true", data: { drawer: area } },
          icon(TYPES[area].sign),
          TYPES[area].title,
        ),
      ),
      h("p", { class: "figure-value" }, number(items)),
      health(this.scores[area], this.toneOf),
      items === null ? h("p", { class: "chips" }, chip("No data yet")) : countChips(summary),
    );
  }

  others() {
    const links = ELSEWHERE.filter((type) => this.health[type].items !== null).map((type, index) => [
      index > 0 && " and ",
      h(
        "a",
        { href: route.href(type === "tags" ? "tags" : "campaign-map") },
        plural(this.health[type].items, TYPES[type].one, TYPES[type].many),
      ),
    ]);
    return links.length ? h("p", { class: "small soft" }, "In their own tabs: ", links, ".") : null;
  }

  // -- the open drawer --------------------------------------------------------------------------------------

  open() {
    this.type = openType(this.health);
    this.rareFilters = this.type && rareFilters(this.type);
    const summary = this.type ? this.health[this.type] : null;
    this.audit = summary && summary.items !== null ? auditTable(summary, this) : null;
    this.fill();
    replace(
      this.inside,
      summary && this.heading(summary.area),
      this.audit ? this.audit.nodes : summary && nothing(summary.area),
    );
    this.inside.hidden = !this.type;
  }

  /** @param {Api["Area"]} type */
  heading(type) {
    this.title = h("h3", { tabindex: "-1" }, TYPES[type].title);
    const close = h(
      "a",
      { class: "button quiet compact push", href: route.href("gear-locker") },
      icon("close"),
      "Close",
    );
    return h("div", { class: "row drawer-heading" }, this.title, close);
  }

  follow() {
    const type = openType(this.health);
    if (type === this.type && (!type || rareFilters(type) === this.rareFilters)) return;
    const closed = this.type;
    this.open();
    if (type) this.title.focus({ preventScroll: true });
    else focusOn(this.shelf.querySelector(`[data-drawer="${closed}"]`));
  }

  /** After exemptions change, reload the counts and the rows. If the counts cannot be loaded, reload the whole panel. */
  async refresh() {
    try {
      const { health: summaries, scores } = await inventory(this.signal);
      this.health = summaries;
      this.scores = scores;
    } catch {
      if (!this.signal.aborted) this.reload();
      return;
    }
    if (this.signal.aborted) return;
    this.fill();
    await this.audit?.reload();
  }
}

/** @param {Api["Area"]} type */
function nothing(type) {
  return h(
    "p",
    { class: "soft" },
    `${TYPES[type].title} have never been read completely. The next camp_sync will read them.`,
  );
}

/**
 * @param {Maybe<number>} score
 * @param {ToneOf} toneOf
 */
function health(score, toneOf) {
  const text = score === null || score === undefined ? "No score yet" : `Health ${score} of 100`;
  return h("div", { class: "drawer-health" }, h("span", { class: "small soft" }, text), meter(score, toneOf(score)));
}
