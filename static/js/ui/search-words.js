/* Search by words, in any order and case, with or without accents, and suggest words with a similar spelling. */

const SHORTEST_CORRECTED = 4;
/** Letters that Unicode normalization does not turn into plain letters. @type {Record<string, string>} */
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
 * Return the rows in which every word of q begins a word. If there are none, return the rows that contain every word
 * of q anywhere.
 *
 * @template Row
 * @param {readonly Row[]} rows
 * @param {string} q
 * @param {(row: Row) => string} textOf folded
 */
export function withWords(rows, q, textOf) {
  const words = fold(q).split(/\s+/).filter(Boolean);
  const begins = words.map((word) => new RegExp(`(?<![\\p{L}\\p{N}])${escapeRegExp(word)}`, "u"));
  const matches = rows.filter((row) => begins.every((word) => word.test(textOf(row))));
  return matches.length ? matches : rows.filter((row) => words.every((word) => textOf(row).includes(word)));
}

/**
 * Return q with its words replaced by the most similar known words; a word that begins a known word stays. Return null
 * when a word is similar to no known word, or when nothing would change.
 *
 * @param {string} q
 * @param {Iterable<string>} texts folded
 */
export function likeWords(q, texts) {
  const known = new Set([...texts].flatMap((text) => text.match(/[\p{L}\p{N}]{1,60}/gu) ?? []));
  const words = fold(q).match(/[\p{L}\p{N}]+/gu) ?? [];
  const instead = words.map((word) => mostSimilar(word, known));
  return instead.every(Boolean) && instead.join(" ") !== words.join(" ") ? instead.join(" ") : null;
}

/**
 * @param {string} word
 * @param {Set<string>} known
 */
function mostSimilar(word, known) {
  const most = word.length < 8 ? 2 : 3;
  let best = { word: "", distance: word.length < SHORTEST_CORRECTED ? 1 : most + 1 };
  for (const one of known) {
    const distance = one.startsWith(word) ? 0 : Math.min(edits(one, word), edits(one.slice(0, word.length), word));
    if (distance < best.distance) best = { word: distance ? one : word, distance };
  }
  return best.word;
}

/**
 * Return the number of letters to change, add or drop to turn `a` into `b`.
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
function escapeRegExp(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
