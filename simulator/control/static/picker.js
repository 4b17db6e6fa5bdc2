// A stand-in for openstax.org's school picker: an editable combobox with a list (WAI-ARIA Authoring Practices).
const PAUSE = 300;
const SHOWN = 10;
const WITHOUT_SPACES = /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]/;

/** @typedef {{ name: string, type: string | null, country: string | null }} School */

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const [list, status, chosen] = ["schools", "status", "chosen"].map(byId);
const input = /** @type {HTMLInputElement} */ (byId("school"));
const api = new URLSearchParams(location.search).get("api") ?? "http://localhost:8000/api/v1";

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let pending = new AbortController();
let active = -1;

/** @type {HTMLInputElement} */ (byId("api")).value = api;
byId("origin").textContent = location.origin;

input.addEventListener("input", () => {
  pending.abort();
  clearTimeout(timer);
  const text = input.value.trim();
  if (text.length < (WITHOUT_SPACES.test(text) ? 2 : 3)) {
    offer([]);
    status.textContent = "";
    return;
  }
  timer = setTimeout(ask, PAUSE, text);
});

/** @param {string} text */
async function ask(text) {
  pending = new AbortController();
  const { signal } = pending;
  const address = new URL(`${api.replace(/\/$/, "")}/schools`);
  address.searchParams.set("name", text);
  try {
    const answer = await fetch(address, { credentials: "omit", signal });
    await take(answer, text);
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") return;
    offer([]);
    status.textContent = "The API gave no usable answer. Check its base URL and CORS_ALLOWED_ORIGINS.";
  }
}

/**
 * @param {Response} answer
 * @param {string} text
 */
async function take(answer, text) {
  if (answer.status === 404) {
    offer([]);
    status.textContent = `No school matches “${text}”.`;
  } else if (answer.status === 429) {
    const seconds = Number(answer.headers.get("Retry-After")) || 10;
    status.textContent = `Too many searches. The next one is in ${seconds} seconds.`;
    timer = setTimeout(ask, seconds * 1000, text);
  } else if (answer.ok) {
    const { count, schools } = await answer.json();
    offer(schools.slice(0, SHOWN));
    status.textContent = count === 1 ? "1 school." : `${count.toLocaleString("en-US")} schools.`;
  } else {
    offer([]);
    status.textContent = (await answer.json()).message;
  }
}

/** @param {School[]} schools */
function offer(schools) {
  list.replaceChildren(...schools.map(option));
  list.hidden = schools.length === 0;
  input.setAttribute("aria-expanded", String(!list.hidden));
  mark(-1);
}

/**
 * @param {School} school
 * @param {number} number
 */
function option(school, number) {
  const line = document.createElement("li");
  line.id = `school-${number}`;
  line.role = "option";
  line.ariaSelected = "false";
  line.dataset.name = school.name;
  const about = document.createElement("small");
  about.textContent = [school.type, school.country].filter(Boolean).join(" · ");
  line.append(school.name, about);
  // Not "click": the input would lose the focus first.
  line.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    choose(line);
  });
  return line;
}

/** @param {number} number */
function mark(number) {
  active = number;
  for (const [index, line] of [...list.children].entries()) line.ariaSelected = String(index === number);
  const line = list.children[number];
  line?.scrollIntoView({ block: "nearest" });
  if (line) input.setAttribute("aria-activedescendant", line.id);
  else input.removeAttribute("aria-activedescendant");
}

/** @param {HTMLElement} line */
function choose(line) {
  pending.abort();
  clearTimeout(timer);
  const { name = "" } = line.dataset;
  input.value = name;
  chosen.textContent = name;
  status.textContent = "";
  offer([]);
}

function close() {
  pending.abort();
  clearTimeout(timer);
  if (list.hidden) input.value = "";
  offer([]);
}

/** @type {Record<string, (length: number) => void>} */
const KEYS = {
  ArrowDown: (length) => mark((active + 1) % length),
  ArrowUp: (length) => mark((Math.max(active, 0) + length - 1) % length),
  Enter: () => choose(/** @type {HTMLElement} */ (list.children[active])),
};

input.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return close();
  const length = list.children.length;
  const move = KEYS[event.key];
  if (!move || list.hidden || (event.key === "Enter" && active < 0)) return;
  event.preventDefault();
  move(length);
});

input.addEventListener("blur", () => {
  pending.abort();
  clearTimeout(timer);
  offer([]);
});
