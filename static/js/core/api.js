/* Requests to /api/v1/pardot/, which answers with JSON. Every failure except an abort becomes an ApiError. */

import { isAway } from "./outage.js";
import { discardsSoFar, sessionEnded, sessionWorks, writeMayGo } from "./session.js";

const BASE = "/api/v1/pardot/";
const PATIENCE = 30_000;

/** A failed request. `message` is written for people; `status` is 0 when there was no answer. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {{ errors?: Complaint[], requestId?: string }} [more]
   */
  constructor(status, message, { errors = [], requestId = "" } = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    /** With 422: [{ loc: ["body", "name"], message }]. */
    this.errors = errors;
    this.requestId = requestId;
    /** True when the server is down. The page then shows one banner. Retry with onBack() of core/outage.js. */
    this.isOutage = false;
  }
}

const GATEWAY = [0, 502, 503, 504];

/**
 * Return the result of a request. An error gets `isOutage` when the whole server is down.
 *
 * @template Type
 * @param {Promise<Type>} promise
 * @returns {Promise<Type>}
 */
async function markOutage(promise) {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof ApiError && GATEWAY.includes(error.status)) error.isOutage = await isAway();
    throw error;
  }
}

/**
 * Return the result of a request, or null when it fails: the page can show its other data. Outages and aborts are
 * still thrown.
 *
 * @template Type
 * @param {Promise<Type>} promise
 * @returns {Promise<Type | null>}
 */
export function optional(promise) {
  return promise.catch((error) => {
    if (!(error instanceof ApiError) || error.isOutage) throw error;
    return null;
  });
}

/**
 * Requests that return the JSON of the answer: get("assets/forms", { params: { limit: 50 }, signal }).
 * The types of answers are from the OpenAPI document.
 *
 * @type {ApiClient}
 */
export const api = {
  get: (path, options = {}) => markOutage(request("GET", path, options)),
  post: (path, body, options = {}) => markOutage(request("POST", path, { ...options, body })),
  put: (path, body, options = {}) => markOutage(request("PUT", path, { ...options, body })),
  patch: (path, body, options = {}) => markOutage(request("PATCH", path, { ...options, body })),
  delete: (path, options = {}) => markOutage(request("DELETE", path, options)),
};

/**
 * Return the address of a path with its parameters. Empty values are left out. A list becomes one parameter per entry.
 *
 * @param {string} path
 * @param {object} [params]
 * @returns {string}
 */
export function addressOf(path, params = {}) {
  const url = new URL(path.startsWith("/") ? path : BASE + path, location.origin);
  for (const [name, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== "") url.searchParams.append(name, one);
    }
  }
  return url.pathname + url.search;
}

/**
 * Return whether the page aborted the request because its answer is no longer needed.
 *
 * @param {unknown} error
 */
export function isAbort(error) {
  return error instanceof Error && error.name === "AbortError";
}

/**
 * Return the message of an error, or another thrown value as text.
 *
 * @param {unknown} error
 */
export function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{ params?: object, body?: unknown, signal?: AbortSignal, waits?: boolean }} [options] waits: after a 401,
 *   send the request again when the user has signed in; the default for writes
 * @returns {Promise<any>}
 */
async function request(method, path, { params, body, signal, waits } = {}) {
  const [sentAt, discards] = [performance.now(), discardsSoFar()];
  const { response, text } = await send(method, addressOf(path, params), body, signal);
  const answer = contentOf(text);
  if (response.status === 401) {
    sessionEnded();
    if ((waits ?? method !== "GET") && (await writeMayGo(discards))) {
      return request(method, path, { params, body, signal, waits });
    }
  }
  if (!response.ok) throw refusal(response, answer);
  sessionWorks(sentAt);
  if (answer === undefined && response.status !== 204) {
    throw new ApiError(response.status, "Unexpected answer from the server. Refresh the page.");
  }
  return answer ?? null;
}

/**
 * Send the request, and read the answer to its last byte. An answer that stalls or is cut off counts as no answer.
 *
 * @param {string} method
 * @param {string} address
 * @param {unknown} body
 * @param {AbortSignal} [signal]
 */
async function send(method, address, body, signal) {
  const late = AbortSignal.timeout(PATIENCE);
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  try {
    const response = await fetch(address, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      signal: signal ? AbortSignal.any([signal, late]) : late,
    });
    return { response, text: await response.text() };
  } catch {
    if (signal?.aborted) throw new DOMException("The answer is no longer needed.", "AbortError");
    if (late.aborted) throw new ApiError(0, "The server did not answer within 30 seconds. Try again.");
    throw new ApiError(0, "The server cannot be reached. Check your connection and try again.");
  }
}

/**
 * @param {string} text
 * @returns {any}
 */
function contentOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * @param {Response} response
 * @param {{ message?: string, errors?: Complaint[] } | undefined} answer
 */
function refusal(response, answer) {
  const message =
    ownWords(response.status) ?? answer?.message ?? `The server is having trouble (${response.status}). Try again.`;
  const requestId = response.headers.get("X-Request-ID") ?? "";
  return new ApiError(response.status, message, { errors: answer?.errors, requestId });
}

/**
 * Return the dashboard's own message for a 401, because the server's message is for programs; otherwise null.
 *
 * @param {number} status
 */
function ownWords(status) {
  return status === 401 ? "You've been signed out. Sign in, then try again." : null;
}

function csrfToken() {
  const token = document.cookie.split("; ").find((cookie) => cookie.startsWith("csrftoken="));
  return token ? decodeURIComponent(token.slice("csrftoken=".length)) : "";
}
