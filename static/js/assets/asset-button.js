/* A button with the name of an asset. It opens the asset's drawer (overlays/asset.js). */

import { h } from "../core/dom.js";
import { openOverlay } from "../core/open-overlay.js";
import { nameOfAsset } from "./words.js";

/**
 * @param {string} type
 * @param {{ id: number, name: string | null }} asset
 */
export function assetButton(type, asset) {
  const click = () => openOverlay("asset", { "asset.type": type, "asset.id": asset.id });
  const name = nameOfAsset(asset);
  return h("button", { type: "button", class: "link-button record", "aria-haspopup": "dialog", on: { click } }, name);
}
