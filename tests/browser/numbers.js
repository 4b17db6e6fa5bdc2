// Links with numbers, and how many rows are where they lead: a script of every page that the test opens.

const PANELS = {
  campaigns: "campaigns",
  crm: "crm-links",
  tags: "tags",
  prospects: "top-prospects",
  orphans: "orphan-kinds",
  issues: "next-steps",
};

// Points and scores count nothing; a sum of kinds leads to the first of them.
const NO_COUNT = "[data-panel=why] *, [data-panel=orphans] *, [aria-label^=Highest]";

const NUMBER = /(?<![\w.,])\d[\d,]*(?![\d.,]*\s*%|[.]\d|\w)/g;

const frame = () => new Promise(requestAnimationFrame);
const isBusy = () => [...document.querySelectorAll("[aria-busy=true]")].some((one) => one.checkVisibility());

/** The last number of a text: "Active in the last 30 days: 75"; no percentage, nothing with decimals. */
function numberOf(text) {
  return Number([...text.matchAll(NUMBER)].at(-1)?.[0].replaceAll(",", ""));
}

/** [{ panel, text, number, href }] of a tab. */
globalThis.linksWithNumbers = (tab) =>
  [...document.querySelectorAll(`#panel-${tab} a[href*="tab="]`)]
    .filter((link) => !link.matches(NO_COUNT))
    .map((link) => {
      const text = link.querySelector(".items, .kind-count")?.textContent || link.ariaLabel || link.textContent;
      const panel = link.closest("[data-panel]").dataset.panel;
      return { panel, text: text.trim(), number: numberOf(text), href: link.getAttribute("href") };
    })
    .filter(({ number }) => number);

/** The addresses that a tab links to and that ask something of a table. */
globalThis.linksToRows = (tab) => {
  const addresses = [...document.querySelectorAll(`#panel-${tab} a[href*="tab="]`)].map((link) =>
    link.getAttribute("href"),
  );
  return addresses.filter((href) =>
    [...new URLSearchParams(href.split("?")[1]).keys()].some((name) => name.includes(".")),
  );
};

/** Which table an address is about. */
globalThis.tableOf = (href) => tableIn(new URL(href, location.href).searchParams);

function tableIn(params) {
  return params.get("gear.type") ?? [...params.keys()].find((name) => name.includes("."))?.split(".")[0];
}

/** Where the first row of the table is that the address bar names, or the sentence in its place, unless all is in view. */
globalThis.rowOutOfView = () => {
  const table = `[data-table="${tableOf(location.href)}"]`;
  const places = [`${table} tbody tr`, `${table} .state`, ".kind-detail .state"];
  const [row] = places.flatMap((place) => [...document.querySelectorAll(`[role=tabpanel]:not([hidden]) ${place}`)]);
  if (!row) return `${location.search}: no row`;
  const { left, top, height } = row.getBoundingClientRect();
  const isSeen = (y) => row.contains(document.elementFromPoint(Math.max(left, 0) + 4, y));
  return isSeen(top + 2) && isSeen(top + height - 2) ? "" : `${location.search}: from ${top} to ${top + height}`;
};

/** Click each from the top of its tab; → where the first row is out of view. */
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

/** Click each; → the ones whose table has another number of rows, in words. */
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

/** What the table says that an address is about. */
function rowsOf(params) {
  const table = [...params.keys()].find((name) => name.includes("."))?.split(".")[0];
  const panel = PANELS[table] ?? { "campaign-map": "campaigns" }[params.get("tab")] ?? params.get("tab");
  const place = params.has("gear.type") ? ".drawer-inside" : `[data-panel="${panel}"]`;
  const count = document.querySelector(`[role=tabpanel]:not([hidden]) ${place} .table-count`);
  return count ? numberOf(count.textContent.replace(/[()]/g, "")) : `no table in ${place}`;
}
