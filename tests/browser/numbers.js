// Links with numbers, and how many rows are where they lead: a script of every page that the test opens.

const PANELS = {
  campaigns: "campaigns",
  tags: "tags",
  prospects: "top-prospects",
  orphans: "orphan-kinds",
  issues: "next-steps",
};

// Points and scores count nothing; a sum of kinds leads to the first of them.
const NO_COUNT = "[data-panel=burden] *, [data-panel=why] *, [data-panel=orphans] *, [aria-label^=Highest]";

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
