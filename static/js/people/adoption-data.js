/* Show the adoption data of a prospect. The form on the web site fills the field with JSON; anybody may edit it. */

/**
 * The books with their students, such as “Biology (120 students), Physics”. Data in another form is shown unchanged.
 * @param {string} held
 */
export function booksOf(held) {
  const books = parsed(held)?.Books;
  if (!Array.isArray(books) || !books.length || !books.every(isNamed)) return held;
  return books.map(({ name, students }) => (students > 0 ? `${name} (${students} students)` : name)).join(", ");
}

/** @param {any} book */
function isNamed(book) {
  return typeof book?.name === "string" && book.name.trim() !== "";
}

/** @param {string} held */
function parsed(held) {
  try {
    return JSON.parse(held);
  } catch {
    return null;
  }
}
