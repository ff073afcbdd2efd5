import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createPeople, fold, rowsInView } from "../../static/js/room/crowd.js";
import { comparison, inOrder } from "../../static/js/room/panel.js";

/** @param {...string} names the id of each is its name @returns {Map<string, Chat.Person>} */
function members(...names) {
  return new Map(names.map((name) => [name, { id: name, name, role: "member" }]));
}

/** @param {readonly Chat.Person[]} people */
const names = (people) => people.map(({ name }) => name);

/** @param {number} count */
const crowd = (count) => Array.from({ length: count }, (_, number) => `Guest ${number}`);

describe("a crowd", () => {
  test("is in the order of every list of people, however it came together", () => {
    const all = ["Zoe", "Ärne", "arne 10", "Arne 9", "Émile", "emil", "Bo", "ß", "漱石", "عمر"];
    const people = createPeople(comparison("Bo"));
    for (let count = 1; count <= all.length; count += 1)
      people.update(members(...all.slice(0, count)));
    assert.deepEqual(
      names(people.update(members(...all))),
      names(inOrder(members(...all).values(), "Bo")),
    );
    const few = members("Zoe", "emil", "Ärne", "Émile");
    assert.deepEqual(names(people.update(few)), names(inOrder(few.values(), "Bo")));
  });

  test("whose members are all new objects that say the same is the same list", () => {
    const people = createPeople(comparison("me"));
    const before = people.update(members(...crowd(60)));
    assert.equal(people.update(members(...crowd(60).reverse())), before);
  });

  test("is not sorted again for one who comes", () => {
    let compared = 0;
    const compare = comparison("me");
    const people = createPeople((a, b) => {
      compared += 1;
      return compare(a, b);
    });
    people.update(members(...crowd(2000)));
    compared = 0;
    const list = people.update(members(...crowd(2000), "Guest 7b"));
    assert.ok(compared < 20, `${compared} comparisons`);
    assert.equal(list.length, 2001);
  });

  test("has somebody's new role or name at once", () => {
    const people = createPeople(comparison("me"));
    const before = members("Ada", "Ben", "Cleo");
    people.update(before);
    const raised = new Map(before).set("Cleo", { id: "Cleo", name: "Cleo", role: "moderator" });
    assert.deepEqual(names(people.update(raised)), ["Cleo", "Ada", "Ben"]);
    const renamed = new Map(before).set("Ada", { id: "Ada", name: "Zora", role: "member" });
    assert.deepEqual(names(people.update(renamed)), ["Ben", "Cleo", "Zora"]);
  });
});

describe("a person", () => {
  const people = createPeople(comparison("me"));
  people.update(members("Ångström", "Zoë Müller", "Anna Strauß", "Ａｄａ", "Łukasz"));

  for (const [query, found] of /** @type {const} */ ([
    ["", ["Ａｄａ", "Ångström", "Anna Strauß", "Łukasz", "Zoë Müller"]],
    ["  ", ["Ａｄａ", "Ångström", "Anna Strauß", "Łukasz", "Zoë Müller"]],
    ["angstrom", ["Ångström"]],
    ["ÅNGSTRÖM", ["Ångström"]],
    ["zoe mu", ["Zoë Müller"]],
    ["muller zoe", ["Zoë Müller"]],
    ["strauss", ["Anna Strauß"]],
    ["ada", ["Ａｄａ"]],
    ["nobody", []],
  ])) {
    test(`is found by ${JSON.stringify(query)}`, () =>
      assert.deepEqual(names(people.find(query)).sort(), [...found].sort()));
  }

  test("is found however the accents are encoded", () => {
    assert.equal(fold("é"), fold("e\u0301"));
  });
});

describe("the rows that are drawn", () => {
  const row = 44;

  test("are those in view and a few around them, of however many", () => {
    for (const count of [200, 2000, 100_000]) {
      const { first, last } = rowsInView({ top: 100 * row, height: 10 * row, row, count });
      assert.ok(first <= 100 && last >= 110, "all that is seen");
      assert.ok(last - first <= 24, `${last - first} rows`);
    }
  });
  test("begin with the first and end with the last", () => {
    assert.equal(rowsInView({ top: 0, height: 440, row, count: 2000 }).first, 0);
    const end = rowsInView({ top: 1990 * row, height: 440, row, count: 2000 });
    assert.equal(end.last, 2000);
  });
  test("are there after the list became shorter than it was scrolled", () => {
    const { first, last } = rowsInView({ top: 5000, height: 440, row, count: 3 });
    assert.ok(first < last && last === 3);
  });
  test("are none of nobody", () => {
    assert.deepEqual(rowsInView({ top: 0, height: 440, row, count: 0 }), { first: 0, last: 0 });
  });
});
