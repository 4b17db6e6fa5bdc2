/* Every panel by the name in its template's data-panel. Each is loaded when its tab is first seen. */

export const panels = {
  // Campaign Map
  "campaign-summary": () => import("./campaign-summary.js"),
  campaigns: () => import("./campaigns.js"),
  "lost-gear": () => import("./lost-gear.js"),
  // Gear Locker
  gear: () => import("./gear.js"),
  chain: () => import("./chain.js"),
  exemptions: () => import("./exemptions.js"),
  // Tags
  "tag-summary": () => import("./tag-summary.js"),
  naming: () => import("./naming.js"),
  "tag-coverage": () => import("./tag-coverage.js"),
  tags: () => import("./tags.js"),
  triage: () => import("./triage.js"),
};
