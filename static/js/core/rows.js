/* Where the rows of an area, of an issue or of an asset are. */

import { route } from "./route.js";

const TABS = { campaigns: ["campaign-map", "map.issues"], tags: ["tags", "tags.flag"], prospects: ["full-survey", null] };

/** The address of an area's rows; with a flag, only of those that have it. */
export function rowsOf(area, flag = "") {
  const [tab, key] = TABS[area] ?? ["gear-locker", `${area}.flag`];
  const values = tab === "gear-locker" ? { "gear.type": area } : {};
  if (flag && key) values[key] = flag;
  return route.href(tab, values);
}
