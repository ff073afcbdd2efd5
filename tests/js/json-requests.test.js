import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";

import { getJson, postForm, Refused, reasonOf } from "../../static/js/lib/json-requests.js";
import { poll } from "../../static/js/lib/polling.js";

/** What the site was asked. @type {{path: string, how: RequestInit}[]} */
let asked = [];
/** What it answers, one after the other; the last one for ever. @type {(Response | Error)[]} */
let answers = [];

/** @param {unknown} told @param {ResponseInit} [how] */
const json = (told, how) => new Response(JSON.stringify(told), how);

/** @param {number} status */
const proxy = (status) => new Response("<h1>It works!</h1>", { status });

/** @param {number} status @param {object} error @param {HeadersInit} [headers] */
const refusal = (status, error, headers) => json({ error }, { status, headers });

/** Lets run what was begun; no time passes. */
async function settle() {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

/** @param {Promise<unknown>} request */
async function failed(request) {
  return request.then(
    () => assert.fail("it was answered"),
    (error) => error,
  );
}

const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
beforeEach(() => {
  asked = [];
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(globalThis, "fetch", async (/** @type {string} */ path, /** @type {any} */ how) => {
    asked.push({ path, how });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return answer?.clone();
  });
  Object.assign(globalThis, {
    document: { querySelector: () => ({ getAttribute: () => "s3cret" }) },
  });
});
afterEach(() => {
  mock.timers.reset();
  mock.restoreAll();
  Reflect.deleteProperty(globalThis, "document");
  Reflect.deleteProperty(globalThis, "navigator");
  if (before) Object.defineProperty(globalThis, "navigator", before);
});

describe("a request", () => {
  test("asks for JSON and returns it", async () => {
    answers = [json({ bell: "nothing" })];
    assert.deepEqual(await getJson("/rooms/K7XM/bell/"), { bell: "nothing" });
    assert.equal(new Headers(asked[0].how.headers).get("Accept"), "application/json");
  });

  test("that sends a form has its fields and the page's token", async () => {
    answers = [json({})];
    await postForm("/account/hidden/", { hidden: "yes" }, { keepalive: true });
    const [{ how }] = asked;
    assert.deepEqual([how.method, String(how.body), how.keepalive], ["POST", "hidden=yes", true]);
    assert.equal(new Headers(how.headers).get("X-CSRFToken"), "s3cret");
    assert.equal(new Headers(how.headers).get("Accept"), "application/json");
  });

  test("that is refused throws the site's code and sentence", async () => {
    answers = [refusal(403, { code: "forbidden", message: "You are signed out." })];
    const error = await failed(getJson("/push/"));
    assert.ok(error instanceof Refused);
    assert.deepEqual([error.code, reasonOf(error)], ["forbidden", "You are signed out."]);
  });

  /** @type {[string, Response | Error][]} */
  const unanswered = [
    ["gets no answer", new TypeError("Failed to fetch")],
    ["takes too long", new DOMException("timed out", "TimeoutError")],
    ["is answered by a proxy that reaches nobody", proxy(502)],
    ["is answered by a network that wants a login", proxy(200)],
    ["is answered with an error of another shape", json({ error: "no" }, { status: 500 })],
    ["is answered with nothing", json(null)],
  ];
  for (const [what, answer] of unanswered) {
    test(`that ${what} is told to a person as one without an answer`, async () => {
      answers = [answer];
      const error = await failed(getJson("/push/"));
      assert.ok(!(error instanceof Refused));
      assert.match(reasonOf(error), /did not answer/);
    });
  }

  test("without a network says so", async () => {
    answers = [new TypeError("Failed to fetch")];
    Object.defineProperty(globalThis, "navigator", {
      value: { onLine: false },
      configurable: true,
    });
    assert.match(reasonOf(await failed(getJson("/push/"))), /offline/);
  });

  test("that fails by a fault of the page shows nobody its words", () => {
    assert.match(reasonOf(new TypeError("x is not a function")), /Something went wrong/);
  });
});

describe("a site that is too busy", () => {
  const busy = () =>
    refusal(503, { code: "unavailable", message: "Many come in." }, { "Retry-After": "5" });

  test("is asked again when it said, and not before", async () => {
    answers = [busy(), json({ known: true })];
    const answered = getJson("/push/seen/");
    await settle();
    mock.timers.tick(4999);
    await settle();
    assert.equal(asked.length, 1);
    mock.timers.tick(1);
    assert.deepEqual(await answered, { known: true });
  });

  test("is asked twice, then its sentence is shown", async () => {
    answers = [busy()];
    const error = failed(postForm("/push/", { endpoint: "x" }));
    await settle();
    mock.timers.tick(5000);
    assert.equal(reasonOf(await error), "Many come in.");
    assert.deepEqual(
      asked.map(({ how }) => String(how.body)),
      ["endpoint=x", "endpoint=x"],
    );
  });

  /** @type {[string, Response][]} */
  const final = [
    ["names no time", refusal(503, { message: "Away." })],
    ["names a long one", refusal(503, { message: "Away." }, { "Retry-After": "3600" })],
    ["names a date", refusal(503, { message: "Away." }, { "Retry-After": "Mon, 30 Nov" })],
    ["says that one is too fast", refusal(429, { message: "Away." }, { "Retry-After": "1" })],
  ];
  for (const [what, answer] of final) {
    test(`and ${what} is asked once`, async () => {
      answers = [answer];
      assert.equal(reasonOf(await failed(getJson("/push/"))), "Away.");
      assert.equal(asked.length, 1);
    });
  }
});

test("a page that waits asks until it has heard what it waits for, and one request at a time", async () => {
  answers = [json({ n: 1 }), proxy(502), new TypeError("Failed to fetch"), json({ n: 4 })];
  /** @type {number[]} */
  const heard = [];
  const over = poll("/rooms/K7XM/waiting/", ({ n }) => {
    heard.push(n);
    return n === 4;
  });
  for (let requests = 1; requests <= 4; requests += 1) {
    await settle();
    assert.equal(asked.length, requests);
    mock.timers.tick(2000);
  }
  await over;
  mock.timers.tick(2000);
  await settle();
  assert.deepEqual([heard, asked.length], [[1, 4], 4]);
});
