/** Applies the room's settings to the page: another title, and another code, without a reload. */

import { setText } from "../lib/dom.js";

/**
 * Brings everything that the page shows, and every address it uses, to the room's present title and
 * code.
 * @param {ParentNode} root
 * @param {Chat.PageData} page is updated too
 * @param {Chat.Room} room
 */
export function applyRoomSettings(root, page, room) {
  if (room.title !== page.room.title) {
    for (const place of root.querySelectorAll("[data-title]")) setText(place, room.title);
    document.title = renameTitle(document.title, page.room, room);
    page.room.title = room.title;
  }
  const call = room.call_link ?? "";
  for (const link of root.querySelectorAll("[data-call]")) {
    if (link.getAttribute("href") === call) continue;
    link.setAttribute("href", call);
    link.toggleAttribute("hidden", call === "");
  }
  if (room.code === page.room.code) return;
  const [oldPath, newPath] = [`/rooms/${page.room.code}/`, `/rooms/${room.code}/`];
  document.title = document.title.replace(page.room.code, room.code);
  page.room.code = room.code;
  for (const name of /** @type {const} */ (["room", "socket", "manage", "signIn"])) {
    page.urls[name] = page.urls[name].replace(oldPath, newPath);
  }
  for (const place of root.querySelectorAll("[data-code]")) setText(place, room.code);
  for (const form of root.querySelectorAll("form[action]")) {
    form.setAttribute("action", (form.getAttribute("action") ?? "").replace(oldPath, newPath));
  }
  for (const link of root.querySelectorAll(`a[href*="${oldPath}"]`)) {
    link.setAttribute("href", (link.getAttribute("href") ?? "").replace(oldPath, newPath));
  }
  history.replaceState(history.state, "", location.href.replace(oldPath, newPath));
}

/**
 * Returns the window's title with the room's new title; it begins with the room's title, if it has
 * one.
 * @param {string} text
 * @param {{title: string, code: string}} before
 * @param {{title: string}} now
 */
function renameTitle(text, before, now) {
  const lead = before.title === "" ? "" : `${before.title} · `;
  const at = text.indexOf(lead + before.code);
  if (at < 0) return text;
  const rest = text.slice(at + lead.length);
  return text.slice(0, at) + (now.title === "" ? "" : `${now.title} · `) + rest;
}
