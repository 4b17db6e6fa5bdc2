/* Search by words, in any order and case, with or without accents, and suggest words with a similar spelling. */

const SHORTEST_CORRECTED = 4;
/** Letters without an accent that could be removed. @type {Record<string, string>} */
const LETTERS = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", ł: "l", ı: "i", þ: "th" };

/**
 * "Física: Øyvind's" → "fisica: oyvind's". The server folds text in the same way (sf_searchable).
 *
 * @param {string} text
 */
export function fold(text) {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[ßæœøđðłıþ]/g, (letter) => LETTERS[letter]);
}

/**
 * Return the rows with every word of q: at the beginning of a word, or anywhere when no row matches.
 *
 * @template Row
 * @param {readonly Row[]} rows
 * @param {string} q
 * @param {(row: Row) => string} textOf folded
 */
export function withWords(rows, q, textOf) {
  const words = fold(q).split(/\s+/).filter(Boolean);
  const begins = words.map((word) => new RegExp(`(?<![\\p{L}\\p{N}])${escaped(word)}`, "u"));
  const found = rows.filter((row) => begins.every((word) => word.test(textOf(row))));
  return found.length ? found : rows.filter((row) => words.every((word) => textOf(row).includes(word)));
}

/**
 * Return q with unknown words replaced by the most similar known ones; null when a word is similar to none.
 *
 * @param {string} q
 * @param {Iterable<string>} texts folded
 */
export function likeWords(q, texts) {
  const known = new Set([...texts].flatMap((text) => text.match(/[\p{L}\p{N}]{1,60}/gu) ?? []));
  const words = fold(q).match(/[\p{L}\p{N}]+/gu) ?? [];
  const instead = words.map((word) => likest(word, known));
  return instead.every(Boolean) && instead.join(" ") !== words.join(" ") ? instead.join(" ") : null;
}

/**
 * @param {string} word
 * @param {Set<string>} known
 */
function likest(word, known) {
  const most = word.length < 8 ? 2 : 3;
  let best = { word: "", distance: word.length < SHORTEST_CORRECTED ? 1 : most + 1 };
  for (const one of known) {
    const distance = one.startsWith(word) ? 0 : Math.min(edits(one, word), edits(one.slice(0, word.length), word));
    if (distance < best.distance) best = { word: distance ? one : word, distance };
  }
  return best.word;
}

/**
 * Return the number of letters to change, add or drop.
 *
 * @param {string} a
 * @param {string} b
 */
function edits(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, place) => place);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (let place = 1; place <= b.length; place += 1) {
      const changed = row[place - 1] + Number(b[place - 1] !== letter);
      next[place] = Math.min(changed, row[place] + 1, next[place - 1] + 1);
    }
    row = next;
  }
  return row[b.length];
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
