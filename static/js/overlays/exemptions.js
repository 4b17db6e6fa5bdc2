/* Assets that are exempt from an issue: not counted, and not forgotten. */

import { api } from "../core/api.js";
import { allPages } from "../core/all-pages.js";
import { h } from "../core/dom.js";
import { day } from "../core/format.js";
import { nameOf } from "../core/names.js";
import { panel } from "../core/panel.js";
import { changed, shared } from "../core/shared.js";
import { confirm } from "../ui/dialog.js";
import { panelDialog } from "../ui/panel-dialog.js";
import { button, chip, outward } from "../ui/parts.js";
import { table } from "../ui/table.js";
import { toast } from "../ui/toast.js";

export default () => panelDialog({ title: "Exempt assets", drawer: true, wide: true, content });

const content = panel({
  lines: 6,
  uses: ["exemptions"],
  load: async ({ signal }) => {
    const [exemptions, config, { issues }] = await Promise.all([allPages("exemptions", "exemptions", { signal }), shared("config"), shared("issues")]);
    return { exemptions, config, issues };
  },
  empty: ({ exemptions }) => exemptions.length === 0 && "No asset is exempt from an issue. Open an asset in the Gear Locker to exempt it, with a reason.",
  render: rows,
});

function rows({ exemptions, config, issues }) {
  const titles = new Map(issues.map((issue) => [issue.key, issue.title]));
  const pageOf = ({ asset_type: type, asset_id: id }) => config.pardot_pages[type] && config.pardot_url + config.pardot_pages[type].replace("{id}", id);
  const used = [...new Set(exemptions.map(({ issue }) => issue))];
  return table({
    key: "exemptions", caption: "Exempt assets", noun: "exemption", exportAs: "exemptions", rows: exemptions,
    columns: [
      { key: "asset_name", label: "Asset", className: "wide", show: (row) => outward(row.asset_name ?? `${row.asset_id}, no longer there`, row.asset_name && pageOf(row)) ?? `${row.asset_id}, no longer there` },
      { key: "asset_type", label: "Kind", value: (row) => nameOf(row.asset_type) },
      { key: "issue", label: "Exempt from", value: (row) => titles.get(row.issue) ?? row.issue },
      { key: "reason", label: "Why", className: "wide" },
      { key: "until", label: "Until", className: "tight", show: (row) => (row.in_force ? (row.until ? day(row.until) : "For good") : chip(`Ended ${day(row.until)}`, { tone: "warn" })) },
      { key: "created_by", label: "By" },
      { key: "acts", label: "Do", sort: false, search: false, csv: null, value: () => null, show: (row) => button("Count again", () => countAgain(row), { kind: "compact" }) },
    ],
    filters: [
      { key: "issue", label: "Issue", options: used.map((key) => [key, titles.get(key) ?? key]), test: (row, key) => row.issue === key },
      { key: "force", label: "State", options: [["now", "In force"], ["ended", "Ended"]], test: (row, state) => row.in_force === (state === "now") },
    ],
  }).element;
}

async function countAgain(row) {
  const text = `${row.asset_name ?? row.asset_id} counts as an issue again from now on.`;
  if (!(await confirm({ title: "Count it again?", text, yes: "Count it again" }))) return;
  try {
    await api.delete(`exemptions/${row.id}`);
    toast("It counts again.");
  } catch (error) {
    toast(error.message, { kind: "bad" });
  }
  changed("exemptions", "issues");
}
