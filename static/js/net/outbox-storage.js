/**
 * Stores unsent messages: in IndexedDB, so that they survive a reload and a closed browser; in
 * memory where the browser has no IndexedDB or refuses it.
 */

const NAME = "outbox";

/**
 * Unsent messages older than this are deleted, whoever wrote them: their rooms closed long ago.
 * Milliseconds.
 */
const MAX_AGE = 30 * 24 * 3600 * 1000;

/** A database that has not opened after this time is taken to be broken. Milliseconds. */
const OPEN_TIMEOUT = 3000;

/**
 * @param {IDBFactory | undefined} [factory]
 * @returns {Promise<Chat.OutboxStore>}
 */
export async function openStorage(factory = globalThis.indexedDB) {
  try {
    const database = await Promise.race([openDatabase(factory), timeout(OPEN_TIMEOUT)]);
    await forgetOld(database, Date.now() - MAX_AGE);
    return withFallback(onDatabase(database), inMemory());
  } catch {
    return inMemory();
  }
}

/**
 * @param {number} ms
 * @returns {Promise<never>}
 */
function timeout(ms) {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error("timed out")), ms);
  });
}

/** @returns {Chat.OutboxStore} */
export function inMemory() {
  /** @type {Chat.OutboxItem[]} */
  let items = [];
  let nextId = 1;
  return {
    durable: false,
    async add(item) {
      items.push({ ...item, id: nextId++ });
    },
    async list(queue) {
      return items.filter((item) => item.queue === queue);
    },
    async update(changed) {
      items = items.map((item) =>
        isSame(item, changed.queue, changed.client_id) ? changed : item,
      );
    },
    async remove(queue, clientId) {
      items = items.filter((item) => !isSame(item, queue, clientId));
    },
  };
}

/**
 * Returns a store that loses no message when the disk fails later on (full, or withdrawn by the
 * browser). From then on new messages are kept in memory, and `durable` is false.
 * @param {Chat.OutboxStore} disk
 * @param {Chat.OutboxStore} memory
 * @returns {Chat.OutboxStore}
 */
export function withFallback(disk, memory) {
  let durable = true;
  /**
   * @template T
   * @param {() => Promise<T>} work
   * @param {T} otherwise
   */
  const attempt = async (work, otherwise) => {
    try {
      return await work();
    } catch {
      durable = false;
      return otherwise;
    }
  };
  return {
    get durable() {
      return durable;
    },
    async add(item) {
      const kept = await attempt(() => disk.add(item).then(() => true), false);
      if (!kept) await memory.add(item);
    },
    async list(queue) {
      const kept = await attempt(() => disk.list(queue), []);
      return durable ? kept : [...kept, ...(await memory.list(queue))];
    },
    async update(item) {
      await attempt(() => disk.update(item), undefined);
      await memory.update(item);
    },
    async remove(queue, clientId) {
      await attempt(() => disk.remove(queue, clientId), undefined);
      await memory.remove(queue, clientId);
    },
  };
}

/**
 * @param {Chat.OutboxItem} item
 * @param {string} queue
 * @param {string} clientId
 */
function isSame(item, queue, clientId) {
  return item.queue === queue && item.client_id === clientId;
}

/**
 * @param {IDBDatabase} database
 * @returns {Chat.OutboxStore}
 */
function onDatabase(database) {
  const reading = () => database.transaction(NAME).objectStore(NAME);
  // "strict": a commit is on the disk, not merely handed to the operating system.
  const writing = () => database.transaction(NAME, "readwrite", { durability: "strict" });
  return {
    durable: true,
    async add(item) {
      const transaction = writing();
      transaction.objectStore(NAME).add(item);
      await committed(transaction);
    },
    list: (queue) => answer(reading().index("queue").getAll(queue)),
    async update(item) {
      const transaction = writing();
      transaction.objectStore(NAME).put(item);
      await committed(transaction);
    },
    async remove(queue, clientId) {
      const transaction = writing();
      const store = transaction.objectStore(NAME);
      const key = await answer(store.index("message").getKey([queue, clientId]));
      if (key !== undefined) store.delete(key);
      await committed(transaction);
    },
  };
}

/**
 * @param {IDBFactory | undefined} factory
 * @returns {Promise<IDBDatabase>}
 */
async function openDatabase(factory) {
  if (!factory) throw new Error("no IndexedDB");
  const request = factory.open("chat", 1);
  request.onupgradeneeded = () => {
    const store = request.result.createObjectStore(NAME, { keyPath: "id", autoIncrement: true });
    store.createIndex("queue", "queue");
    store.createIndex("message", ["queue", "client_id"], { unique: true });
    store.createIndex("at", "at");
  };
  const database = await answer(request);
  // Lets a later release change the layout while this page is open.
  database.onversionchange = () => database.close();
  return database;
}

/**
 * @param {IDBDatabase} database
 * @param {number} before milliseconds since the epoch
 */
async function forgetOld(database, before) {
  const transaction = database.transaction(NAME, "readwrite");
  const store = transaction.objectStore(NAME);
  const keys = await answer(store.index("at").getAllKeys(IDBKeyRange.upperBound(before)));
  for (const key of keys) store.delete(key);
  await committed(transaction);
}

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @param {IDBTransaction} transaction
 * @returns {Promise<void>}
 */
function committed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}
