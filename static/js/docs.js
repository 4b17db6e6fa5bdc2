/* Start Swagger UI on the documentation page. */

const page = /** @type {HTMLElement} */ (document.querySelector("#swagger-ui"));
const dark = matchMedia("(prefers-color-scheme: dark)");
const READS = ["GET", "HEAD", "OPTIONS"];

/** Swagger UI shows its dark colors when the root element has this class. */
function followColorScheme() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

/**
 * Add the visitor's CSRF token to a write that goes to this server and has no API key.
 * The page contains no token, because every visitor gets the same page.
 *
 * @param {{ url: string, method: string, headers: Record<string, string> }} request
 */
async function addToken(request) {
  const ours = new URL(request.url, location.href).origin === location.origin;
  if (ours && !READS.includes(request.method) && !request.headers.Authorization) {
    const me = await (await fetch(page.dataset.me ?? "")).json();
    if (me.csrf_token) request.headers["X-CSRFToken"] = me.csrf_token;
  }
  return request;
}

/** Add what Swagger UI lacks for screen readers: names of lists, and the right levels of headings. */
function describe() {
  for (const list of page.querySelectorAll("select:not([aria-label])")) {
    list.setAttribute("aria-label", list.id === "servers" ? "Server" : "Example or type");
  }
  for (const heading of page.querySelectorAll("h3, h4, h5")) {
    heading.setAttribute("aria-level", String(Number(heading.tagName[1]) - 1));
  }
}

/** Open the operation in the address: `#operations-books-list_books`. */
function openLinkedOperation() {
  const linked = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!linked) return;
  /** @type {HTMLElement | null} */ (linked.querySelector(".opblock-summary-control"))?.click();
  linked.scrollIntoView();
}

followColorScheme();
dark.addEventListener("change", followColorScheme);
new MutationObserver(describe).observe(page, { childList: true, subtree: true });
window.SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: page.dataset.document,
  layout: "BaseLayout",
  deepLinking: false, // it puts links inside buttons, and keyboard users could not choose the link
  presets: [window.SwaggerUIBundle.presets.apis],
  requestInterceptor: addToken,
  onComplete: openLinkedOperation,
});
