import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, test } from "node:test";

import { Refused } from "../../static/js/lib/json-requests.js";
import { metadata, pieceAfter, sendFile } from "../../static/js/net/tus.js";
import { startServer } from "./tus-server.js";

const KIB = 1024;

/** @type {Awaited<ReturnType<typeof startServer>>} */
let server;
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server.stop());

/**
 * Sends a file of so many bytes, with pauses that take no time.
 * @param {number} size
 * @param {Partial<import("../../static/js/net/tus.js").Line>} [options]
 */
async function send(size, options = {}) {
  const bytes = randomBytes(size);
  /** @type {number[]} */
  const progress = [];
  /** @type {number[]} */
  const pauses = [];
  const id = await sendFile(
    { id: "one", blob: new Blob([bytes]), name: "Größe.bin", type: "application/x-test" },
    {
      url: "/rooms/K7QX/files/",
      token: "token",
      signal: new AbortController().signal,
      onProgress: (sent) => progress.push(sent),
      onBegun: () => {},
      pause: async (milliseconds) => void pauses.push(milliseconds),
      request: server.request,
      random: () => 0.5,
      ...options,
    },
  );
  const upload = server.uploads.get("one");
  assert.ok(upload);
  assert.ok(upload.bytes.equals(bytes), "another file arrived");
  assert.ok(upload.isReady, "it was not looked at");
  return { id, progress, pauses, upload };
}

describe("a file", () => {
  test("that is small is sent with one request, under its name", async () => {
    const { id, upload, progress } = await send(400 * KIB);
    assert.equal(id, "f_one");
    assert.deepEqual(server.requests, ["POST"]);
    assert.equal(upload.metadata.filename, "Größe.bin");
    assert.equal(upload.metadata.filetype, "application/x-test");
    assert.deepEqual(progress, [400 * KIB]);
  });

  test("that is large is sent in pieces", async () => {
    const { progress } = await send(3000 * KIB);
    assert.equal(server.requests[0], "POST");
    assert.ok(server.requests.length > 2);
    assert.equal(progress.at(-1), 3000 * KIB);
    assert.deepEqual(
      progress,
      progress.toSorted((a, b) => a - b),
    );
  });

  test("goes on where the server is after a lost connection", async () => {
    server.fail("PATCH", { cutAfter: 70_000 });
    const { pauses } = await send(1500 * KIB);
    assert.equal(pauses.length, 1);
    const [, , head, next] = server.requests;
    assert.equal(head, "HEAD");
    assert.ok(next.startsWith("PATCH "));
    assert.ok(Number(next.split(" ")[1]) > 512 * KIB, "what had arrived is not sent again");
  });

  test("whose beginning was lost is begun once", async () => {
    server.fail("POST", { answerLost: true });
    await send(700 * KIB);
    assert.deepEqual(server.requests.slice(0, 2), ["POST", "POST"]);
    assert.equal(server.uploads.size, 1);
  });

  test("whose last answer was lost is waited for until the server has looked at it", async () => {
    server.fail("POST", { answerLost: true });
    await send(10 * KIB);
    assert.deepEqual(server.requests, ["POST", "POST", `PATCH ${10 * KIB}`]);
  });

  test("that was swept meanwhile is sent from its beginning", async () => {
    server.fail("PATCH", { status: 404 });
    const sending = send(700 * KIB, {
      pause: async () => void server.uploads.clear(),
    });
    await sending;
    assert.equal(server.requests.filter((one) => one === "POST").length, 2);
  });

  test("waits as long as the server says", async () => {
    server.fail(
      "POST",
      { status: 429, body: { error: { code: "rate_limited", retry_after: 7.5 } } },
      { status: 503, headers: { "Retry-After": "4" } },
      { status: 500 },
    );
    const { pauses } = await send(10 * KIB);
    assert.deepEqual(pauses.slice(0, 2), [7500, 4000]);
    // Two failures before: between one and four seconds, by chance.
    assert.equal(pauses[2], 3000);
  });

  test("that is refused says why", async () => {
    const error = { code: "too_big", message: "You have sent a lot today." };
    server.fail("POST", { status: 413, body: { error } });
    await assert.rejects(send(10 * KIB), (thrown) => {
      assert.ok(thrown instanceof Refused);
      assert.deepEqual([thrown.code, thrown.message], ["too_big", "You have sent a lot today."]);
      return true;
    });
    assert.deepEqual(server.requests, ["POST"]);
  });

  test("for which the site has no room is not tried again", async () => {
    server.fail("POST", { status: 507, body: { error: { code: "no_room", message: "Full." } } });
    await assert.rejects(send(10 * KIB), Refused);
  });

  test("that a proxy refuses is refused with a sentence of the page's own", async () => {
    server.fail("POST", { status: 413 });
    await assert.rejects(send(10 * KIB), { message: "The file is too large." });
  });

  test("that is given up is sent no further", async () => {
    const stop = new AbortController();
    const sending = send(3000 * KIB, { signal: stop.signal, onProgress: () => stop.abort() });
    await assert.rejects(sending, { name: "AbortError" });
    const { length } = server.requests;
    assert.ok(length <= 2);
  });

  test("that can no longer be read is not tried for ever", async () => {
    const blob = new Blob(["text"]);
    /** @type {any} */ (blob).slice = () => ({
      arrayBuffer: () => Promise.reject(new Error("gone")),
    });
    const file = { id: "one", blob, name: "text.txt", type: "text/plain" };
    const sending = sendFile(file, {
      url: "/",
      token: "",
      signal: new AbortController().signal,
      onProgress: () => {},
      onBegun: () => {},
      pause: () => Promise.resolve(),
      request: () => Promise.reject(new TypeError("Failed to fetch")),
    });
    await assert.rejects(sending, Refused);
  });
});

test("a piece takes about two seconds, within what the server takes", () => {
  assert.equal(pieceAfter(512 * KIB, 500), 1024 * KIB);
  assert.equal(pieceAfter(512 * KIB, 2000), 512 * KIB);
  assert.equal(pieceAfter(512 * KIB, 6000), 128 * KIB);
  assert.equal(pieceAfter(64 * KIB, 60_000), 64 * KIB);
  assert.equal(pieceAfter(1024 * KIB, 1), 1024 * KIB);
});

test("metadata of any script survives", () => {
  const [name, empty] = metadata({ filename: "図面 🎉.pdf", filetype: "" }).split(",");
  assert.equal(Buffer.from(name.split(" ")[1], "base64").toString(), "図面 🎉.pdf");
  assert.equal(empty, "filetype ");
});
