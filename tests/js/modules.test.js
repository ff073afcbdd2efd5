import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
const text = (/** @type {string} */ path) => readFileSync(new URL(path, ROOT), "utf8");

/** What a module needs before it runs, itself included. @param {string} name */
function graph(name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  const imports = text(`static/js/${name}`).matchAll(/^(?:import|\} from)[^"]*"\.\/([\w.-]+)";$/gm);
  for (const [, needed] of imports) graph(needed, found);
  return found;
}

test("the room page asks for all its modules at once", () => {
  const page = text("templates/rooms/room.html");
  const preloaded = [...page.matchAll(/modulepreload" href="\{% static 'js\/([\w.-]+)' %\}"/g)];
  const needed = [...graph("room.js")].filter((name) => name !== "room.js");
  assert.deepEqual(preloaded.map(([, name]) => name).sort(), needed.sort());
});
