/*
 * The types of the few parts of Node that the tests use. With all of Node's types, a module for browsers that uses Node
 * would pass the type check.
 */

declare module "node:test" {
  export function test(claim: string, run: () => void | Promise<void>): void;
}

declare module "node:assert/strict" {
  const assert: {
    equal(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    rejects(promise: Promise<unknown>, error: object): Promise<void>;
  };
  export default assert;
}

declare module "node:fs" {
  export function readFileSync(file: URL, encoding: "utf8"): string;
}
