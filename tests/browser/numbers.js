// Finds links and the rows that they lead to. `test_numbers_and_rows.py` and `test_rows_in_view.py` inject this script.

const PANELS = {
  campaigns: "campaigns",
  crm: "crm-links",
  tags: "tags",
  prospects: "top-prospects",
  orphans: "orphan-kinds",
  issues: "next-steps",
};

// Points and scores do not count rows. The sum of several kinds of orphans leads only to the rows of the first kind.
const NO_COUNT = "[data-panel=why] *, [data-panel=orphans] *, [aria-label^=Highest]";

const NUMBER = /(?<![\w.,])\d[\d,]*(?![\d.,]*\s*%|[.]\d|\w)/g;

const frame = () => new Promise(requestAnimationFrame);
const isBusy = () => [...document.querySelectorAll("[aria-busy=true]")].some((one) => one.checkVisibility());

/** Return the last number of a text such as "Active in the last 30 days: 75", ignoring percentages and decimals. */
function numberOf(text) {
  return Number([...text.matchAll(NUMBER)].at(-1)?.[0].replaceAll(",", ""));
}

/** Return the links of a tab that show a number other than 0, as [{ panel, text, number, href }]. */
globalThis.linksWithNumbers = (tab) =>
  [...document.querySelectorAll(`#panel-${tab} a[href*="tab="]`)]
    .filter((link) => !link.matches(NO_COUNT))
    .map((link) => {
      const text = link.querySelector(".items, .kind-count")?.textContent || link.ariaLabel || link.textContent;
      const panel = link.closest("[data-panel]").dataset.panel;
      return { panel, text: text.trim(), number: numberOf(text), href: link.getAttribute("href") };
    })
    .filter(({ number }) => number);

/** Return the addresses of the links of a tab that filter a table. */
globalThis.linksToRows = (tab) => {
  const addresses = [...document.querySelectorAll(`#panel-${tab} a[href*="tab="]`)].map((link) =>
    link.getAttribute("href"),
  );
  return addresses.filter((href) =>
    [...new URLSearchParams(href.split("?")[1]).keys()].some((name) => name.includes(".")),
  );
};

/** Return the name of the table that an address opens or filters. */
globalThis.tableOf = (href) => tableIn(new URL(href, location.href).searchParams);

function tableIn(params) {
  return params.get("gear.type") ?? [...params.keys()].find((name) => name.includes("."))?.split(".")[0];
}

/**
 * Return "" if the first row of the table at the current address is in view, else the problem. An empty table shows a
 * sentence, which must then be in view.
 */
globalThis.rowOutOfView = () => {
  const table = `[data-table="${tableOf(location.href)}"]`;
  const places = [`${table} tbody tr`, `${table} .state`, ".kind-detail .state"];
  const [row] = places.flatMap((place) => [...document.querySelectorAll(`[role=tabpanel]:not([hidden]) ${place}`)]);
  if (!row) return `${location.search}: no row`;
  const { left, top, height } = row.getBoundingClientRect();
  const isSeen = (y) => row.contains(document.elementFromPoint(Math.max(left, 0) + 4, y));
  return isSeen(top + 2) && isSeen(top + height - 2) ? "" : `${location.search}: from ${top} to ${top + height}`;
};

/** Scroll to the top and click, for each link. Describe the links whose first row is then out of view. */
globalThis.linksWithoutRowsInView = async (links) => {
  const link = document.body.appendChild(document.createElement("a"));
  const wrong = [];
  for (const href of links) {
    scrollTo({ top: 0, behavior: "instant" });
    link.setAttribute("href", href);
    link.click();
    do await frame();
    while (isBusy());
    await frame();
    await frame();
    wrong.push(rowOutOfView());
  }
  return wrong.filter(Boolean).join("\n");
};

/** Click each link, and describe those whose number differs from the count in the table's caption. */
globalThis.linksThatMislead = async (links) => {
  const link = document.body.appendChild(document.createElement("a"));
  const wrong = [];
  for (const { href, number, panel, text } of links) {
    link.setAttribute("href", href);
    link.click();
    do await frame();
    while (isBusy());
    const rows = rowsOf(new URL(href, location.href).searchParams);
    if (rows !== number) wrong.push(`${panel}: "${text}" leads by ${href} to ${rows}`);
  }
  return wrong.join("\n");
};

/** Return the count in the caption of the address's table: all rows that match, on all its pages. */
function rowsOf(params) {
  const table = [...params.keys()].find((name) => name.includes("."))?.split(".")[0];
  const panel = PANELS[table] ?? { "campaign-map": "campaigns" }[params.get("tab")] ?? params.get("tab");
  const place = params.has("gear.type") ? ".drawer-inside" : `[data-panel="${panel}"]`;
  const count = document.querySelector(`[role=tabpanel]:not([hidden]) ${place} .table-count`);
  return count ? numberOf(count.textContent.replace(/[()]/g, "")) : `no table in ${place}`;
}
