// How much a page jumps while it loads, and answers that arrive in an order of their own: a script of every page that the
// test opens. `seed` and `span` are set before it.

/** What jumped, in words, with how much: the sum is the layout shift of the page. */
globalThis.shifts = [];

const boxOf = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");

function nameOf(node) {
  const element = node instanceof Element ? node : node?.parentElement;
  return element
    ? `${element.tagName} .${element.className} in ${element.closest("[data-panel]")?.dataset.panel}`
    : "?";
}

new PerformanceObserver((list) => {
  for (const { value, hadRecentInput, sources } of list.getEntries()) {
    const moved = sources.map(({ node, previousRect, currentRect }) =>
      [nameOf(node), boxOf(previousRect), "->", boxOf(currentRect)].join(" "),
    );
    if (!hadRecentInput) shifts.push({ value, moved });
  }
}).observe({ type: "layout-shift", buffered: true });

/** The same answer waits as long each time with a seed, and otherwise with another. */
function waitFor(address) {
  let hash = 2166136261 ^ seed;
  for (const letter of address) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 12)) >>> 0) % span;
}

const ask = globalThis.fetch;
globalThis.fetch = async (address, options) => {
  await new Promise((done) => setTimeout(done, waitFor(String(address))));
  return ask(address, options);
};
