/** Builders for what the modules under test are fed with. */

/**
 * @param {number} seq
 * @param {Partial<Chat.Message> & {by?: string}} [fields]
 * @returns {Chat.Message}
 */
export function message(seq, { by = "ada", ...fields } = {}) {
  return {
    seq,
    changed: seq,
    kind: "chat",
    author: { id: by, name: by[0].toUpperCase() + by.slice(1) },
    client_id: null,
    body: `message ${seq}`,
    at: new Date(Date.UTC(2026, 10, 22, 12, 0, seq)).toISOString(),
    edited_at: null,
    deleted: false,
    reply_to: null,
    reactions: {},
    ...fields,
  };
}

/**
 * Joins from one number to another, told as one.
 * @param {number} first
 * @param {number} last
 * @param {Partial<Chat.Message>} [fields]
 */
export function crowd(first, last, fields = {}) {
  const joined = last - first + 1;
  const people = [{ id: "zed", name: "Zed" }];
  const run = { kind: /** @type {const} */ ("join"), body: "", changed: last, through: last };
  return message(first, { ...run, joined, left: 0, people, ...fields });
}

/** Messages from one number to another. @param {number} first @param {number} last */
export function messages(first, last) {
  return Array.from({ length: last - first + 1 }, (_, index) => message(first + index));
}

/** @param {Partial<Chat.Welcome>} [fields] @returns {Chat.Welcome} */
export function welcome(fields = {}) {
  return {
    type: "welcome",
    protocol: 1,
    history: "4d1f",
    room: { id: "r1", code: "K7XM", title: "", grace: 3600 },
    you: { id: "me", name: "Me", role: "member" },
    mode: "reset",
    after: 0,
    through: 0,
    messages: [],
    older: false,
    members: [{ id: "me", name: "Me" }],
    limits: { body: 4000 },
    ...fields,
  };
}

/**
 * @param {number} after
 * @param {number} through
 * @param {Chat.Message[]} changes
 * @returns {Chat.Events}
 */
export function events(after, through, changes) {
  return { type: "events", after, through, messages: changes };
}

/** @param {readonly Chat.Message[]} list */
export function seqs(list) {
  return list.map(({ seq }) => seq);
}

/** Returns a storage whose keys are its own properties, as those of browsers are. @returns {Storage} */
export function storage() {
  /** @type {any} */
  const kept = {};
  const methods = {
    getItem: (/** @type {string} */ key) => (Object.hasOwn(kept, key) ? kept[key] : null),
    setItem: (/** @type {string} */ key, /** @type {string} */ text) => {
      kept[key] = text;
    },
    removeItem: (/** @type {string} */ key) => delete kept[key],
  };
  return Object.setPrototypeOf(kept, methods);
}
