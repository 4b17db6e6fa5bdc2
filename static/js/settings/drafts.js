/* Keep the unsaved values of the configuration, and save them. */

import { ApiError, api, isAbort, messageOf } from "../core/api.js";
import { find } from "../core/dom.js";
import { ago } from "../core/format.js";
import { actorText } from "../people/actor.js";
import { joinNames, sentenceCase } from "../core/names.js";
import { confirm } from "../ui/dialog.js";

/** One key of the configuration: its editor, its saved value, and the server's errors. */
export class Draft {
  /**
   * @param {Entry} entry
   * @param {Editor<Held>} editor
   * @param {HTMLElement} problem
   */
  constructor(entry, editor, problem) {
    this.editor = editor;
    this.problem = problem;
    this.entry = entry;
    this.saved = editor.get();
  }

  get isUnsaved() {
    return !same(this.editor.get(), this.saved);
  }

  get isDefault() {
    return same(this.editor.get(), this.entry.default);
  }

  discard() {
    this.editor.set(this.saved);
    this.clear();
  }

  useDefault() {
    this.editor.set(this.entry.default);
    this.clear();
  }

  /**
   * Save the value, merged with the changes of other users. If another user changed the same field to another value,
   * ask which change to keep. Throws an ApiError if a request fails.
   */
  async save() {
    this.clear();
    const entered = this.editor.get();
    const there = await this.now();
    const mine = !collides(there.value, this.saved, entered) || (await askForMine(there, this.clashes(there, entered)));
    const value = mine ? mergeMine(there.value, this.saved, entered) : mergeTheirs(there.value, this.saved, entered);
    this.entry = same(value, there.value) ? there : await this.write(value, there.value);
    this.saved = value;
    const shown = mine ? mergeMine(this.saved, entered, this.editor.get()) : this.saved;
    if (!same(shown, this.editor.get())) this.editor.set(shown);
  }

  /**
   * Return { what, theirs, mine }. `what` names the fields that two people changed differently, or else the key.
   * `theirs` and `mine` are the two values; they are null when several fields were changed differently.
   *
   * @param {Entry} there
   * @param {Held} entered
   */
  clashes({ title, value }, entered) {
    const clashing = this.editor
      .fields()
      .filter(({ path }) => path && collides(at(value, path), at(this.saved, path), at(entered, path)));
    const [first] = clashing;
    const names = clashing.map(({ element }) => `“${element.querySelector("label")?.textContent ?? title}”`);
    if (!first) return { what: `“${title}”`, theirs: value, mine: entered };
    const only = clashing.length === 1;
    return {
      what: `${joinNames(names, 3)} in ${title}`,
      theirs: only ? at(value, first.path) : null,
      mine: only ? at(entered, first.path) : null,
    };
  }

  /**
   * Get the entry of this key again, because another user may have changed the value since the page was loaded.
   *
   * @returns {Promise<Entry>}
   */
  async now() {
    const { configuration } = await api.get("admin/config", { waits: true });
    return configuration.find(({ key }) => key === this.entry.key) ?? this.entry;
  }

  /**
   * @param {Held} value
   * @param {Held} was
   * @returns {Promise<Entry>}
   */
  write(value, was) {
    const path = /** @type {const} */ (`admin/config/${this.entry.key}`);
    const standard = this.entry.default;
    if (same(value, standard)) return api.delete(path, { body: { was } });
    if (!this.editor.overlays) return api.put(path, { value, was });
    const changed = Object.entries(value).filter(([key, one]) => !same(one, standard[key]));
    return api.put(path, { value: Object.fromEntries(changed), was });
  }

  clear() {
    this.markEach([]);
  }

  /**
   * Show each error beside its field, and errors without a field above the fields.
   *
   * @param {unknown} error
   */
  mark(error) {
    const complaints = error instanceof ApiError ? error.errors : [];
    if (complaints.length)
      this.markEach(complaints.map(({ loc = [], message }) => ({ path: loc.slice(2).join("."), message })));
    else this.markEach([{ path: null, message: messageOf(error) }]);
  }

  /**
   * Replace all messages. If the message above the fields stays, it is not hidden in between: hiding it would take its
   * focus away.
   *
   * path: the path of a field; "" for the whole value; null for a message that belongs above the fields.
   *
   * @param {readonly { path: string | null, message: string }[]} complaints
   */
  markEach(complaints) {
    const fields = this.editor.fields();
    const rest = [];
    for (const field of fields) field.mark("");
    for (const { path, message } of complaints) {
      const field = path !== null && fieldOf(fields, path);
      if (field) field.mark(`${message}.`.replace("..", "."));
      else rest.push(message);
    }
    this.problem.hidden = rest.length === 0;
    const sentence = find(this.problem, "span");
    sentence.textContent = rest.map((one) => `${one.replace(/\.$/, "")}.`).join(" ");
  }

