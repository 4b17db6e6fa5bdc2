/* What several panels show is asked for once; what a change makes old is asked for again. */

import { addressOf, api } from "./api.js";

const FRESH = 60_000;
const kept = new Map();
const listeners = new Set();

/** The JSON of a GET that panels share. Failures are not kept. */
export function shared(path, params = {}) {
  const address = addressOf(path, params);
  const found = kept.get(address);
  if (found && Date.now() - found.at < FRESH) return found.promise;
  const promise = api.get(path, { params });
  kept.set(address, { promise, at: Date.now() });
  promise.catch(() => kept.get(address)?.promise === promise && kept.delete(address));
  return promise;
}

/** After a write: forget all answers, and load the panels again that name one of these paths in `uses`. */
export function changed(...paths) {
  forget();
  for (const listener of listeners) listener(paths);
}

export function forget() {
  kept.clear();
}

/** Call with the changed paths, until the signal ends. */
export function onChanged(listener, signal) {
  listeners.add(listener);
  signal?.addEventListener("abort", () => listeners.delete(listener));
}
