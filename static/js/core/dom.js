/* Create and find elements. Data is inserted as text; nothing here accepts markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Return an HTML element: h("a", { href, class: "chip", on: { click } }, "text", child, …).
 *
 * Attributes that are null, undefined or false are left out; true becomes the empty string. `on` contains listeners
 * and `data` contains data attributes. `vars` contains custom properties, because the Content-Security-Policy forbids
 * style attributes.
 *
 * Children may be text, nodes, or arrays of text and nodes; null, undefined and false are left out. Numbers are not
 * allowed, because `count && …` would write a zero.
 *
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes<HTMLElementTagNameMap[Tag]>} [attributes]
 * @param {...Child} children
 */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * Return an SVG element. The arguments are those of h().
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes<SVGElementTagNameMap[Tag]>} [attributes]
 * @param {...Child} children
 */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * Return an icon of templates/icons.html. Without `label`, it is decoration: the text beside it says the same.
 *
 * @param {string} name
 * @param {string} [label]
 */
export function icon(name, label = "") {
  const named = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  return s("svg", { class: "icon", ...named }, s("use", { href: `#i-${name}` }));
}

/**
 * Return the first element below `root` that matches. Throws an Error when there is none, or when it is not HTML.
 *
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function find(root, selector) {
  const element = root.querySelector(selector);
  if (!(element instanceof HTMLElement)) throw new Error(`The page has no ${selector}.`);
  return element;
}

/**
 * Return all HTML elements below `root` that match.
 *
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
export function findAll(root, selector) {
  return [...root.querySelectorAll(selector)].filter((element) => element instanceof HTMLElement);
}

/**
 * Return the first element that matches, from the event's target upward; null when there is none.
 *
 * @param {Event} event
 * @param {string} selector
 */
export function closest(event, selector) {
  return event.target instanceof Element ? event.target.closest(selector) : null;
}

/**
 * Return whether Alt, Ctrl or ⌘ is held down. Such a key belongs to the browser: Alt+← goes to the previous page.
 *
 * @param {KeyboardEvent} event
 */
export function isForBrowser({ altKey, ctrlKey, metaKey }) {
  return altKey || ctrlKey || metaKey;
}

/**
 * Move the focus to the element, if it exists.
 *
 * @param {Element | null | undefined} element
 */
export function focusOn(element) {
  if (element instanceof HTMLElement || element instanceof SVGElement) element.focus();
}

/**
 * Replace the children of an element.
 *
 * @template {Element} E
 * @param {E} element
 * @param {...Child} children
 * @returns {E}
 */
export function replace(element, ...children) {
  element.replaceChildren(...flat(children));
  return element;
}

/**
 * Call the function once, when everything below the element is loaded.
 *
 * @param {Element} element
 * @param {() => unknown} call
 */
export function whenIdle(element, call) {
  const isIdle = () => !element.querySelector('[aria-busy="true"]');
  if (isIdle()) return void call();
  const observer = new MutationObserver(() => {
    if (!isIdle()) return;
    observer.disconnect();
    call();
  });
  observer.observe(element, { subtree: true, childList: true, attributeFilter: ["aria-busy"] });
}

/**
 * Return text for screen readers only.
 *
 * @param {string} text
 */
export function hiddenText(text) {
  return h("span", { class: "visually-hidden" }, text);
}

let last = 0;

/**
 * Return an id that no other element has.
 *
 * @param {string} stem
 */
export function freshId(stem) {
  last += 1;
  return `${stem}-${last}`;
}

/**
 * @template {HTMLElement | SVGElement} E
 * @param {E} element
 * @param {Attributes<E>} attributes
 * @param {readonly Child[]} children
 * @returns {E}
 */
function fill(element, { on = {}, data = {}, vars = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const [name, listener] of Object.entries(on)) {
    element.addEventListener(name, /** @type {EventListener} */ (listener));
  }
  for (const [name, value] of Object.entries(data)) element.dataset[name] = String(value);
  for (const [name, value] of Object.entries(vars)) element.style.setProperty(name, String(value));
  element.append(...flat(children));
  return element;
}

/**
 * @param {readonly Child[]} children
 * @returns {(Node | string)[]}
 */
function flat(children) {
  const all = /** @type {Exclude<Child, readonly Child[]>[]} */ (children.flat(/** @type {1} */ (Infinity)));
  return all
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}
