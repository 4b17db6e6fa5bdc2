/* Every panel by the name in its template's data-panel. Each is loaded when its tab is first seen. */

export const panels = {};
