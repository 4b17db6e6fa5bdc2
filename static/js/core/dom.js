/* Making elements. Data goes in as text; nothing here takes markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element: h("a", { href, class: "chip", on: { click } }, "text", child, …).
 *
 * Attributes that are null, undefined or false are left out, true is the empty string. `on` holds listeners, `data`
 * data attributes, `vars` custom properties (a style attribute is what the Content-Security-Policy forbids).
 * Children may be text, numbers, nodes, arrays of them; null, undefined and false are left out.
 */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** An icon of templates/icons.html. Decoration: what it means stands beside it, or in `label`. */
export function icon(name, label = "") {
  const named = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  return s("svg", { class: "icon", ...named }, s("use", { href: `#i-${name}` }));
}

/** Put these children in place of those that are there. */
export function replace(element, ...children) {
  element.replaceChildren(...flat(children));
  return element;
}

/** Text for readers of the screen only. */
export function hiddenText(text) {
  return h("span", { class: "visually-hidden" }, text);
}

let last = 0;

/** An id that no other element has. */
export function freshId(stem) {
  last += 1;
  return `${stem}-${last}`;
}

function fill(element, { on = {}, data = {}, vars = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : value);
  }
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
  for (const [name, value] of Object.entries(data)) element.dataset[name] = value;
  for (const [name, value] of Object.entries(vars)) element.style.setProperty(name, value);
  element.append(...flat(children));
  return element;
}

function flat(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}
