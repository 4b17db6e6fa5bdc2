/* Offer a chart as a picture: to paste into a slide, or as a file. */

import { h, icon } from "../core/dom.js";
import { fileName, giveFile } from "../ui/csv.js";
import { toast } from "../ui/toast.js";

/** @param {Pictured} chart */
export function pictureMenu(chart) {
  /**
   * @param {string} text
   * @param {string} sign
   * @param {() => Promise<unknown>} run
   */
  const choice = (text, sign, run) => {
    const click = () => run().catch(() => toast("This browser could not draw the picture.", { kind: "bad" }));
    return h("button", { type: "button", class: "button compact", on: { click } }, icon(sign), text);
  };
  const drawn = async () => (await import("./picture.js")).pictureOf(chart);
  const files = () => import("./picture-file.js");
  const png = async () => (await files()).pngFile(await drawn());
  const svg = async () => (await files()).svgFile(await drawn());
  return h(
    "details",
    { class: "chart-picture" },
    h("summary", {}, "Picture"),
    h(
      "p",
      { class: "row" },
      choice("Copy", "copy", () => copy(png())),
      choice("PNG", "download", async () => giveFile(fileName(stem(chart.title), "png"), await png())),
      choice("SVG", "download", async () => giveFile(fileName(stem(chart.title), "svg"), await svg())),
    ),
  );
}

/**
 * Copy the picture. Throws an error when the picture could not be drawn. `png` is a promise, because some browsers
 * allow the clipboard call only during the click.
 *
 * @param {Promise<Blob>} png
 */
async function copy(png) {
  png.catch(() => {});
  try {
    await navigator.clipboard.write([new ClipboardItem({ "image/png": png })]);
  } catch {
    await png; // If the drawing failed, this throws: the button "PNG" would fail too, so do not recommend it.
    toast("The browser does not allow copying pictures here. Download the PNG instead.", { kind: "bad" });
    return;
  }
  toast("Picture copied. Paste it into a slide, a mail or a chat.", { about: "picture" });
}

/** @param {string} title */
const stem = (title) =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 60) || "chart";
