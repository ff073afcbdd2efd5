import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createTurns } from "../../static/js/lib/in-turn.js";
import { createPushSwitch } from "../../static/js/room/push-switch.js";
import { createBellStorage } from "../../static/js/state/bell-storage.js";
import { storage } from "./helpers.js";

/** A browser that subscribes when it is let. */
function browser() {
  const kept = createBellStorage("me", storage());
  let letSubscribe = () => {};
  const scene = {
    isSubscribed: false,
    /** What was done. @type {string[]} */
    done: [],
    kept,
    letSubscribe: () => letSubscribe(),
    push: {
      /** @returns {Promise<{endpoint: string, problem: ""}>} */
      subscribe: () =>
        new Promise((resolve) => {
          letSubscribe = () => {
            scene.isSubscribed = true;
            scene.done.push("on");
            resolve({ endpoint: "https://push.example.net/1", problem: "" });
          };
        }),
      unsubscribe: async () => {
        scene.isSubscribed = false;
        scene.done.push("off");
      },
    },
  };
  return scene;
}

/** Runs everything that is ready. */
async function settled() {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

describe("the switch of web push", () => {
  test("subscribes, and keeps the endpoint", async () => {
    const scene = browser();
    const turn = createPushSwitch(scene.push, scene.kept);
    scene.kept.change({ on: true });
    const problem = turn.on();
    await settled();
    scene.letSubscribe();
    assert.equal(await problem, "");
    assert.equal(scene.kept.settings.endpoint, "https://push.example.net/1");
  });

  test("that is turned back while the browser subscribes leaves no subscription", async () => {
    const scene = browser();
    const turn = createPushSwitch(scene.push, scene.kept);
    scene.kept.change({ on: true });
    const problem = turn.on();
    await settled();
    const over = turn.off();
    scene.letSubscribe();
    assert.equal(await problem, null, "nobody is told that it worked");
    await over;
    assert.deepEqual([scene.done, scene.isSubscribed], [["on", "off"], false]);
    assert.equal(scene.kept.settings.endpoint, "");
  });

  test("that is turned off and on again subscribes in the end", async () => {
    const scene = browser();
    const turn = createPushSwitch(scene.push, scene.kept);
    scene.kept.change({ on: true, endpoint: "https://push.example.net/0" });
    const over = turn.off();
    scene.kept.change({ on: true });
    const problem = turn.on();
    await over;
    await settled();
    scene.letSubscribe();
    assert.equal(await problem, "");
    assert.deepEqual([scene.done, scene.isSubscribed], [["on"], true]);
  });
});

test("works in turn begin after those before them, also after one that failed", async () => {
  const inTurn = createTurns();
  /** @type {string[]} */
  const done = [];
  /** @type {(error: Error) => void} */
  let fail = () => {};
  const first = inTurn(() => new Promise((_, reject) => (fail = reject)));
  const second = inTurn(async () => done.push("second"));
  await settled();
  assert.deepEqual(done, []);
  fail(new Error("no answer"));
  await assert.rejects(first, /no answer/);
  await second;
  assert.deepEqual(done, ["second"]);
});
