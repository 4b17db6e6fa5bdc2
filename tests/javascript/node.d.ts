/* The types of the few parts of Node that the tests use. All of Node's types would let a browser's module use Node. */

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
