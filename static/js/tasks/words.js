/* What tasks and issues have in common. */

/** Value and word, the most urgent first. */
export const PRIORITIES = [
  ["high", "High"],
  ["normal", "Normal"],
  ["low", "Low"],
];
