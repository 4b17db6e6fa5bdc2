import assert from "node:assert/strict";
import { test } from "node:test";
import { booksOf } from "../../static/js/people/adoption-data.js";

test("adoption data is shown as books with their numbers of students", () => {
  const text = JSON.stringify({
    Books: [
      { name: "Biology", students: 120, howUsing: "As the core textbook" },
      { name: "Physics" },
      { name: "Logic", students: "1" },
    ],
  });
  assert.equal(booksOf(text), "Biology (120 students), Physics, Logic (1 student)");
});

test("other data is shown as stored", () => {
  const noNames = ['{"Books": [{"title": "Biology"}]}', '{"Books": [{"name": " "}]}', '{"Books": [null]}'];
  for (const text of ["Biology", "{", "null", "{}", '{"Books": []}', '{"Books": {}}', "[1]", "", ...noNames]) {
    assert.equal(booksOf(text), text);
  }
});
