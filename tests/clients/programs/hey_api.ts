// Call every operation of the API, except the dashboard's, with the client that @hey-api/openapi-ts generates.

import { randomUUID } from "node:crypto";
import { BAD_INPUT, attempt, bad, csrfCookie, expect, finish, good, variable } from "./calls.js";
import * as sfapi from "./sfapi";
import { createClient, createConfig } from "./sfapi/client";
import type { ErrorBody, FormIn, ValidationErrorBody } from "./sfapi";

const baseUrl = variable("SFAPI_URL");
const school = variable("SCHOOL");
const cookie = variable("SFAPI_COOKIE");

/** Return a client with an API key, a cookie or neither. The OpenAPI document says which of them an operation accepts. */
function clientWith({ key, cookie }: { key?: string; cookie?: string }) {
  return createClient(createConfig({ baseUrl, auth: (way) => (way.in === "cookie" ? cookie : key) }));
}

const anybody = clientWith({});
const service = clientWith({ key: variable("SFAPI_KEY") });
const narrow = clientWith({ key: variable("NARROW_KEY") });
const user = clientWith({ cookie });

/** Return the location of the value that the service rejects as invalid. */
function invalid(answer: { error?: ErrorBody | ValidationErrorBody; response: Response }): string {
  const error = bad(answer);
  expect(`422 field_invalid, not ${error.type}`, answer.response.status === 422 && error.type === "field_invalid");
  if (!("errors" in error) || !error.errors?.[0]) throw new Error("no errors");
  return error.errors[0].loc.join(".");
}

async function schools(): Promise<string> {
  const list = good(await sfapi.searchSchools({ client: anybody, query: { name: school } }));
  const first = list.schools[0];
  expect("the school comes first", first?.name === school);
  const path = { school_id: first!.id };
  const detail = good(await sfapi.getSchool({ client: service, path }));
  expect("the same school", detail.id === first!.id);
  return `${list.count} schools, ${detail.name}`;
}

async function books(): Promise<string> {
  const first = await sfapi.listBooks({ client: service });
  const etag = first.response.headers.get("ETag") ?? "";
  const again = await sfapi.listBooks({ client: service, headers: { "If-None-Match": etag } });
  expect("304 to the ETag", again.response.status === 304);
  return `${good(first).count} books`;
}

async function info(): Promise<string> {
  const state = good(await sfapi.getInfo({ client: service }));
  expect("the API usage, not an error", "api_limit" in state.api_usage);
  return `accounts: ${state.sync["accounts"]?.state}`;
}

async function me(): Promise<string> {
  expect("not logged in", !good(await sfapi.getMe({ client: anybody })).logged_in);
  const body = good(await sfapi.getMe({ client: user }));
  expect("logged in", body.logged_in);
  return `contact ${body.salesforce_contact_id}`;
}

async function contact(): Promise<string> {
  const answer = await sfapi.getMe({ client: user });
  const headers = { "X-CSRFToken": good(answer).csrf_token };
  const page = clientWith({ cookie: `${cookie}; ${csrfCookie(answer.response)}` });
  const before = good(await sfapi.getContact({ client: page }));
  const body = { first_name: "Emmy", last_name: null };
  const after = good(await sfapi.updateContact({ client: page, headers, body }));
  expect("only the first name changed", after.first_name === "Emmy" && after.last_name === before.last_name);
  const long = { first_name: BAD_INPUT.repeat(300) };
  expect("the field is named", invalid(await sfapi.updateContact({ client: page, headers, body: long })) === "body.first_name");
  const forged = bad(await sfapi.updateContact({ client: page, body }));
  expect("csrf_token_missing", forged.type === "csrf_token_missing");
  return after.full_name ?? "";
}

async function adoptions(): Promise<string> {
  const body = good(await sfapi.listAdoptions({ client: user }));
  expect("as many adoptions as count says", body.adoptions.length === body.count);
  return `${body.count} adoptions, ${body.total_students} students`;
}

async function cases(): Promise<string> {
  const body = { subject: "Grades do not arrive", description: "Since Monday.", product: "Assignable" };
  const params = { headers: { "Idempotency-Key": randomUUID() } };
  const made = good(await sfapi.createCase({ client: service, ...params, body }));
  const again = good(await sfapi.createCase({ client: service, ...params, body }));
  const path = { case_id: made.id };
  const read = good(await sfapi.getCase({ client: service, path }));
  expect("one case", made.id === again.id && made.id === read.id);
  const other = { subject: "Another", description: BAD_INPUT };
  const reused = bad(await sfapi.createCase({ client: service, ...params, body: other }));
  expect("idempotency_key_reused", reused.type === "idempotency_key_reused");
  return read.status;
}

