import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import "./window.js";

const { params: ofAssets } = await import("../../static/js/assets/audit-table.js");
const { params: ofCampaigns } = await import("../../static/js/panels/campaigns.js");

/** @type {{ view: string, path: string, params: object }[]} */
const LINKED = JSON.parse(readFileSync(new URL("linked-filters.json", import.meta.url), "utf8"));

test("the page requests the rows that the server counts for a saved view (tests/pardot/test_view_rows.py)", () => {
  for (const { view, path, params } of LINKED) {
    const given = [...new URLSearchParams(view)].filter(([name]) => name.includes(".") && name !== "gear.type");
    const filters = Object.fromEntries(given.map(([name, value]) => [name.split(".")[1], value]));
    const request = (path === "campaigns" ? ofCampaigns : ofAssets)(/** @type {any} */ (filters));
    const sent = Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
    assert.deepEqual(sent, params, view);
  }
});
