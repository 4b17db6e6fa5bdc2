/* The panels by their names in data-panel. A panel's module runs when its part of the page is first visible. */

export const panels = {
  // The strip on every tab
  badges: () => import("./badges.js"),
  "camp-trail": () => import("./camp-trail.js"),
  freshness: () => import("./freshness.js"),
  "freshness-banner": () => import("./freshness-banner.js"),
  "strip-actions": () => import("./strip-actions.js"),
  // Base Camp
  changes: () => import("./changes.js"),
  coverage: () => import("./coverage.js"),
  "gear-overview": () => import("./gear-overview.js"),
  "next-steps": () => import("./next-steps.js"),
  "prospect-links": () => import("./prospect-links.js"),
  score: () => import("./score.js"),
  "score-trend": () => import("./score-trend.js"),
  team: () => import("./team.js"),
  why: () => import("./why.js"),
  // Progress report
  "report-trend": () => import("./report-trend.js"),
  // Campaign Map
  "campaign-summary": () => import("./campaign-summary.js"),
  campaigns: () => import("./campaigns.js"),
  "deleted-campaigns": () => import("./deleted-campaigns.js"),
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
  // Scout Report, Full Survey, settings
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
