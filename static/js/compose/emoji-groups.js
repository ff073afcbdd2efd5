/** The titles of the emoji's groups, and a sign for each in the picker's row of ways to them. */

import { gettext } from "../lib/i18n.js";

const SVG = "http://www.w3.org/2000/svg";
const CIRCLE = "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z";

/** The key of the emoji that were used lately. */
export const RECENT = "Recent";

/** @type {Record<string, () => string>} */
const TITLES = {
  Recent: () => gettext("Recent"),
  Smileys: () => gettext("Smileys"),
  People: () => gettext("People"),
  Nature: () => gettext("Nature"),
  Food: () => gettext("Food"),
  Travel: () => gettext("Travel"),
  Activities: () => gettext("Activities"),
  Objects: () => gettext("Objects"),
  Symbols: () => gettext("Symbols"),
  Flags: () => gettext("Flags"),
};

/** Paths to be drawn as lines on 24 × 24, like the icons of the sprite. @type {Record<string, string>} */
const PATHS = {
  Recent: `${CIRCLE}M12 7v5l3 2`,
  Smileys: `${CIRCLE}M8 14c2 2.5 6 2.5 8 0M9 9.5v.1M15 9.5v.1`,
  People: "M16 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM5 20c0-4 3-6 7-6s7 2 7 6",
  Nature: "M6 18C5 10 10 4 20 4c0 10-6 15-14 14ZM4 20l9-9",
  Food: "M4 9h13v6a5 5 0 0 1-5 5H9a5 5 0 0 1-5-5ZM17 10h2a2.5 2.5 0 0 1 0 5h-2M8 3v2M13 3v2",
  Travel: `${CIRCLE}M15.5 8.5l-2 5-5 2 2-5Z`,
  Activities: `${CIRCLE}M3 12h18M12 3c4 5 4 13 0 18M12 3c-4 5-4 13 0 18`,
  Objects: "M9 17v-2.5a6 6 0 1 1 6 0V17ZM10 21h4",
  Symbols: "M12 20l-7.5-7.5A4.6 4.6 0 0 1 12 7.3a4.6 4.6 0 0 1 7.5 5.2Z",
  Flags: "M5 21V4c5-2.5 9 2.5 14 0v10c-5 2.5-9-2.5-14 0",
};

/** Returns what a group is called. @param {string} group */
export function titleOf(group) {
  return TITLES[group]?.() ?? group;
}

/** @param {string} group */
export function iconOf(group) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  const drawn = { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "2" };
  const ends = { "stroke-linecap": "round", "stroke-linejoin": "round" };
  const about = { class: "icon", "aria-hidden": "true", ...drawn, ...ends };
  for (const [name, value] of Object.entries(about)) svg.setAttribute(name, value);
  path.setAttribute("d", PATHS[group] ?? CIRCLE);
  svg.append(path);
  return svg;
}
