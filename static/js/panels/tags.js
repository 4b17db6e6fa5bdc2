/* Every tag with its use and its issues. Paged by the server. */

import { panel } from "../core/panel.js";
import { onChanged, shared } from "../core/shared.js";
import { auditTable } from "../assets/audit-table.js";
import { pages } from "../assets/links.js";

export default panel({
  lines: 8,
  // A filter that is seldom wanted stands there when the address has it.
  keys: ["tags.prefix"],
  load: async () => {
    const [{ types }, to] = await Promise.all([shared("asset-health"), pages()]);
    return { summary: types.tags, pages: to };
  },
  noData: ({ summary }) => summary.items === null,
  render: ({ summary, pages: to }, { signal }) => {
    const audit = auditTable(summary, { pages: to });
    onChanged((paths) => paths.some((path) => ["exemptions", "cleanup"].includes(path)) && audit.reload(), signal);
    return audit.nodes;
  },
});
