/* Offer files for download, and write tables as CSV for spreadsheets. */

import { dayIn, dayOf } from "../core/days.js";

/**
 * Return CSV (RFC 4180). Text that a spreadsheet would take for a formula is escaped. columns: [{ label, csv(row) }].
 *
 * @template Row
 * @param {readonly { label: string, csv(row: Row): Cell }[]} columns
 * @param {readonly Row[]} rows
 */
export function csvText(columns, rows) {
  const lines = [columns.map((column) => column.label), ...rows.map((row) => columns.map((column) => column.csv(row)))];
  return lines.map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

/**
 * Download the text as a CSV file. The byte order mark tells spreadsheets that the file is UTF-8.
 *
 * @param {string} name
 * @param {string} text
 */
export function download(name, text) {
  giveFile(name, new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" }));
}

/**
 * @param {string} name
 * @param {Blob} blob
 */
export function giveFile(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/**
 * Return a name such as "forms-2026-11-22.csv".
 *
 * @param {string} stem
 * @param {string} [kind]
 */
export function fileName(stem, kind = "csv") {
  return `${stem}-${dayIn()}.${kind}`;
}

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:[\d.]+(Z|[+-]\d\d:\d\d)$/;

/**
 * Write timestamps as days in the reader's time zone, because spreadsheets treat "2026-11-22T08:03:00+00:00" as text.
 *
 * @param {Cell} value
 */
function cell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "string" && STAMP.test(value)) return dayOf(value);
  const plain = String(value);
  // Spreadsheets for Japanese also take the wide forms of these characters for the beginning of a formula.
  const text = typeof value !== "number" && /^[=+\-@＝＋－＠\t\r\n]/.test(plain) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
