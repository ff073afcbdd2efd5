import assert from "node:assert/strict";
import { test } from "node:test";

import { typedCode } from "../../static/js/lib/typed-code.js";

for (const [typed, shown] of [
  ["", ""],
  ["k7qx", "k7qx"],
  ["K7-QX ", "K7QX"],
  ["https://chat.example/rooms/K7QX/", "K7QX"],
  ["Come to chat.example/rooms/k7qx!", "k7qx"],
  // Longer than any code: the server says what is wrong with it.
  ["https://chat.example/rooms/BCDFGHJKMNPQR/", "https://chat.example/rooms/BCDFGHJKMNPQR/"],
]) {
  test(`what is typed as a code, ${JSON.stringify(typed)}, is shown as ${JSON.stringify(shown)}`, () => {
    assert.equal(typedCode(typed), shown);
  });
}
