import assert from "node:assert/strict";
import { describe, mock, test } from "node:test";

import { COLOURS, colour, initials, list } from "../../static/js/lib/people.js";
import { createTypists, sentence, throttle } from "../../static/js/net/typing.js";
import { countText, inOrder } from "../../static/js/room/panel.js";

describe("names", () => {
  for (const [name, letters] of [
    ["Ada Lovelace", "AL"],
    ["ada", "A"],
    ["Ada King Lovelace", "AL"],
    ["夏目漱石", "夏"],
    ["élodie-anne", "ÉA"],
    ["🦊", "🦊"],
    ["مريم", "م"],
    ["(bot) 7", "B7"],
    ["🇩🇪", "🇩🇪"],
    ["🇩🇪 🇫🇷", "🇩🇪"],
    ["👩‍👩‍👧", "👩‍👩‍👧"],
    ["e\u0301lodie", "E\u0301"],
    ["-", "-"],
  ]) {
    test(`${name} is ${letters}`, () => assert.equal(initials(name), letters));
  }

  test("a person always has the same colour, and people's colours differ", () => {
    const colours = Array.from({ length: 200 }, (_, index) => colour(`u_${index}`));
    assert.deepEqual(
      colours,
      colours.map((_, index) => colour(`u_${index}`)),
    );
    assert.equal(new Set(colours).size, COLOURS);
    assert.ok(Math.max(...colours) < COLOURS);
  });

  test("are joined into a list", () => {
    assert.equal(list(["Ada"]), "Ada");
    assert.equal(list(["Ada", "Ben"]), "Ada and Ben");
    assert.equal(list(["Ada", "Ben", "Cleo"]), "Ada, Ben and Cleo");
  });
});

describe("the list of people", () => {
  test("has me first, then the owner and moderators, then the others by name", () => {
    /** @type {Chat.Person[]} */
    const people = [
      { id: "1", name: "Zoe", role: "member" },
      { id: "2", name: "Mo", role: "moderator" },
      { id: "3", name: "anna", role: "member" },
      { id: "me", name: "Yu", role: "member" },
      { id: "4", name: "Olga", role: "owner" },
    ];
    assert.deepEqual(
      inOrder(people, "me").map(({ name }) => name),
      ["Yu", "Olga", "Mo", "anna", "Zoe"],
    );
  });

  test("counts people", () => {
    assert.equal(countText(1), "1 person here");
    assert.equal(countText(3), "3 people here");
  });
});

describe("typing", () => {
  test("is shown for one, two and several people", () => {
    const plain = (/** @type {string[]} */ names) => sentence(names).replace(/[\u2068\u2069]/g, "");
    assert.equal(plain([]), "");
    assert.equal(plain(["Ada"]), "Ada is typing…");
    assert.equal(plain(["Ada", "Ben"]), "Ada and Ben are typing…");
    assert.equal(plain(["Ada", "Ben", "Cleo"]), "Several people are typing…");
  });

  test("ends with the message, or when no more frames come", () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      /** @type {string[]} */
      let shown = [];
      const typists = createTypists((people) => {
        shown = people.map(({ name }) => name);
      });
      typists.started({ id: "1", name: "Ada" });
      typists.started({ id: "2", name: "Ben" });
      typists.stop("2");
      assert.deepEqual(shown, ["Ada"]);
      mock.timers.tick(5_000);
      typists.started({ id: "1", name: "Ada" });
      mock.timers.tick(5_000);
      assert.deepEqual(shown, ["Ada"]);
      mock.timers.tick(1_000);
      assert.deepEqual(shown, []);
    } finally {
      mock.timers.reset();
    }
  });

  test("changes the page when somebody begins or ends, and not with each letter", () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      let changes = 0;
      const typists = createTypists(() => {
        changes += 1;
      });
      for (let frame = 0; frame < 5; frame += 1) typists.started({ id: "1", name: "Ada" });
      assert.equal(changes, 1);
      typists.started({ id: "1", name: "Countess" });
      typists.started({ id: "2", name: "Ben" });
      assert.equal(changes, 3);
      typists.clear();
      typists.clear();
      assert.equal(changes, 4);
    } finally {
      mock.timers.reset();
    }
  });

  test("is sent at most once an interval", () => {
    let now = 0;
    let said = 0;
    const say = throttle(
      () => {
        said += 1;
      },
      3000,
      () => now,
    );
    for (now = 0; now < 6000; now += 100) say();
    assert.equal(said, 2);
  });
});