async function forms(): Promise<string> {
  const sent: FormIn[] = [
    { form_type: "contact_us", data: { message: "Where is the answer guide?", name: "Ada Example" } },
    { form_type: "web_to_case", data: { subject: "Help", description: "A page is missing." }, submitted_at: Date.now() },
  ];
  const states: string[] = [];
  for (const body of sent) {
    const state = good(await sfapi.submitForm({ client: service, body }));
    const path = { submission_id: state.id };
    const read = good(await sfapi.getSubmission({ client: service, path }));
    expect("the form type that was sent", read.form_type === body.form_type);
    states.push(read.status);
  }
  return states.join(", ");
}

async function records(): Promise<string> {
  const params = { query: { limit: 2 } };
  const page = good(await sfapi.listBookRecords({ client: service, ...params }));
  const path = { id: page.results[0]!.id };
  const one = good(await sfapi.getBookRecord({ client: service, path }));
  expect("the same book", one.id === path.id && one.official_name === page.results[0]!.official_name);
  const named = good(await sfapi.listBookRecords({ client: service, query: { limit: 1, fields: ["name"] } }));
  expect("the name, but no official_name", named.results[0]!.name === one.name && named.results[0]!.official_name === undefined);
  return `as of ${page.as_of.slice(0, 4)}, next: ${page.next !== null}`;
}

async function otherRecords(): Promise<void> {
  const params = { query: { limit: 2 } };
  const accounts = good(await sfapi.listAccountRecords({ client: service, ...params }));
  const contacts = good(await sfapi.listContactRecords({ client: service, ...params }));
  const opportunities = good(await sfapi.listOpportunityRecords({ client: service, ...params }));
  const adopted = good(await sfapi.listAdoptionRecords({ client: service, ...params }));
  const account = good(await sfapi.getAccountRecord({ client: service, path: { id: accounts.results[0]!.id } }));
  const person = good(await sfapi.getContactRecord({ client: service, path: { id: contacts.results[0]!.id } }));
  const opportunity = good(await sfapi.getOpportunityRecord({ client: service, path: { id: opportunities.results[0]!.id } }));
  const adoption = good(await sfapi.getAdoptionRecord({ client: service, path: { id: adopted.results[0]!.id } }));
  expect("the same account", account.id === accounts.results[0]!.id && account.name === accounts.results[0]!.name);
  expect("the same contact", person.id === contacts.results[0]!.id && person.full_name === contacts.results[0]!.full_name);
  const listed = opportunities.results[0]!;
  expect("the same opportunity", opportunity.id === listed.id && opportunity.system_modstamp === listed.system_modstamp);
  expect("the same adoption", adoption.id === adopted.results[0]!.id && adoption.base_year === adopted.results[0]!.base_year);
}

async function missingRecords(): Promise<void> {
  const search = bad(await sfapi.searchSchools({ client: anybody, query: { name: "zzzzqqqq xxxx" } }));
  expect("no_match", search.type === "no_match");
  const path = { case_id: randomUUID() };
  const missing = bad(await sfapi.getCase({ client: service, path }));
  expect("record_not_found", missing.type === "record_not_found");
}

async function badValues(): Promise<void> {
  const short = bad(await sfapi.searchSchools({ client: anybody, query: { name: "a" } }));
  expect("search_too_short", short.type === "search_too_short");
  const query = { name: school, limit: 5000 };
  expect("limit", invalid(await sfapi.searchSchools({ client: anybody, query })) === "query.limit");
  const body = { subject: "x".repeat(300), description: BAD_INPUT };
  expect("subject", invalid(await sfapi.createCase({ client: service, body })) === "body.subject");
  const form = { form_type: "contact_us" as const, data: { message: BAD_INPUT, email: "no address" } };
  expect("email", invalid(await sfapi.submitForm({ client: service, body: form })).endsWith("data.email"));
}

async function noRight(): Promise<void> {
  const nobody = await sfapi.listBooks({ client: anybody });
  expect("401 credentials_missing", nobody.response.status === 401 && bad(nobody).type === "credentials_missing");
  const refused = bad(await sfapi.getInfo({ client: narrow }));
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
