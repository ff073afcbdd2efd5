/**
 * The people of a large room: in order while they come and go, searched by name, and as far as the
 * list is seen. Pure. Loaded by the first large room.
 */

/** This many rows are drawn above and below those that are seen. */
const OVERSCAN = 6;

/**
 * Returns a text without case, accents and ways to encode them: "Ångström" is "angstrom".
 * @param {string} text
 */
export function fold(text) {
  return text
    .normalize("NFKD")
    .replace(/[\p{M}\p{Cf}]/gu, "")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .trim();
}

/**
 * Returns people who are kept in order: each change of them costs as much as there are changes, and
 * no sorting of all.
 * @param {(a: Chat.Person, b: Chat.Person) => number} compare
 */
export function createPeople(compare) {
  /** @type {readonly Chat.Person[]} */
  let ordered = [];
  /** @type {WeakMap<Chat.Person, string>} */
  const folded = new WeakMap();

  /** @param {Chat.Person} person */
  function foldedName(person) {
    const name = folded.get(person) ?? fold(person.name);
    folded.set(person, name);
    return name;
  }

  return {
    /**
     * Takes over who is here. Returns everybody, in order; the same array if nothing has changed. A
     * person who is still the same stays the same object.
     * @param {ReadonlyMap<string, Chat.Person>} members
     */
    update(members) {
      const stay = ordered.filter((person) => isSame(person, members.get(person.id)));
      if (stay.length === members.size && stay.length === ordered.length) return ordered;
      const kept = new Set(stay.map(({ id }) => id));
      const come = [...members.values()].filter(({ id }) => !kept.has(id));
      ordered = merge(stay, come.sort(compare), compare);
      return ordered;
    },

    /**
     * Returns those of the people whose name has all words of a query in it, in their order.
     * @param {string} query
     */
    find(query) {
      const words = fold(query).split(/\s+/u).filter(Boolean);
      if (words.length === 0) return ordered;
      return ordered.filter((person) => words.every((word) => foldedName(person).includes(word)));
    },
  };
}

/** @param {Chat.Person} one @param {Chat.Person} [other] */
function isSame(one, other) {
  return one.name === other?.name && one.role === other.role && one.registered === other.registered;
}

/**
 * @param {readonly Chat.Person[]} list in order
 * @param {readonly Chat.Person[]} added in order, and few
 * @param {(a: Chat.Person, b: Chat.Person) => number} compare
 */
function merge(list, added, compare) {
  /** @type {Chat.Person[]} */
  const merged = [];
  let from = 0;
  for (const person of added) {
    const place = placeOf(list, person, from, compare);
    for (; from < place; from += 1) merged.push(list[from]);
    merged.push(person);
  }
  for (; from < list.length; from += 1) merged.push(list[from]);
  return merged;
}

/**
 * @param {readonly Chat.Person[]} list
 * @param {Chat.Person} person
 * @param {number} from
 * @param {(a: Chat.Person, b: Chat.Person) => number} compare
 */
function placeOf(list, person, from, compare) {
  let low = from;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(list[middle], person) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Returns the rows that are drawn: from `first`, before `last`.
 * @param {{top: number, height: number, row: number, count: number}} view in pixels: how far the
 *   list is scrolled, how much of it is seen, how high a row is
 */
export function rowsInView({ top, height, row, count }) {
  const start = Math.min(top, Math.max(0, count * row - height)); // it may have become shorter
  const first = Math.max(0, Math.floor(start / row) - OVERSCAN);
  return { first, last: Math.min(count, Math.ceil((start + height) / row) + OVERSCAN) };
}
