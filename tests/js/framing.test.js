import assert from "node:assert/strict";
import { test } from "node:test";

import { createPartReader } from "../../static/js/net/framing.js";

/** @param {string} text @param {number} messages */
function part(text, messages) {
  const body = new TextEncoder().encode(text);
  const head = new DataView(new ArrayBuffer(8));
  head.setUint32(0, body.length);
  head.setUint32(4, messages);
  return [...new Uint8Array(head.buffer), ...body];
}

const FILE = Uint8Array.from([
  ...part("[\n", 0),
  ...part("one, two", 2),
  ...part("", 2),
  ...part("]", 3),
]);

test("a file in parts is read correctly however the network splits it", () => {
  for (const size of [1, 3, 8, 11, FILE.length]) {
    const parts = createPartReader();
    let text = "";
    for (let at = 0; at < FILE.length; at += size) {
      const pieces = parts.take(FILE.slice(at, at + size));
      text += pieces.map((piece) => new TextDecoder().decode(piece)).join("");
    }
    assert.equal(text, "[\none, two]");
    assert.equal(parts.read, 3);
    assert.ok(parts.isComplete);
  }
});

test("a file that is cut short is not complete", () => {
  const parts = createPartReader();
  parts.take(FILE.slice(0, 15));
  assert.equal(parts.isComplete, false);
});
