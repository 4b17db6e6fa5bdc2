/* Every panel by the name in its template's data-panel. Each is loaded when its tab is first seen. */

export const panels = {
  engagement: () => import("./engagement.js"),
  "top-prospects": () => import("./top-prospects.js"),
  "crm-links": () => import("./crm-links.js"),
  "stuck-adoptions": () => import("./stuck-adoptions.js"),
  orphans: () => import("./orphans.js"),
  "orphan-kinds": () => import("./orphan-kinds.js"),
  "prospect-health": () => import("./prospect-health.js"),
  "team-settings": () => import("./team-settings.js"),
  configuration: () => import("./configuration.js"),
};