  firstMarked() {
    return this.editor.fields().find((field) => field.input.hasAttribute("aria-invalid"))?.input ?? null;
  }
}

/**
 * @param {readonly SettingField[]} fields
 * @param {string} path
 */
function fieldOf(fields, path) {
  return (
    fields.find((field) => field.path === path) ??
    (path ? fields.find((field) => path.startsWith(`${field.path}.`) && field.path) : null)
  );
}

/**
 * Save everything unsaved. Return { saved, failed: [[draft, error]] }.
 *
 * Some values can be saved in one order only, such as the months after which lists are stale and very stale. So refused
 * values are tried again as long as another value was accepted. Any other failure ends the saving.
 *
 * @param {readonly Draft[]} drafts
 */
export async function saveAll(drafts) {
  let waiting = drafts.filter((draft) => draft.isUnsaved);
  /** @type {Draft[]} */
  const saved = [];
  for (;;) {
    /** @type {[Draft, unknown][]} */
    const failed = [];
    for (const draft of waiting) {
      try {
        await draft.save();
        saved.push(draft);
      } catch (error) {
        if (isAbort(error)) throw error;
        failed.push([draft, error]);
        if (!(error instanceof ApiError && error.status === 422)) return { saved, failed };
      }
    }
    if (failed.length === 0 || failed.length === waiting.length) return { saved, failed };
    waiting = failed.map(([draft]) => draft);
  }
}

/**
 * Return `now` with the fields of `entered` that differ from `before`.
 *
 * @param {Held} now
 * @param {Held} before
 * @param {Held} entered
 * @returns {Held}
 */
export function mergeMine(now, before, entered) {
  if (same(before, entered)) return now;
  return areMappings(now, before, entered)
    ? Object.fromEntries(Object.keys(entered).map((key) => [key, mergeMine(now[key], before[key], entered[key])]))
    : entered;
}

/**
 * Merge like `mergeMine`, but keep `now` where two people have changed the same field.
 *
 * @param {Held} now
 * @param {Held} before
 * @param {Held} entered
 * @returns {Held}
 */
export function mergeTheirs(now, before, entered) {
  if (!collides(now, before, entered)) return mergeMine(now, before, entered);
  return areMappings(now, before, entered)
    ? Object.fromEntries(Object.keys(entered).map((key) => [key, mergeTheirs(now[key], before[key], entered[key])]))
    : now;
}

/**
 * Return whether two people have changed the same field to different values. A list counts as one field.
 *
 * @param {Held} now
 * @param {Held} before
 * @param {Held} entered
 * @returns {boolean}
 */
export function collides(now, before, entered) {
  if (same(before, entered) || same(now, before) || same(now, entered)) return false;
  return areMappings(now, before, entered)
    ? Object.keys(entered).some((key) => collides(now[key], before[key], entered[key]))
    : true;
}

/** @param {...Held} values */
function areMappings(...values) {
  return values.every((one) => one && typeof one === "object" && !Array.isArray(one));
}

/**
 * Return the value at a path such as "forms_errors.title".
 *
 * @param {Held} value
 * @param {string} path
 * @returns {Held}
 */
function at(value, path) {
  return path.split(".").reduce((part, key) => part?.[key], value);
}

/**
 * Ask which of two changes to keep. Return true for the user's own change.
 *
 * @param {{ updated_by: string | null, updated_at: string | null }} there
 * @param {{ what: string, theirs: Held, mine: Held }} clash theirs, mine: null if several fields differ
 */
export function askForMine({ updated_by, updated_at }, { what, theirs, mine }) {
  const who = updated_by ? sentenceCase(actorText(updated_by)) : "Somebody";
  const isShort = [theirs, mine].every((value) => value !== null && typeof value !== "object");
  const [to, yours] = isShort ? [` to ${theirs}`, ` You entered ${mine}.`] : ["", ""];
  const when = updated_at ? ` ${ago(updated_at)}` : "";
  return confirm({
    title: "Another user changed this",
    text: `${who} changed ${what}${to}${when}.${yours} Keep their change, or use yours?`,
    yes: "Use mine",
    no: "Keep theirs",
  });
}

/**
 * Return whether two values are the same JSON, whatever the order of keys.
 *
 * @param {Held} a
 * @param {Held} b
 * @returns {boolean}
 */
export function same(a, b) {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, place) => same(one, b[place]));
  if (a && b && typeof a === "object" && typeof b === "object") {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
  }
  return a === b;
}
