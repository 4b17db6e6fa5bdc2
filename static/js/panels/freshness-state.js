/* Find the entities that are not fresh or had a failed sync, with the reason and the remedy. */

import { ago, number } from "../core/format.js";
import { joinNames, nameOf } from "../core/names.js";

/** @typedef {Api["EntityFreshness"]} Entity */
/** @typedef {{ starts: "refresh" | "accept" | "survey", entities: string[] }} Remedy */
/** @typedef {{ label: string, isBad: boolean, text(entities: readonly Entity[]): string, command?(entities: readonly Entity[]): string, remedy?(entities: readonly Entity[]): Remedy }} KindWords */

const MANAGE = "python manage.py";
/** @type {Record<number, string>} */
const COMMANDS = { 1: `${MANAGE} camp_sync`, 2: `${MANAGE} camp_sync --scout`, 3: `${MANAGE} camp_sync --survey` };

/** @type {KindWords["command"]} */
const again = (entities) => `${MANAGE} camp_sync --entities ${entities.map(({ name }) => name).join(",")}`;
/** @type {KindWords["command"]} */
const ofTier = (entities) => commandOf(Math.max(...entities.map(({ tier }) => tier)));

/** @type {(entities: readonly Entity[]) => Remedy} */
const refresh = (entities) => ({ starts: "refresh", entities: entities.map(({ name }) => name) });
/** @type {(entities: readonly Entity[]) => Remedy} */
const accept = (entities) => ({ starts: "accept", entities: entities.map(({ name }) => name) });
/** @type {(entities: readonly Entity[]) => Remedy} */
const readTier = (entities) => ({
  starts: entities.every(({ tier }) => tier === 1) ? "refresh" : "survey",
  entities: [],
});

/**
 * The kinds of problems, in display order.
 *
 * - text: the affected entities; for some kinds also what follows, or what to do.
 * - command: the remedy for an administrator.
 * - remedy: the button that replaces the command for users who may start syncs (sync/refresh.js).
 *
 * @type {Record<string, KindWords>}
 */
export const KINDS = {
  refused: {
    label: "Login or setting refused",
    isBad: true,
    text: (entities) => `${namesWithTimes(entities)}. Nothing new arrives until this is fixed.`,
    command: () => `${MANAGE} sf check`,
  },
  deletes: {
    label: "Deletions held back",
    isBad: true,
    text: (entities) =>
      `${joinNames(entities.map(missing))}. Nothing was deleted here. Check at the source that these records were really deleted, then accept the deletions.`,
    command: (entities) => `${again(entities)} --allow-deletes ${entities.flatMap(partsToAccept).join(",")}`,
    remedy: accept,
  },
  failed: {
    label: "Sync failed",
    isBad: true,
    text: (entities) => `${namesWithTimes(entities)}. The next sync tries again.`,
    command: again,
    remedy: refresh,
  },
  interrupted: {
    label: "Sync interrupted",
    isBad: true,
    text: (entities) => `${namesWithTimes(entities)}. The next sync tries again.`,
    command: again,
    remedy: refresh,
  },
  quota: {
    label: "API calls used up",
    isBad: true,
    text: (entities) => `${namesWithTimes(entities)}. The sync continues by itself when the daily limit resets.`,
  },
  switched_off: {
    label: "Stopped",
    isBad: true,
    text: (entities) => `${namesWithTimes(entities)}. Syncing was switched off during the run.`,
    command: again,
    remedy: refresh,
  },
  never: {
    label: "Never synced",
    isBad: false,
    text: (entities) => `${joinNames(names(entities))}.`,
    command: ofTier,
    remedy: readTier,
  },
  old: {
    label: "Late",
    isBad: true,
    text: (entities) => `${namesWithTimes(entities)}.`,
    command: ofTier,
    remedy: readTier,
  },
  partial: {
    label: "Sample only",
    isBad: false,
    text: (entities) => `${joinNames(names(entities))}.`,
    command: ofTier,
    remedy: readTier,
  },
};

/**
 * Return the command that reads the entities of a tier.
 *
 * @param {number} tier
 */
export function commandOf(tier) {
  return COMMANDS[tier] ?? COMMANDS[3];
}

/**
 * Return a key of KINDS, or "fresh". A failure counts even while the copies are still fresh.
 *
 * @param {Entity} entity
 */
export function kindOf({ problem, freshness }) {
  return problem ?? freshness;
}

/**
 * Group the entities by kind, in the order of KINDS: [{ kind, words, entities }]. The kind "fresh" is left out.
 *
 * @param {readonly Entity[]} entities
 */
export function problemsOf(entities) {
  return Object.entries(KINDS).flatMap(([kind, words]) => {
    const affected = entities.filter((entity) => kindOf(entity) === kind);
    return affected.length ? [{ kind, words, entities: affected }] : [];
  });
}

/** @param {readonly Entity[]} entities */
const names = (entities) => entities.map(({ name }) => nameOf(name));

/** @param {readonly Entity[]} entities */
const namesWithTimes = (entities) => joinNames(entities.map((entity) => `${nameOf(entity.name)} (${times(entity)})`));

/** @param {Entity} entity */
const partsToAccept = ({ deletes }) =>
  Object.entries(deletes?.parts ?? {}).map(([part, records]) => `${part}=${records}`);

/** @param {Entity} entity */
function missing(entity) {
  const { missing, of } = entity.deletes ?? { missing: null, of: null };
  const are = missing === 1 ? "is" : "are";
  return `${nameOf(entity.name)}: ${number(missing)} of ${number(of)} ${are} missing in the last read (${times(entity)})`;
}

/**
 * Return "last good: 2 minutes ago · failed just now".
 *
 * @param {Entity} entity
 */
export function times({ last_sync, failed_at }) {
  const good = last_sync ? `last good: ${ago(last_sync)}` : "never read";
  return failed_at ? `${good} · failed ${ago(failed_at)}` : good;
}

/**
 * Return the time of the latest good sync; null before the first.
 *
 * @param {readonly Entity[]} entities
 */
export function lastSync(entities) {
  return (
    entities
      .map((entity) => entity.last_sync)
      .filter(Boolean)
      .sort()
      .at(-1) ?? null
  );
}
