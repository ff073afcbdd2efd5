import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";

import { createMuteLine } from "../../static/js/compose/mute-line.js";

/** The parts of an element that are used. */
const fakeElement = () =>
  /** @type {any} */ ({ hidden: true, textContent: "", classList: { toggle() {} } });

describe("the mute line", () => {
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
    // An hour fast: it must not matter.
    mock.timers.enable({ apis: ["setTimeout", "Date"], now: 3600_000 });
  });
  afterEach(() => {
    performance.now = steady;
    mock.timers.reset();
  });

  function open() {
    const [bar, line, slowModeLine] = [fakeElement(), fakeElement(), fakeElement()];
    const times = { clock: (/** @type {any} */ at) => `at ${at / 1000}`, full: String };
    const muteLine = createMuteLine({ bar, line, slowModeLine, times, onChange() {} });
    return { bar, line, slowModeLine, muteLine };
  }
  const you = { id: "me", name: "Me", muted_until: "1970-01-01T00:10:00.000Z" };

  test("is shown for as long as the server says, whatever the clock says", () => {
    const { bar, line, muteLine } = open();
    muteLine.update({ ...you, muted_left: 600, muted_for: "shouting" });
    assert.equal(
      line.textContent,
      "You are muted until at 4200: you can read but not write. Reason: shouting",
    );
    assert.ok(muteLine.isBlocked);
    pass(599);
    assert.ok(!bar.hidden);
    pass(1);
    assert.ok(bar.hidden);
    assert.ok(!muteLine.isBlocked);
  });

  test("counts down slow mode", () => {
    const { slowModeLine, muteLine } = open();
    muteLine.posted();
    assert.ok(slowModeLine.hidden);
    muteLine.interval = 90;
    assert.equal(slowModeLine.textContent, "Slow mode: one message every 90 seconds");
    muteLine.posted();
    assert.equal(slowModeLine.textContent, "Slow mode: 1 min 30 s");
    assert.ok(muteLine.isBlocked);
    muteLine.wait(24);
    assert.equal(slowModeLine.textContent, "Slow mode: 24 s");
    pass(1);
    assert.equal(slowModeLine.textContent, "Slow mode: 23 s");
    pass(23);
    assert.ok(!muteLine.isBlocked);
    muteLine.interval = 0;
    assert.ok(slowModeLine.hidden);
  });
});
