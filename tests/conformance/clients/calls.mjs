// Print one line of JSON for each call, with its result, as calls.py does.

let failures = 0;

export async function attempt(call, run) {
  try {
    const detail = await run();
    console.log(JSON.stringify({ call, ok: true, detail: String(detail ?? "") }));
  } catch (error) {
    failures += 1;
    const code = error.errorCode ? `${error.errorCode}: ` : "";
    console.log(JSON.stringify({ call, ok: false, detail: `${code}${error.message}`.slice(0, 300) }));
  }
}

export function expect(what, holds) {
  if (!holds) throw new Error(`not as expected: ${what}`);
}

export function finish() {
  process.exitCode = failures ? 1 : 0;
}
