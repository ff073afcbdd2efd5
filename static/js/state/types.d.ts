/** What the page knows about the room, and what changes it. */
declare namespace Chat {
  /** Everything the page knows about the room. Replaced, never changed in place. */
  interface State {
    room: Room | null;
    you: You;
    /** The people who ask to join; only moderators are told of them. */
    waiting: readonly Waiting[];
    limits: Limits;
    /** Number of the last change applied; null before the first welcome. */
    cursor: number | null;
    /** The name of the history that the cursor belongs to. */
    history: string;
    /** The loaded range of the log: no holes, sorted by `seq`. */
    messages: readonly Message[];
    /** True if there are messages before the first of `messages`. */
    older: boolean;
    /** The newest messages, kept apart while `messages` is an earlier range; null while `messages` reaches them. */
    tail: readonly Message[] | null;
    members: ReadonlyMap<string, Person>;
    /** People's present names by id; a message has the name its author had then. */
    names: ReadonlyMap<string, string>;
    pending: readonly Pending[];
    /** In the order in which they were pinned. */
    pinned: readonly Message[];
    /** Messages that loaded ones reply to and that are not loaded themselves; null if one cannot be had. */
    quoted: ReadonlyMap<number, Message | null>;
    /** How far others have read, by id; only in small rooms. */
    reads: ReadonlyMap<string, number>;
    /** The people whom I have hidden, by id: their messages are folded. */
    hidden: ReadonlySet<string>;
  }

  interface Step {
    state: State;
    /** Messages that are new to this page and after everything it had. */
    fresh: readonly Message[];
    /** Messages that came or changed, as they are now. */
    incoming: readonly Message[];
    /** `client_id`s of mine that the log now has. */
    settled: readonly string[];
    /** A change is missing: reconnect and resume. */
    gap: boolean;
  }

  /** Everything that changes the state. Frames are actions themselves. */
  type Action =
    | Welcome
    | Events
    | MembersFrame
    | RoomFrame
    | YouFrame
    | Requests
    | ReadFrame
    | { type: "quoted"; seq: number; message: Message | null }
    | { type: "restore"; snapshot: Snapshot }
    | { type: "older"; before: number; page: Page }
    | { type: "newer"; before: number; page: Page }
    | { type: "around"; page: Page }
    | { type: "newest" }
    | { type: "trim"; first: number; last: number }
    | { type: "outbox"; items: readonly Pending[] }
    | { type: "sent"; client_id: string; seq: number | null };

  /** An edit that was begun and not sent. */
  interface EditDraft {
    seq: number;
    body: string;
    /** `edited_at` of the text that it began with. */
    of: string | null;
  }

  /** What one tab tells the others of its outbox. */
  type TabNotice =
    | { type: "queued" }
    | { type: "sent"; client_id: string; seq: number | null }
    | { type: "progress"; id: string; sent: number };

  /** What a reload of this tab paints before the socket is up. */
  interface Snapshot {
    room: Room;
    cursor: number;
    history?: string;
    messages: Message[];
    older: boolean;
    members: Person[];
    /** The people whom I have hidden, by id. */
    hidden?: readonly string[];
    /** When it was kept, milliseconds since the epoch. */
    at?: number;
  }

  type Unread = ReturnType<typeof import("./unread.js").createUnread>;
}
