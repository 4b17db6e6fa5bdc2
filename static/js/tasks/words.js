/* Words for tasks. */

/**
 * The priorities and their words, the most urgent first.
 *
 * @type {[Api["Priority"], string][]}
 */
export const PRIORITIES = [
  ["high", "High"],
  ["normal", "Normal"],
  ["low", "Low"],
];
