// Call every operation of the API, except the dashboard's, with openapi-fetch and openapi-typescript's types.

import { randomUUID } from "node:crypto";
import createClient from "openapi-fetch";
import { BAD_INPUT, attempt, bad, csrfCookie, expect, finish, good, variable } from "./calls.js";
import type { components, paths } from "./sfapi.js";

type ErrorBody = components["schemas"]["ErrorBody"];
type ValidationErrorBody = components["schemas"]["ValidationErrorBody"];

const baseUrl = variable("SFAPI_URL");
const school = variable("SCHOOL");
const cookie = `oxa=${variable("SFAPI_COOKIE")}`;

function clientWith(headers: Record<string, string>) {
  // The records also exist as CSV, which the types declare as a string. This client accepts only JSON.
  return createClient<paths, "application/json">({ baseUrl, headers });
}

const anybody = clientWith({});
const service = clientWith({ Authorization: `Bearer ${variable("SFAPI_KEY")}` });
const narrow = clientWith({ Authorization: `Bearer ${variable("NARROW_KEY")}` });
const user = clientWith({ Cookie: cookie });

/** Return the location of the value that the service rejects as invalid. */
function invalid(answer: { error?: ErrorBody | ValidationErrorBody; response: Response }): string {
  const error = bad(answer);
  expect(`422 field_invalid, not ${error.type}`, answer.response.status === 422 && error.type === "field_invalid");
  if (!("errors" in error) || !error.errors?.[0]) throw new Error("no errors");
  return error.errors[0].loc.join(".");
}

async function schools(): Promise<string> {
  const list = good(await anybody.GET("/api/v1/schools", { params: { query: { name: school } } }));
  const first = list.schools[0];
  expect("the school comes first", first?.name === school);
  const path = { school_id: first!.id };
  const detail = good(await service.GET("/api/v1/schools/{school_id}", { params: { path } }));
  expect("the same school", detail.id === first!.id);
  return `${list.count} schools, ${detail.name}`;
}

async function books(): Promise<string> {
  const first = await service.GET("/api/v1/books");
  const etag = first.response.headers.get("ETag") ?? "";
  const again = await service.GET("/api/v1/books", { params: { header: { "If-None-Match": etag } } });
  expect("304 to the ETag", again.response.status === 304);
  return `${good(first).count} books`;
}

async function info(): Promise<string> {
  const state = good(await service.GET("/api/v1/info"));
  expect("the API usage, not an error", "api_limit" in state.api_usage);
  return `accounts: ${state.sync["accounts"]?.state}`;
}

async function me(): Promise<string> {
  expect("not logged in", !good(await anybody.GET("/api/v1/me")).logged_in);
  const body = good(await user.GET("/api/v1/me"));
  expect("logged in", body.logged_in);
  return `contact ${body.salesforce_contact_id}`;
}

async function contact(): Promise<string> {
  const answer = await user.GET("/api/v1/me");
  const header = { "X-CSRFToken": good(answer).csrf_token };
  const page = clientWith({ Cookie: `${cookie}; ${csrfCookie(answer.response)}` });
  const before = good(await page.GET("/api/v1/contact"));
  const body = { first_name: "Grace", last_name: null };
  const after = good(await page.PUT("/api/v1/contact", { params: { header }, body }));
  expect("only the first name changed", after.first_name === "Grace" && after.last_name === before.last_name);
  const long = { first_name: BAD_INPUT.repeat(300) };
  expect("the field is named", invalid(await page.PUT("/api/v1/contact", { params: { header }, body: long })) === "body.first_name");
  const forged = bad(await page.PUT("/api/v1/contact", { body }));
  expect("csrf_token_missing", forged.type === "csrf_token_missing");
  return after.full_name ?? "";
}

async function adoptions(): Promise<string> {
  const body = good(await user.GET("/api/v1/adoptions"));
  expect("as many adoptions as count says", body.adoptions.length === body.count);
  return `${body.count} adoptions, ${body.total_students} students`;
}

async function cases(): Promise<string> {
  const body = { subject: "Grades do not arrive", description: "Since Monday.", product: "Assignable" };
  const params = { header: { "Idempotency-Key": randomUUID() } };
  const made = good(await service.POST("/api/v1/case", { params, body }));
  const again = good(await service.POST("/api/v1/case", { params, body }));
  const path = { case_id: made.id };
  const read = good(await service.GET("/api/v1/case/{case_id}", { params: { path } }));
  expect("one case", made.id === again.id && made.id === read.id);
  const other = { subject: "Another", description: BAD_INPUT };
  const reused = bad(await service.POST("/api/v1/case", { params, body: other }));
  expect("idempotency_key_reused", reused.type === "idempotency_key_reused");
  return read.status;
}

