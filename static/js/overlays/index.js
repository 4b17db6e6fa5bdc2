/* Every overlay by its name in the address (core/overlays.js). A module is loaded when its overlay is first opened. */

export const overlays = {
  asset: () => import("./asset.js"),
  badges: () => import("./badges.js"),
  compare: () => import("./compare.js"),
  freshness: () => import("./freshness.js"),
  members: () => import("./members.js"),
  "my-work": () => import("./my-work.js"),
  prospect: () => import("./prospect.js"),
  tagged: () => import("./tagged.js"),
  tasks: () => import("./tasks.js"),
  "what-if": () => import("./what-if.js"),
};
