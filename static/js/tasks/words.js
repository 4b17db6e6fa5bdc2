/* Words and parts that tasks and issues share. */

/**
 * Value and word, the most urgent first.
 *
 * @type {[Api["Priority"], string][]}
 */
export const PRIORITIES = [
  ["high", "High"],
  ["normal", "Normal"],
  ["low", "Low"],
];
