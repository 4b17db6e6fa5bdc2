/* Show the adoption data of a prospect. OpenStax's form writes it as JSON, but users of Pardot can edit it. */

import { plural } from "../core/format.js";

/**
 * Return the books with their numbers of students: “Biology (120 students), Physics”. Return data in another format
 * unchanged.
 *
 * @param {string} text
 */
export function booksOf(text) {
  const books = parseJson(text)?.Books;
  if (!Array.isArray(books) || !books.length || !books.every(isNamed)) return text;
  return books
    .map(({ name, students }) => (students > 0 ? `${name} (${plural(Number(students), "student")})` : name))
    .join(", ");
}

/** @param {any} book */
function isNamed(book) {
  return typeof book?.name === "string" && book.name.trim() !== "";
}

/** @param {string} text */
function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
