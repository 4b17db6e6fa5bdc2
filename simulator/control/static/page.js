/** @typedef {{ id: string, action: { kind: string }, match?: object, left: number | null, used: number }} Fault */

/**
 * Returns the element of the page with this id.
 *
 * @param {string} id
 */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * Returns the message of an error.
 *
 * @param {unknown} error
 */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/**
 * Calls the control server. If the answer reports an error, throws an error with its message or status text.
 *
 * @param {string} method
 * @param {string} path
 * @param {unknown} [payload]
 * @returns {Promise<any>}
 */
async function call(method, path, payload) {
  /** @type {RequestInit} */
  const options = { method };
  if (payload !== undefined) {
    options.body = JSON.stringify(payload);
    options.headers = { "Content-Type": "application/json" };
  }
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.message || response.statusText);
  }
  return answer;
}

/**
 * @param {string} text
 * @param {boolean} [bad]
 */
function tell(text, bad = false) {
  const message = byId("message");
  message.textContent = text;
  message.classList.toggle("bad", bad);
}

/**
 * Runs an action, shows its message or error, then updates the state on the page.
 *
 * @param {() => Promise<string>} action
 */
async function act(action) {
  try {
    tell(await action());
  } catch (error) {
    tell(messageOf(error), true);
  }
  await showState().catch((error) => tell(messageOf(error), true));
}

/**
 * @param {unknown[]} cells
 * @param {"td" | "th"} [tag]
 */
function row(cells, tag = "td") {
  const tr = document.createElement("tr");
  for (const cell of cells) {
    const td = document.createElement(tag);
    td.append(cell instanceof Node ? cell : document.createTextNode(cell === null ? "" : String(cell)));
    tr.append(td);
  }
  return tr;
}

/** @param {Fault} fault */
function faultRow(fault) {
  const remove = document.createElement("button");
  remove.type = "button";
  remove.textContent = "Remove";
  remove.addEventListener("click", () =>
    act(async () => {
      await call("DELETE", `/faults/${fault.id}`);
      return "Fault removed.";
    }),
  );
  const left = fault.left === null ? "no limit" : `${fault.left} left`;
  return row([fault.action.kind, JSON.stringify(fault.match || {}), `${fault.used} used, ${left}`, remove]);
}

async function showState() {
  const state = await call("GET", "/state");
  const { counters } = state;
  byId("summary").textContent =
    `${state.schools.toLocaleString("en")} schools, seed ${state.seed}, data up to ` +
    `${state.as_of.slice(0, 10)} · ${state.base_url} · Salesforce API calls: ${state.api_usage.daily_used} of ` +
    `${state.api_usage.daily_max} · ${state.sessions} sessions`;
  byId("systems").replaceChildren(
    ...Object.keys(counters.max_open).map((name) => row([name, counters[name], counters.max_open[name]])),
  );
  byId("kinds").replaceChildren(...Object.entries(counters.by_path).map((entry) => row(entry)));
  byId("faults").replaceChildren(...state.faults.map(faultRow));
}

async function fillLists() {
  const [kinds, { users }] = await Promise.all([call("GET", "/faults/kinds"), call("GET", "/users")]);
  byId("kinds-of-fault").replaceChildren(
    ...Object.entries(kinds).map(([kind, meaning]) => new Option(`${kind}: ${meaning}`, kind)),
  );
  byId("users").replaceChildren(
    ...users.map((/** @type {{ name: string, uuid: string }} */ user) => new Option(user.name, user.uuid)),
  );
}

/**
 * @param {string} id
 * @param {(data: Record<string, string>, button: Element | null) => Promise<string>} handler
 */
function onSubmit(id, handler) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    const entered = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const data = Object.fromEntries([...entered].map(([name, value]) => [name, String(value)]));
    act(() => handler(data, event.submitter));
  });
}

onSubmit("query", async (data) => {
  const { columns, rows } = await call("POST", "/query", { soql: data.soql, all_rows: Boolean(data.all_rows) });
  byId("rows").replaceChildren(
    row(columns, "th"),
    ...rows.slice(0, 500).map((/** @type {unknown[]} */ values) => row(values)),
  );
  return `${rows.length} rows.`;
});

onSubmit("record", async (data, button) => {
  const path = `/records/${encodeURIComponent(data.sobject)}`;
  const values = () => JSON.parse(data.values || "{}");
  const action = button instanceof HTMLButtonElement ? button.value : "save";
  if (action === "save" && !data.id) {
    const { id } = await call("POST", path, values());
    return `Created ${id}.`;
  }
  if (!data.id) {
    throw new Error("The id is missing.");
  }
  const record = `${path}/${encodeURIComponent(data.id)}`;
  if (action === "show") {
    const form = /** @type {HTMLFormElement} */ (byId("record"));
    const field = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("values"));
    field.value = JSON.stringify(await call("GET", record), null, 2);
    return "";
  }
  if (action === "save") {
    await call("PATCH", record, values());
  } else if (action === "raw") {
    await call("POST", `${record}/raw`, { values: values(), touch: true });
  } else {
    await call("POST", `${record}/${action}`);
  }
  return "Done.";
});

onSubmit("merge", async (data) => {
  const losers = data.losers.split(/[\s,]+/).filter(Boolean);
  await call("POST", "/merge", { sobject: data.sobject, master: data.master, losers });
  return "Merged.";
});

onSubmit("fault", async (data) => {
  /** @type {Record<string, string>} */
  const match = {};
  for (const name of ["system", "method", "path"]) {
    if (data[name]) {
      match[name] = data[name];
    }
  }
  const action = { kind: data.kind, ...JSON.parse(data.more || "{}") };
  const times = data.times ? Number(data.times) : null;
  await call("POST", "/faults", { match, skip: Number(data.skip), times, action });
  return "Fault added.";
});

for (const button of document.querySelectorAll("button")) {
  const { post, delete: path } = button.dataset;
  if (!post && !path) continue;
  button.addEventListener("click", () =>
    act(async () => {
      await call(post ? "POST" : "DELETE", post ?? path ?? "");
      return "Done.";
    }),
  );
}

act(async () => {
  await fillLists();
  return "";
});
setInterval(() => showState().catch((error) => tell(messageOf(error), true)), 5000);
