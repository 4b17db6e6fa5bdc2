/* The path of a line over days, of which some may have no value. */

/**
 * Return the parts of the line:
 *
 * - solid: the path between values of neighboring days.
 * - bridges: the path across missing values, drawn with dashes.
 * - alone: the points whose neighboring days have no value. The solid path does not show these points.
 *
 * @param {readonly Maybe<number>[]} values
 * @param {Scale} x
 * @param {Scale} y
 */
export function strokes(values, x, y) {
  const points = values.flatMap((value, index) =>
    value === null || value === undefined ? [] : [{ index, cx: x(index), cy: y(value) }],
  );
  let [solid, bridges] = ["", ""];
  points.forEach((point, order) => {
    const last = points[order - 1];
    const follows = last?.index === point.index - 1;
    solid += `${follows ? "L" : "M"}${at(point)}`;
    if (last && !follows) bridges += `M${at(last)}L${at(point)}`;
  });
  const alone = points.filter(
    ({ index }, order) => points[order - 1]?.index !== index - 1 && points[order + 1]?.index !== index + 1,
  );
  return { solid, bridges, alone };
}

/** @param {{ cx: number, cy: number }} point */
const at = ({ cx, cy }) => `${cx.toFixed(1)} ${cy.toFixed(1)}`;
