// Call the simulator with jsforce: the documented calls that applications use.

import { createRequire } from "node:module";
import { attempt, expect, finish } from "./calls.mjs";

const jsforce = createRequire(`${process.env.CONFORMANCE_MODULES}/`)("jsforce");
const version = "64.0";
const env = process.env;
const conn = new jsforce.Connection({
  version,
  oauth2: { loginUrl: env.SALESFORCE_HOST, clientId: env.SALESFORCE_CLIENT_ID, clientSecret: env.SALESFORCE_CLIENT_SECRET },
});
const hour = 3_600_000;
let school, contact;

await attempt("login (OAuth password)", async () => {
  const user = await conn.login(env.SALESFORCE_USERNAME, env.SALESFORCE_PASSWORD + env.SALESFORCE_SECURITY_TOKEN);
  expect("a user", user.id.startsWith("005"));
});
await attempt("login (SOAP)", async () => {
  const soap = new jsforce.Connection({ version, loginUrl: env.SALESFORCE_HOST });
  const user = await soap.loginBySoap(env.SALESFORCE_USERNAME, env.SALESFORCE_PASSWORD + env.SALESFORCE_SECURITY_TOKEN);
  expect("an organization", user.organizationId.startsWith("00D"));
});
await attempt("login (client credentials)", async () => {
  const other = new jsforce.Connection({ version, instanceUrl: env.SALESFORCE_HOST, oauth2: conn.oauth2 });
  await other.authorize({ grant_type: "client_credentials" });
  expect("a token", other.accessToken);
});
await attempt("identity", async () => {
  const user = await conn.identity();
  expect("the user", user.username === env.SALESFORCE_USERNAME && user.organization_id.startsWith("00D"));
});
await attempt("query", async () => {
  const page = await conn.query("SELECT Id, Name FROM Account ORDER BY Name LIMIT 3");
  expect("three schools", page.records.length === 3 && page.done);
  school = page.records[0].Id;
});
await attempt("queryMore", async () => {
  const first = await conn.query("SELECT Id FROM Opportunity", { headers: { "Sforce-Query-Options": "batchSize=200" } });
  expect("a next page", !first.done && first.records.length === 200);
  const second = await conn.queryMore(first.nextRecordsUrl);
  expect("other records on the second page", second.records[0].Id !== first.records[0].Id);
});
await attempt("query that fetches all pages itself", async () => {
  const options = { autoFetch: true, maxFetch: 100_000, headers: { "Sforce-Query-Options": "batchSize=200" } };
  const all = await conn.query("SELECT Id FROM Contact", options);
  expect("all contacts", all.records.length === all.totalSize);
  return `${all.totalSize} records`;
});
await attempt("queryAll (deleted records too)", async () => {
  const { id } = await conn.sobject("Case").create({ Subject: "to be deleted" });
  await conn.sobject("Case").destroy(id);
  const page = await conn.query(`SELECT Id, IsDeleted FROM Case WHERE Id = '${id}'`, { scanAll: true });
  expect("the deleted case", page.records[0].IsDeleted === true);
});
await attempt("sub-query of children", async () => {
  const found = await conn.sobject("Account").find({}, "Id, Name").include("Contacts", {}, "Id, LastName, Account.Name").end()
    .limit(50).execute();
  const parents = found.filter((account) => account.Contacts);
  expect("children", parents.length > 0 && parents.every(({ Contacts }) => Contacts.totalSize === Contacts.records.length));
  expect("each child's parent", parents.every((each) => each.Contacts.records.every((child) => child.Account.Name === each.Name)));
  return `${parents.length} of ${found.length} schools with contacts`;
});
await attempt("relationship query", async () => {
  const page = await conn.query("SELECT Id, Opportunity__r.Account.Name FROM Adoption__c WHERE Opportunity__c != null LIMIT 1");
  expect("the school's name", page.records[0].Opportunity__r.Account.Name);
});
await attempt("aggregate query", async () => {
  const page = await conn.query("SELECT Type, COUNT(Id) many FROM Account GROUP BY Type");
  expect("groups", page.records.length > 0 && page.records.every((group) => group.many > 0));
});
await attempt("describe", async () => {
  const account = await conn.describe("Account");
  expect("children", account.childRelationships.some(({ relationshipName }) => relationshipName === "Contacts"));
  return `${account.fields.length} fields`;
});
await attempt("describeGlobal", async () => `${(await conn.describeGlobal()).sobjects.length} objects`);
await attempt("create one", async () => {
  const made = await conn.sobject("Contact").create({ LastName: "Conformance", AccountId: school });
  expect("an id", made.success && made.id.startsWith("003"));
  contact = made.id;
});
await attempt("create many (collections)", async () => {
  const names = Array.from({ length: 250 }, (_, number) => ({ LastName: `Conformance ${number}` }));
  const made = await conn.sobject("Contact").create(names, { allowRecursive: true });
  expect("250 new contacts", made.length === 250 && made.every(({ success }) => success));
});
await attempt("retrieve", async () => {
  const [one, many] = [await conn.sobject("Contact").retrieve(contact), await conn.sobject("Account").retrieve([school])];
  expect("the records", one.LastName === "Conformance" && many[0].Id === school);
});
await attempt("update", async () => {
  const done = await conn.sobject("Contact").update({ Id: contact, FirstName: "Ada" });
  expect("the change", done.success && (await conn.sobject("Contact").retrieve(contact)).FirstName === "Ada");
});
await attempt("upsert by external id", async () => {
  const record = { SFAPI_Id__c: "jsforce-1", Subject: "first" };
  const first = await conn.sobject("Case").upsert(record, "SFAPI_Id__c");
  const again = await conn.sobject("Case").upsert({ ...record, Subject: "again" }, "SFAPI_Id__c");
  expect("one record", first.success && again.success && first.id === again.id);
});
await attempt("delete", async () => {
  const done = await conn.sobject("Contact").destroy(contact);
  expect("the contact is deleted", done.success);
});
await attempt("search (SOSL)", async () => {
  const found = await conn.search("FIND {Conformance*} IN NAME FIELDS RETURNING Contact(Id, LastName LIMIT 5)");
  expect("contacts", found.searchRecords.length === 5);
});
await attempt("recent", async () => {
  const [all, some] = [await conn.recent(10), await conn.recent("Opportunity", 5)];
  expect("lists of records", all.every((each) => each.Id) && Array.isArray(some));
  return `${all.length} records of any object, ${some.length} opportunities`;
});
await attempt("deleted and updated", async () => {
  const [start, end] = [new Date(Date.now() - hour), new Date(Date.now() + hour)];
  const gone = await conn.sobject("Contact").deleted(start, end);
  const changed = await conn.sobject("Contact").updated(start, end);
  expect("the deleted and the changed contacts", gone.deletedRecords.some(({ id }) => id === contact) && changed.ids.length >= 250);
});
await attempt("limits", async () => {
  const limits = await conn.limits();
  expect("the day's calls", limits.DailyApiRequests.Remaining > 0 && conn.limitInfo.apiUsage.used > 0);
});
await attempt("Apex REST", async () => {
  const echo = await conn.apex.post("/Echo/here", { a: 1 });
  expect("the echo", echo.method === "POST" && echo.body.a === 1);
});
await attempt("composite (requestPost)", async () => {
  const compositeRequest = [
    { method: "GET", url: `/services/data/v${version}/sobjects/Account/${school}`, referenceId: "school" },
    { method: "GET", url: `/services/data/v${version}/sobjects/Account/@{school.Id}/describe`, referenceId: "none" },
  ];
  const answer = await conn.requestPost(`/services/data/v${version}/composite`, { compositeRequest });
  expect("the school", answer.compositeResponse[0].body.Id === school);
});
await attempt("Bulk API 2.0 query", async () => {
  const stream = await conn.bulk2.query("SELECT Id, Name FROM Account", { pollInterval: 100, pollTimeout: 60_000 });
  const rows = await stream.toArray();
  expect("rows", rows.length > 0 && rows[0].Id.startsWith("001"));
  return `${rows.length} rows`;
});
await attempt("Bulk API 2.0 ingest", async () => {
  const input = [{ LastName: "Ingested", FirstName: "One" }, { FirstName: "without a last name" }];
  const done = await conn.bulk2.loadAndWaitForResults({
    object: "Contact", operation: "insert", input, pollInterval: 100, pollTimeout: 60_000,
  });
  const { successfulResults, failedResults, unprocessedRecords } = done;
  expect("one inserted and one refused record", successfulResults.length === 1 && failedResults.length === 1 && unprocessedRecords.length === 0);
  expect("the reason", failedResults[0].sf__Error.startsWith("REQUIRED_FIELD_MISSING"));
});
await attempt("Tooling query", async () => {
  const page = await conn.tooling.query("SELECT Id, Name, ApiVersion FROM ApexClass WHERE NamespacePrefix = null");
  expect("a class", page.records[0].Name === "Echo");
});
await attempt("Tooling describe", async () => {
  expect("objects", (await conn.tooling.describeGlobal()).sobjects.some(({ name }) => name === "ApexClass"));
  expect("fields", (await conn.tooling.describe("ApexClass")).fields.length > 5);
});
await attempt("an error has Salesforce's code", async () => {
  const code = await conn.query("SELECT Nothing__c FROM Account").then(() => "none", (error) => error.errorCode);
  expect(`the code INVALID_FIELD (it was ${code})`, code === "INVALID_FIELD");
});
await attempt("logout", async () => {
  const token = conn.accessToken;
  await conn.logout();
  const old = new jsforce.Connection({ version, instanceUrl: env.SALESFORCE_HOST, accessToken: token });
  const code = await old.query("SELECT Id FROM Account").then(() => "none", (error) => error.errorCode);
  expect("the session is over", code === "INVALID_SESSION_ID");
});
finish();