async function forms(): Promise<string> {
  const sent: components["schemas"]["FormIn"][] = [
    { form_type: "contact_us", data: { message: "Where is the answer guide?", name: "Ada Example" } },
    { form_type: "web_to_case", data: { subject: "Help", description: "A page is missing." }, submitted_at: Date.now() },
  ];
  const states: string[] = [];
  for (const body of sent) {
    const state = good(await service.POST("/api/v1/forms/submit", { body }));
    const path = { submission_id: state.id };
    const read = good(await service.GET("/api/v1/forms/submissions/{submission_id}", { params: { path } }));
    expect("the form type that was sent", read.form_type === body.form_type);
    states.push(read.status);
  }
  return states.join(", ");
}

async function records(): Promise<string> {
  const params = { query: { limit: 2 } };
  const page = good(await service.GET("/api/v1/records/books", { params }));
  const path = { id: page.results[0]!.id };
  const one = good(await service.GET("/api/v1/records/books/{id}", { params: { path } }));
  expect("the same book", one.id === path.id && one.official_name === page.results[0]!.official_name);
  const named = good(await service.GET("/api/v1/records/books", { params: { query: { limit: 1, fields: ["name"] } } }));
  expect("the name, but no official_name", named.results[0]!.name === one.name && named.results[0]!.official_name === undefined);
  return `as of ${page.as_of.slice(0, 4)}, next: ${page.next !== null}`;
}

async function otherRecords(): Promise<void> {
  const params = { query: { limit: 2 } };
  const accounts = good(await service.GET("/api/v1/records/accounts", { params }));
  const contacts = good(await service.GET("/api/v1/records/contacts", { params }));
  const opportunities = good(await service.GET("/api/v1/records/opportunities", { params }));
  const adopted = good(await service.GET("/api/v1/records/adoptions", { params }));
  const at = (id: string) => ({ params: { path: { id } } });
  const account = good(await service.GET("/api/v1/records/accounts/{id}", at(accounts.results[0]!.id)));
  const person = good(await service.GET("/api/v1/records/contacts/{id}", at(contacts.results[0]!.id)));
  const opportunity = good(await service.GET("/api/v1/records/opportunities/{id}", at(opportunities.results[0]!.id)));
  const adoption = good(await service.GET("/api/v1/records/adoptions/{id}", at(adopted.results[0]!.id)));
  expect("the same account", account.id === accounts.results[0]!.id && account.name === accounts.results[0]!.name);
  expect("the same contact", person.id === contacts.results[0]!.id && person.full_name === contacts.results[0]!.full_name);
  const listed = opportunities.results[0]!;
  expect("the same opportunity", opportunity.id === listed.id && opportunity.system_modstamp === listed.system_modstamp);
  expect("the same adoption", adoption.id === adopted.results[0]!.id && adoption.base_year === adopted.results[0]!.base_year);
}

async function missingRecords(): Promise<void> {
  const search = bad(await anybody.GET("/api/v1/schools", { params: { query: { name: "zzzzqqqq xxxx" } } }));
  expect("no_match", search.type === "no_match");
  const path = { case_id: randomUUID() };
  const missing = bad(await service.GET("/api/v1/case/{case_id}", { params: { path } }));
  expect("record_not_found", missing.type === "record_not_found");
}

async function badValues(): Promise<void> {
  const short = bad(await anybody.GET("/api/v1/schools", { params: { query: { name: "a" } } }));
  expect("search_too_short", short.type === "search_too_short");
  const query = { name: school, limit: 5000 };
  expect("limit", invalid(await anybody.GET("/api/v1/schools", { params: { query } })) === "query.limit");
  const body = { subject: "x".repeat(300), description: BAD_INPUT };
  expect("subject", invalid(await service.POST("/api/v1/case", { body })) === "body.subject");
  const form = { form_type: "contact_us" as const, data: { message: BAD_INPUT, email: "no address" } };
  expect("email", invalid(await service.POST("/api/v1/forms/submit", { body: form })).endsWith("data.email"));
}

async function noRight(): Promise<void> {
  const nobody = await anybody.GET("/api/v1/books");
  expect("401 credentials_missing", nobody.response.status === 401 && bad(nobody).type === "credentials_missing");
  const refused = bad(await narrow.GET("/api/v1/info"));
  expect("scope_missing, with the name of the scope", refused.type === "scope_missing" && "scope" in refused && refused.scope === "read:info");
}

async function main(): Promise<void> {
  await attempt("search_schools, get_school", schools);
  await attempt("list_books, again with its ETag", books);
  await attempt("get_info", info);
  await attempt("get_me", me);
  await attempt("get_contact, update_contact", contact);
  await attempt("list_adoptions", adoptions);
  await attempt("create_case twice, get_case", cases);
  await attempt("submit_form of both types, get_submission", forms);
  await attempt("list_book_records, get_book_record", records);
  await attempt("the other records, in pages and one by one", otherRecords);
  await attempt("404 no_match, record_not_found", missingRecords);
  await attempt("422 field_invalid in query, body and form; search_too_short", badValues);
  await attempt("401 credentials_missing, 403 scope_missing", noRight);
  finish();
}

void main();
