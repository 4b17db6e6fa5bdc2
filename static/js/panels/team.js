/* Each person's score, and the areas that nobody owns. */

import { h } from "../core/dom.js";
import { MISSING, number } from "../core/format.js";
import { joinNames, nameOf } from "../core/names.js";
import { openOverlay } from "../core/open-overlay.js";
import { panel } from "../core/panel.js";
import { shared } from "../core/shared.js";
import { tones } from "../core/tones.js";
import { meter } from "../ui/parts.js";
import { empty } from "../ui/states.js";
import { recentDays, recentTrend } from "./recent.js";

const SETTINGS = "/pardot/admin-settings/";

export default panel({
  lines: 4,
  uses: ["config"],
  load: () => Promise.all([shared("health-score"), recentDays(), tones()]),
  noData: ([health]) => health.overall === null && health.by_person.length === 0,
  render: ([health, recent, toneOf]) =>
    health.by_person.length ? [people(health, recent, toneOf), unowned(health)] : nobody(),
});

/**
 * @param {Api["HealthScore"]} health
 * @param {Recent} recent
 * @param {ToneOf} toneOf
 */
function people({ by_person: persons }, recent, toneOf) {
  return h(
    "ul",
    { class: "people" },
    persons.map((person) =>
      h(
        "li",
        {},
        h(
          "button",
          {
            type: "button",
            class: "link-button",
            title: "Show the open tasks",
            on: { click: () => openOverlay("tasks", { "tasks.whose": `=${person.name}` }) },
          },
          person.name,
        ),
        h(
          "span",
          { class: "number" },
          h("strong", {}, number(person.score)),
          h("span", { class: "soft" }, ` ${person.grade ?? ""}`),
        ),
        h("span", { class: "small soft" }, person.areas.length ? joinNames(person.areas.map(nameOf), 3) : MISSING),
        meter(person.score, toneOf(person.score)),
        recentTrend(recent, {
          name: `Score of ${person.name}`,
          now: person.score,
          pick: (snapshot) => snapshot.person_scores[person.name] ?? null,
        }),
      ),
    ),
  );
}

/** @param {Api["HealthScore"]} health */
function unowned({ by_area: areas }) {
  const names = areas.filter((area) => area.owners.length === 0).map((area) => area.label);
  return (
    names.length > 0 &&
    h("p", { class: "small soft" }, `Nobody owns ${joinNames(names, 8)}. `, h("a", { href: SETTINGS }, "Settings"))
  );
}

function nobody() {
  return empty("Add the team and the areas of each member. Issues then show their owners, who get the tasks.", {
    title: "No team members yet",
    sign: "person",
    action: h("a", { class: "button", href: SETTINGS }, "Enter the team"),
  });
}
