import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { startingWith, step } from "../../static/js/lib/menu-keys.js";

describe("the arrow keys of a menu", () => {
  // Three reactions in a row, and three items below each other.
  const rows = ["row", "row", "row", null, null, null];

  for (const [name, key, at, expected] of /** @type {const} */ ([
    ["down from a row leaves it", "ArrowDown", 1, 3],
    ["down goes to the next item", "ArrowDown", 3, 4],
    ["down from the last item goes to the first", "ArrowDown", 5, 0],
    ["up from the first item goes to the row's beginning", "ArrowUp", 3, 0],
    ["up from a row goes to the last item", "ArrowUp", 2, 5],
    ["right goes along the row", "ArrowRight", 0, 1],
    ["left goes back", "ArrowLeft", 1, 0],
    ["left from the first goes to the last", "ArrowLeft", 0, 5],
    ["down into a menu without a focus", "ArrowDown", -1, 0],
    ["up into a menu without a focus", "ArrowUp", -1, 5],
    ["Home goes to the first", "Home", 4, 0],
    ["End goes to the last", "End", 1, 5],
    ["any other key goes nowhere", "Enter", 1, null],
  ])) {
    test(name, () => assert.equal(step(key, rows, at), expected));
  }
  test("go the other way in a menu from right to left", () => {
    assert.equal(step("ArrowLeft", rows, 0, true), 1);
    assert.equal(step("ArrowRight", rows, 1, true), 0);
  });
  test("stay where they are in a menu of one row", () => {
    assert.equal(step("ArrowDown", ["row", "row"], 1), 0);
  });
});

describe("letters typed in a menu", () => {
  const labels = ["", "Reply", "Pin", "Copy text", "Copy link", "Report…"];

  for (const [name, typed, at, expected] of /** @type {const} */ ([
    ["lead to the first item that begins so", "p", -1, 2],
    ["lead on to the next of that letter", "c", 3, 4],
    ["begin again after the last", "r", 5, 1],
    ["the same letter twice goes on", "cc", 3, 4],
    ["that grow stay at an item that still begins so", "re", 1, 1],
    ["that grow lead further", "rep", 1, 1],
    ["that grow find the one they mean", "repo", 1, 5],
    ["that no item begins with lead nowhere", "x", 1, -1],
  ])) {
    test(name, () => assert.equal(startingWith(typed, labels, at), expected));
  }
});
