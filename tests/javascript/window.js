/* A minimal browser window for modules that use the address; import it before them. */

/** @type {string[]} */
export const steps = [];

const place = new URL("https://sfapi.test/pardot/?tab=tags&tags.q=north");

/** @type {(kind: string) => (state: unknown, title: string, address: string) => void} */
const remember = (kind) => (_state, _title, address) => {
  place.search = new URL(address, place).search;
  steps.push(`${kind} ${address}`);
};

Object.assign(globalThis, {
  location: place,
  history: { pushState: remember("push"), replaceState: remember("replace") },
  addEventListener: () => {},
  document: { addEventListener: () => {} },
});
