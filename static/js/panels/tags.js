/* The table of tags with their use and issues. The server filters and sorts it, and sends one page at a time. */

import { panel } from "../core/panel.js";
import { onChanged, shared } from "../core/shared.js";
import { auditTable } from "../assets/audit-table.js";
import { ownersByArea } from "../assets/csv-columns.js";
import { pages } from "../assets/links.js";
import { sinceOptions } from "../assets/since.js";

export default panel({
  lines: 8,
  // These filters are rare, so each is shown only when the address contains it.
  keys: ["tags.prefix", "tags.fixed"],
  load: async () => {
    const [{ types }, to, since, owners] = await Promise.all([
      shared("asset-health"),
      pages(),
      sinceOptions(),
      ownersByArea(),
    ]);
    return { summary: types.tags, pages: to, since, owners };
  },
  noData: ({ summary }) => summary.items === null,
  render: ({ summary, ...links }, { signal }) => {
    const audit = auditTable(summary, links);
    onChanged((paths) => paths.some((path) => ["exemptions", "cleanup"].includes(path)) && audit.reload(), signal);
    return audit.nodes;
  },
});
