/* What is old, partial or was never read, and the command that mends it. */

import { ago } from "../core/format.js";
import { nameOf } from "../core/names.js";

/** @type {Record<number, string>} */
const COMMANDS = {
  1: "python manage.py camp_sync",
  2: "python manage.py camp_sync --scout",
  3: "python manage.py camp_sync --survey",
};
const KINDS = { failed: "Failed at the last sync", never: "Never read", old: "Old", partial: "Only a sample" };

/**
 * The command that reads the entities of a tier.
 *
 * @param {number} tier
 */
export function commandOf(tier) {
  return COMMANDS[tier] ?? COMMANDS[3];
}

/**
 * failed, never, old, partial, fresh. A failure counts also while what is here is still fresh.
 *
 * @param {Api["EntityFreshness"]} entity
 */
export function kindOf(entity) {
  const broke = entity.state === "failed" || entity.state === "interrupted";
  return broke && entity.freshness !== "never" ? "failed" : entity.freshness;
}

/**
 * What is not fresh: [{ kind, label, entities, tier }], the worst first.
 *
 * @param {readonly Api["EntityFreshness"][]} entities
 */
export function problemsOf(entities) {
  return Object.entries(KINDS).flatMap(([kind, label]) => {
    const found = entities.filter((entity) => kindOf(entity) === kind);
    return found.length
      ? [{ kind, label, entities: found, tier: Math.max(...found.map((entity) => entity.tier)) }]
      : [];
  });
}

/**
 * "Lists (3 days ago)".
 *
 * @param {Api["EntityFreshness"]} entity
 */
export function mention(entity) {
  return entity.last_sync && kindOf(entity) !== "partial"
    ? `${nameOf(entity.name)} (${ago(entity.last_sync)})`
    : nameOf(entity.name);
}

/**
 * When the last of all syncs ended.
 *
 * @param {readonly Api["EntityFreshness"][]} entities
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
