/* The life of every panel: load, show progress, show the result, or say what to do without a result. */

import { ApiError, isAbort } from "./api.js";
import { onBack } from "./outage.js";
import { replace, whenIdle } from "./dom.js";
import { rememberFocus } from "./focus.js";
import { released } from "./pressed.js";
import { route } from "./route.js";
import { forget, onChanged } from "./shared.js";
import { noData, syncStatus } from "../sync/remedy.js";
import { empty, failed, loading, waiting } from "../ui/states.js";

/**
 * Declare a panel. A module of panels/ exports its panel as default, and core/mount.js calls `mount(element, context)`.
 * For a panel in a dialog, ui/panel-dialog.js makes this call.
 *
 * - load({ signal, route }) → the data. Use shared(path) if other panels read this path too, else
 *   api.get(path, { signal }).
 * - render(data, { element, signal, route, reload }) → a node or a list of nodes for [data-body] of the panel.
 * - noData(data) → true when nothing was synced yet. The panel then shows its `command`, or else the tab's command.
 * - empty(data) → false, or the sentence to show instead of an empty panel: "No open tasks."
 * - uses: paths of the API. The panel is loaded again when changed() of core/shared.js names one of them.
 * - keys: parameters of the address. A change of their values reloads the panel.
 * - lines: the number of gray lines while the panel loads.
 * - quiet: a panel that is decoration. It stays empty when it cannot be loaded.
 *
 * @template Data
 * @param {PanelSpec<Data>} spec
 * @returns {Panel}
 */
export function panel(spec) {
  return { mount: (element, context) => new MountedPanel(spec, element, context).load() };
}

/** @template Data */
class MountedPanel {
  /**
   * @param {PanelSpec<Data>} spec
   * @param {HTMLElement} element
   * @param {MountContext} context
   */
  constructor(spec, element, { signal, command }) {
    this.spec = spec;
    this.element = element;
    /** @type {HTMLElement} */
    this.body = element.querySelector("[data-body]") ?? element;
    this.signal = signal;
    this.command = spec.command ?? command ?? "python manage.py camp_sync";
    this.shown = "";
    /** @type {AbortController | undefined} */
    this.current = undefined;
    /** @type {(() => void) | null} */
    this.refocus = null;
    this.watch();
  }

  watch() {
    const { uses = [] } = this.spec;
    onChanged((paths) => paths.some((path) => uses.includes(path)) && this.load(), this.signal);
    route.onChange(() => this.isConcerned() && this.load(), this.signal);
    this.element.addEventListener("panel:reload", (event) => event.detail.waitFor(this.load()), {
      signal: this.signal,
    });
  }

  /** Return whether the panel is in a visible tab or dialog, and its keys in the address have new values. */
  isConcerned() {
    return !this.element.closest("[hidden], dialog:not([open])") && this.keysInAddress() !== this.shown;
  }

  keysInAddress() {
    return JSON.stringify((this.spec.keys ?? []).map((key) => route.get(key)));
  }

  /**
   * Load the panel; return false after a failure, unless the panel is quiet.
   * Old content is removed first, so that no old number looks new. Content is not replaced during a click, and a
   * focused control has the focus again afterwards.
   *
   * @returns {Promise<boolean>}
   */
  async load() {
    this.shown = this.keysInAddress();
    this.current?.abort();
    this.current = new AbortController();
    const signal = AbortSignal.any([this.signal, this.current.signal]);
    this.element.setAttribute("aria-busy", "true");
    await released();
    if (signal.aborted) return true;
    // Do not measure an empty panel: while a tab mounts its panels, each measurement would force a layout of the page.
    if (this.body.hasChildNodes())
      this.body.style.setProperty("--held", `${this.body.getBoundingClientRect().height}px`);
    this.refocus = rememberFocus(this.body) ?? this.refocus;
    replace(this.body, loading(this.spec.lines));
    try {
      const data = await this.spec.load({ signal, route });
      const status = this.spec.noData?.(data) ? await syncStatus() : null;
      await released();
      if (!signal.aborted) this.show(this.content(data, signal, status), signal);
    } catch (error) {
      await released();
      if (signal.aborted || isAbort(error)) return true;
      return this.fail(error, signal);
    } finally {
      if (!signal.aborted) {
        this.element.removeAttribute("aria-busy");
        whenIdle(this.body, () => this.body.style.removeProperty("--held"));
      }
    }
    return true;
  }

  /**
   * Show the failure. While the server is down, the panel stays gray; it loads by itself when the server is back.
   * A quiet panel shows no failure: it is empty, and counts as loaded.
   *
   * @param {unknown} error
   * @param {AbortSignal} signal
   */
  fail(error, signal) {
    const isOutage = error instanceof ApiError && error.isOutage;
    if (isOutage) onBack(() => this.load(), signal);
    const retry = () => this.retry();
    if (this.spec.quiet) replace(this.body);
    else if (isOutage) replace(this.body, waiting(this.spec.lines));
    else this.show(failed(error, retry), signal);
    if (!(error instanceof ApiError)) console.error(error);
    return Boolean(this.spec.quiet);
  }

  /**
   * @param {Data} data
   * @param {AbortSignal} signal
   * @param {Api["SyncStatus"] | null} status
   * @returns {Child}
   */
  content(data, signal, status) {
    if (this.spec.noData?.(data)) return noData(this.command, status);
    const sentence = this.spec.empty?.(data);
    if (sentence) return empty(sentence);
    return this.spec.render(/** @type {NonNullable<Data>} */ (data), {
      element: this.element,
      signal,
      route,
      reload: () => this.load(),
    });
  }

  /**
   * @param {Child} content
   * @param {AbortSignal} signal
   */
  show(content, signal) {
    replace(this.body, content);
    if (!this.refocus) return;
    const refocus = () => {
      if (signal.aborted) return;
      this.refocus?.();
      this.refocus = null;
    };
    // Tables add their rows later.
    whenIdle(this.body, () => requestAnimationFrame(refocus));
  }

  retry() {
    forget();
    return this.load();
  }
}
