import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";

import { createVoice } from "../../static/js/compose/mute-line.js";

/** As much of an element as is used. */
const place = () =>
  /** @type {any} */ ({ hidden: true, textContent: "", classList: { toggle() {} } });

describe("who may not write", () => {
  const steady = performance.now;
  let now = 0;
  /** @param {number} seconds */
  function pass(seconds) {
    for (let left = seconds; left > 0; left -= 1) {
      now += 1000;
      mock.timers.tick(1000);
    }
  }
  beforeEach(() => {
    now = 5000;
    performance.now = () => now;
    // An hour fast, and beside the point.
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: 3600_000 });
  });
  afterEach(() => {
    performance.now = steady;
    mock.timers.reset();
  });

  function open() {
    const [line, pace] = [place(), place()];
    const times = { clock: (/** @type {any} */ at) => `at ${at / 1000}`, full: String };
    const voice = createVoice({ line, pace, times, onChange() {} });
    return { line, pace, voice };
  }
  const you = { id: "me", name: "Me", muted_until: "1970-01-01T00:10:00.000Z" };

  test("is muted for as long as the server says, whatever the clock", () => {
    const { line, voice } = open();
    voice.told({ ...you, muted_left: 600, muted_for: "shouting" });
    assert.equal(line.textContent, "You can read here and not write until at 4200: shouting");
    assert.ok(voice.isHeld);
    pass(599);
    assert.ok(!line.hidden);
    pass(1);
    assert.ok(line.hidden);
    assert.ok(!voice.isHeld);
  });

  test("waits for slow mode, which counts down", () => {
    const { pace, voice } = open();
    voice.spoke();
    assert.ok(pace.hidden);
    voice.every = 90;
    assert.equal(pace.textContent, "Slow mode: one message every 90 seconds");
    voice.spoke();
    assert.equal(pace.textContent, "Slow mode: 1 min 30 s");
    assert.ok(voice.isHeld);
    voice.wait(24);
    assert.equal(pace.textContent, "Slow mode: 24 s");
    pass(1);
    assert.equal(pace.textContent, "Slow mode: 23 s");
    pass(23);
    assert.ok(!voice.isHeld);
    voice.every = 0;
    assert.ok(pace.hidden);
  });
});
