// Records layout shifts, and delays each request by a time that depends on its address and `seed`.
// `test_layout_shift.py` first sets `seed` and `span`. Every delay is shorter than `span` milliseconds.

/**
 * Layout shifts that follow no input, with the elements that moved.
 * Cumulative layout shift is at most the sum of these shifts.
 */
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

/** Return the delay of a request to this address, in milliseconds. */
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
