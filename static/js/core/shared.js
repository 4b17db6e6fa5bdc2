/* Share answers between panels: each is requested once, and again after a change that makes it stale. */

import { addressOf, api } from "./api.js";

const FRESH = 60_000;
/** @type {Map<string, { promise: Promise<any>, at: number }>} */
const kept = new Map();
/** @type {Set<(paths: string[]) => unknown>} */
const listeners = new Set();

/**
 * Return the JSON of a GET that panels share. Failures are not cached.
 *
 * @template {PathFor<"get">} Path
 * @param {Path} path
 * @param {Query<Path>} [params]
 * @returns {Promise<Answer<Path, "get">>}
 */
export function shared(path, params) {
  const address = addressOf(path, params);
  const found = kept.get(address);
  if (found && Date.now() - found.at < FRESH) return found.promise;
  const promise = api.get(path, { params });
  kept.set(address, { promise, at: Date.now() });
  promise.catch(() => kept.get(address)?.promise === promise && kept.delete(address));
  return promise;
}

/**
 * After a write, forget all answers, and reload the panels with one of these paths in `uses`.
 *
 * @param {...string} paths
 */
export function changed(...paths) {
  forget();
  for (const listener of listeners) listener(paths);
}

export function forget() {
  kept.clear();
}

/**
 * Call with the changed paths, until the signal ends.
 *
 * @param {(paths: string[]) => unknown} listener
 * @param {AbortSignal} [signal]
 */
export function onChanged(listener, signal) {
  listeners.add(listener);
  signal?.addEventListener("abort", () => listeners.delete(listener));
}
