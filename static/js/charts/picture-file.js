/* Write a picture as a file: SVG, or PNG at twice its size for slides. */

import { pictureText } from "./picture.js";

const SCALE = 2;

/** @param {SVGSVGElement} picture */
export const svgFile = (picture) => new Blob([pictureText(picture)], { type: "image/svg+xml;charset=utf-8" });

/**
 * Draw the picture from a data: address, because the Content-Security-Policy of the page allows such images.
 *
 * @param {SVGSVGElement} picture
 * @returns {Promise<Blob>}
 */
export async function pngFile(picture) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(pictureText(await withFonts(picture)))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Number(picture.getAttribute("width")) * SCALE;
  canvas.height = Number(picture.getAttribute("height")) * SCALE;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("The picture is empty."))), "image/png"),
  );
}

/**
 * Embed the page's fonts, because an image cannot load them.
 *
 * @param {SVGSVGElement} picture
 */
async function withFonts(picture) {
  const copy = /** @type {SVGSVGElement} */ (picture.cloneNode(true));
  const style = document.createElementNS(copy.namespaceURI, "style");
  style.textContent = (await Promise.all(fontRules().map(inlined))).join("\n");
  copy.prepend(style);
  return copy;
}

/** Return the rules of the page's fonts, except fonts that only rare letters need. */
function fontRules() {
  return [...document.styleSheets]
    .flatMap((sheet) => [...sheet.cssRules].map((rule) => ({ rule, base: sheet.href ?? location.href })))
    .flatMap(({ rule, base }) => (rule instanceof CSSFontFaceRule ? [{ style: rule.style, base }] : []))
    .filter(({ style }) => !style.getPropertyValue("unicode-range"));
}

/** @param {{ style: CSSStyleDeclaration, base: string }} rule */
async function inlined({ style, base }) {
  const address = style.getPropertyValue("src").match(/url\("?([^")]+)"?\)/)?.[1];
  const answer = address ? await fetch(new URL(address, base)).catch(() => null) : null;
  if (!answer?.ok) return "";
  const [family, weight] = [style.getPropertyValue("font-family"), style.getPropertyValue("font-weight")];
  return `@font-face { font-family: ${family}; font-weight: ${weight}; src: url(${await asData(await answer.blob())}) format("woff2"); }`;
}

/**
 * @param {Blob} blob
 * @returns {Promise<string>}
 */
function asData(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
