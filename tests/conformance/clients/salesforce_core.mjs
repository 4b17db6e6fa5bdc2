// Call the simulator with @salesforce/core, the library under Salesforce's own command line, and an access token.

import { createRequire } from "node:module";
import { attempt, expect, finish } from "./calls.mjs";

process.env.SF_DISABLE_TELEMETRY = "true";
process.env.SF_USE_GENERIC_UNIX_KEYCHAIN = "true";
process.env.SF_DISABLE_LOG_FILE = "true";
const { AuthInfo, Connection, Org } = createRequire(`${process.env.CONFORMANCE_MODULES}/`)("@salesforce/core");
const env = process.env;
let connection, org;

await attempt("org from an access token", async () => {
  const accessTokenOptions = {
    accessToken: env.SALESFORCE_SESSION_ID, instanceUrl: env.SALESFORCE_HOST, loginUrl: env.SALESFORCE_HOST,
  };
  const authInfo = await AuthInfo.create({ accessTokenOptions, username: env.SALESFORCE_SESSION_ID });
  connection = await Connection.create({ authInfo });
  org = await Org.create({ connection });
  expect("the org", org.getOrgId().startsWith("00D"));
});
await attempt("newest API version", async () => {
  const version = await connection.retrieveMaxApiVersion();
  expect("a version", Number(version) >= 64);
  return version;
});
await attempt("identity", async () => {
  const user = await connection.identity();
  expect("the user", user.username === env.SALESFORCE_USERNAME);
});
await attempt("query, all pages", async () => {
  const found = await connection.autoFetchQuery("SELECT Id FROM Contact");
  expect("all contacts", found.records.length === found.totalSize);
  return `${found.totalSize} records`;
});
await attempt("single record", async () => {
  const found = await connection.singleRecordQuery("SELECT Id, Name FROM Organization");
  expect("the org", found.Id.startsWith("00D"));
});
await attempt("Tooling, single record", async () => {
  const found = await connection.singleRecordQuery("SELECT Id FROM ApexClass WHERE Name = 'Echo'", { tooling: true });
  expect("the class", found.Id.startsWith("01p"));
});
await attempt("create, update, delete", async () => {
  const cases = connection.sobject("Case");
  const { id } = await cases.create({ Subject: "conformance" });
  await cases.update({ Id: id, Subject: "changed" });
  expect("the change", (await cases.retrieve(id)).Subject === "changed");
  await cases.destroy(id);
});
await attempt("Bulk API 2.0 ingest and query", async () => {
  const options = { pollInterval: 100, pollTimeout: 60_000 };
  const input = [{ LastName: "Core" }];
  const done = await connection.bulk2.loadAndWaitForResults({ object: "Contact", operation: "insert", input, ...options });
  expect("one inserted contact", done.successfulResults.length === 1);
  const rows = await (await connection.bulk2.query("SELECT Id FROM Contact WHERE LastName = 'Core'", options)).toArray();
  expect("the new contact", rows.length === 1);
});
await attempt("limits", async () => {
  expect("the day's calls", (await connection.limits()).DailyApiRequests.Max > 0);
});
finish();
