import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const SCRIPTS = new URL("../../static/js/", import.meta.url);

/**
 * The folders from the bottom up, and what the modules of each may import beside those of their own.
 * @type {Record<string, string[]>}
 */
const MAY_IMPORT = {
  vendor: [],
  lib: [],
  net: ["lib"],
  state: ["lib"],
  log: ["lib", "net", "state"],
  compose: ["lib", "net", "state", "vendor"],
  room: ["lib", "net", "state", "log", "compose", "vendor"],
  pages: ["lib", "net", "state", "log", "compose", "room"],
};

/** Every module as "folder/name.js". */
const modules = Object.keys(MAY_IMPORT).flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, SCRIPTS))
    .filter((name) => name.endsWith(".js"))
    .map((name) => `${folder}/${name}`),
);

/** @param {string} module */
const folderOf = (module) => module.split("/")[0];

/**
 * The modules that a pattern finds the names of in a module.
 * @param {string} module
 * @param {RegExp} pattern
 */
function named(module, pattern) {
  const address = new URL(module, SCRIPTS);
  const found = readFileSync(address, "utf8").matchAll(pattern);
  return [...found].map(([, name]) => new URL(name, address).href.slice(SCRIPTS.href.length));
}

/** Returns the modules that a module needs before it runs. @param {string} module */
const needed = (module) =>
  named(module, /^(?:import|export)\b(?:[^"';]*\bfrom)? "(\.\.?\/[^"]+)";$/gm);

/** Returns all modules that a module names, including those it loads later or uses only the types of. @param {string} module */
const imported = (module) => named(module, /"(\.\.?\/[^"]+\.js)"/g);

describe("a module", () => {
  test("imports only modules that exist", () => {
    for (const module of modules) {
      for (const other of imported(module)) {
        assert.ok(existsSync(fileURLToPath(new URL(other, SCRIPTS))), `${module}: no ${other}`);
      }
    }
  });

  test("imports only from the folders below its own", () => {
    for (const module of modules) {
      const allowed = [folderOf(module), ...MAY_IMPORT[folderOf(module)]];
      for (const other of imported(module)) {
        assert.ok(allowed.includes(folderOf(other)), `${module} may not import ${other}`);
      }
    }
  });

  test("is not part of a circle of imports", () => {
    /** @type {Set<string>} */
    const finished = new Set();
    /** @param {string} module @param {readonly string[]} path */
    function follow(module, path) {
      assert.ok(!path.includes(module), `circular imports: ${[...path, module].join(" → ")}`);
      if (finished.has(module)) return;
      for (const other of needed(module)) follow(other, [...path, module]);
      finished.add(module);
    }
    for (const module of modules) follow(module, []);
  });

  test("is the script of a page, or imported from one", () => {
    /** @type {Set<string>} */
    const reached = new Set();
    /** @param {string} module */
    function reach(module) {
      if (reached.has(module)) return;
      reached.add(module);
      for (const other of imported(module)) reach(other);
    }
    for (const module of modules) if (folderOf(module) === "pages") reach(module);
    assert.deepEqual(
      modules.filter((module) => !reached.has(module)),
      [],
    );
  });
});

test("only the types that the server declares are outside the folders", () => {
  const folders = new Set(Object.keys(MAY_IMPORT));
  const others = readdirSync(SCRIPTS).filter((name) => !folders.has(name));
  assert.deepEqual(others, ["wire.d.ts"]);
});

test("no module imports the script of a page", () => {
  for (const module of modules) {
    for (const other of imported(module)) assert.notEqual(folderOf(other), "pages", module);
  }
});
