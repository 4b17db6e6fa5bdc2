/* Share answers between panels. An answer is kept for a minute, but not beyond a write or a refresh. */

import { addressOf, api } from "./api.js";

const FRESH_MS = 60_000;
/** @type {Map<string, { promise: Promise<any>, at: number }>} */
const cache = new Map();
/** @type {Set<(paths: string[]) => unknown>} */
const listeners = new Set();

/**
 * Return the JSON of a GET request, from the cache if it is less than a minute old. Failures are not cached.
 *
 * @template {PathFor<"get">} Path
 * @param {Path} path
 * @param {Query<Path>} [params]
 * @returns {Promise<Answer<Path, "get">>}
 */
export function shared(path, params) {
  const address = addressOf(path, params);
  const entry = cache.get(address);
  if (entry && Date.now() - entry.at < FRESH_MS) return entry.promise;
  const promise = api.get(path, { params });
  cache.set(address, { promise, at: Date.now() });
  promise.catch(() => cache.get(address)?.promise === promise && cache.delete(address));
  return promise;
}

/**
 * Empty the cache, and reload the panels that use these paths. Call this after a write.
 *
 * @param {...string} paths
 */
export function changed(...paths) {
  forget();
  for (const listener of listeners) listener(paths);
}

export function forget() {
  cache.clear();
}

/**
 * Call the listener with the changed paths after each write, until the signal is aborted.
 *
 * @param {(paths: string[]) => unknown} listener
 * @param {AbortSignal} [signal]
 */
export function onChanged(listener, signal) {
  listeners.add(listener);
  signal?.addEventListener("abort", () => listeners.delete(listener));
}
