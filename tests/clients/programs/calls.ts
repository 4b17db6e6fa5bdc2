// Print one line of JSON for each call, with its result, as tests/conformance/clients/calls.py does.

let failures = 0;

export async function attempt(call: string, run: () => Promise<string | void>): Promise<void> {
  try {
    const detail = await run();
    console.log(JSON.stringify({ call, ok: true, detail: detail ?? "" }));
  } catch (error) {
    failures += 1;
    console.log(JSON.stringify({ call, ok: false, detail: String(error).slice(0, 300) }));
  }
}

export function expect(what: string, holds: boolean): void {
  if (!holds) throw new Error(`not as expected: ${what}`);
}

/** Return the body of a successful answer; throw the error of any other answer. */
export function good<Data>(answer: { data?: Data; error?: unknown; response: Response }): NonNullable<Data> {
  if (answer.data === undefined || answer.data === null) {
    throw new Error(`${answer.response.status}: ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

/** Return the body of an error; throw when the answer is no error. */
export function bad<Failure>(answer: { error?: Failure; response: Response }): NonNullable<Failure> {
  if (!answer.error) throw new Error(`${answer.response.status} is no error`);
  return answer.error;
}

export function finish(): void {
  process.exitCode = failures ? 1 : 0;
}

export function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/** Return the cookie with the CSRF secret, as a browser would send it back. */
export function csrfCookie(response: Response): string {
  return response.headers.get("Set-Cookie")?.match(/csrftoken=[^;]+/)?.[0] ?? "";
}

export const BAD_INPUT = "must not be stored";
