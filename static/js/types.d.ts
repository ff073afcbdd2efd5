/**
 * The shapes the page's modules share. Only read by the type checker, never by a browser.
 * Wire shapes are those of docs/PROTOCOL.md, some of them in wire.d.ts; fields a later server adds are
 * simply not named here.
 */
declare namespace Chat {
  type Role = "owner" | "moderator" | "member";

  interface Author {
    id: string;
    name: string;
    /** Has an account; only when so. */
    registered?: boolean;
  }

  interface Person extends Author {
    role?: Role;
  }

  interface You extends Person {
    /** ISO 8601, UTC; null for who may write. */
    muted_until?: string | null;
    muted_for?: string;
    /** Seconds from when this was sent. */
    muted_left?: number;
  }

  /** Somebody who asks to be let in. */
  interface Waiting extends Author {
    at: string;
  }

  interface Limits {
    /** Code points in one message. */
    body: number;
  }

  interface Message {
    /** Place in the room, and the message's name there. */
    seq: number;
    /** Number of its latest change; equal to `seq` until it is changed. */
    changed: number;
    kind: "chat" | "join" | "leave" | "notice";
    author: Author | null;
    client_id?: string;
    body: string;
    /** The body rendered; only where that says more than the text. */
    html?: string;
    /** ISO 8601, UTC. */
    at: string;
    edited_at: string | null;
    deleted: boolean;
    /** The body rendered by the server, where that shows more than the text itself. */
    html?: string;
    /** The `seq` of the message it answers. */
    reply_to?: number | null;
    /** Ids of people by emoji, and their names by id. */
    reactions?: Record<string, string[]>;
    names?: Record<string, string>;
    /** Ids of those it speaks to. */
    mentions?: string[];
    pinned?: boolean;
  }

  interface Position {
    id: string;
    /** Read up to this message. */
    seq: number;
  }

  interface Welcome {
    type: "welcome";
    protocol: number;
    /** Which history the log is: another one once the site was set back to a backup. */
    history?: string;
    room: Room;
    you: You;
    mode: "resume" | "reset";
    after: number;
    through: number;
    messages: Message[];
    older: boolean;
    members: Person[];
    limits: Limits;
    /** Pinned messages, in the order in which they were. */
    pinned?: Message[];
    /** How far this person has read, and the others who are here. */
    read?: number;
    reads?: Position[];
  }

  interface Events {
    type: "events";
    after: number;
    through: number;
    messages: Message[];
  }

  interface MembersFrame {
    type: "members";
    count: number;
    joined: Person[];
    left: { id: string }[];
  }

  interface RoomFrame {
    type: "room";
    room: Room;
  }

  interface YouFrame {
    type: "you";
    you: You;
  }

  interface Requests {
    type: "requests";
    waiting: Waiting[];
  }

  interface Typing {
    type: "typing";
    user: Author;
  }

  interface ReadFrame {
    type: "read";
    reads: Position[];
  }

  interface Ack {
    type: "ack";
    ref?: string;
    client_id?: string;
    seq?: number;
    changed?: number;
  }

  interface Page {
    type: "page";
    ref?: string;
    messages: Message[];
    older: boolean;
  }

  interface ErrorFrame {
    type: "error";
    ref?: string;
    client_id?: string;
    code: string;
    message: string;
    /** Seconds. */
    retry_after?: number;
  }

  type ServerFrame =
    | Welcome
    | Events
    | MembersFrame
    | RoomFrame
    | YouFrame
    | Requests
    | Typing
    | ReadFrame
    | Ack
    | Page
    | ErrorFrame;

  /** A message on its way out, as the outbox keeps it. */
  interface OutboxItem {
    /** Place in the queue; given by the storage. */
    id?: number;
    /** Whose and which room's: `<user id> <room id>`. */
    queue: string;
    client_id: string;
    body: string;
    /** Milliseconds since the epoch, when it was typed. */
    at: number;
    /** The message it answers. */
    reply_to?: number;
    state: "waiting" | "failed";
    /** Why it failed, for a person. */
    reason?: string;
  }

  /** What I want done to a message. `at`: when, ISO 8601; `of`: when what was edited had been edited itself. */
  type Command =
    | { kind: "edit"; seq: number; body: string; at: string; of?: string | null }
    | { kind: "delete"; seq: number }
    | { kind: "react"; seq: number; emoji: string; on: boolean }
    | { kind: "pin"; seq: number; on: boolean };

  /** A command on its way: `changed` is the number it got, null until it is acked. */
  type Change = Command & { ref: string; changed: number | null };

  /** An outbox item as the log shows it. `sent`: acked, its own event not here yet. */
  interface Pending {
    client_id: string;
    body: string;
    reply_to: number | null;
    at: number;
    state: "waiting" | "sending" | "failed" | "sent";
    reason: string;
    /** Known once acked. */
    seq: number | null;
  }

  interface OutboxStore {
    /** False when what is kept dies with the page. */
    readonly durable: boolean;
    add(item: OutboxItem): Promise<void>;
    /** Oldest first. */
    list(queue: string): Promise<OutboxItem[]>;
    update(item: OutboxItem): Promise<void>;
    remove(queue: string, clientId: string): Promise<void>;
  }

  /** All the page knows of the room. Replaced, never changed in place. */
  interface State {
    room: Room | null;
    you: You;
    /** To be let in, as those in charge are told. */
    waiting: readonly Waiting[];
    limits: Limits;
    /** Number of the last change applied; null before the first welcome. */
    cursor: number | null;
    /** The history that the cursor is of. */
    history: string;
    /** A stretch of the log without holes, by `seq` ascending. */
    messages: readonly Message[];
    /** There is more before the first of `messages`. */
    older: boolean;
    /** The newest stretch, kept apart while `messages` is an earlier one; null while `messages` reaches the newest. */
    tail: readonly Message[] | null;
    members: ReadonlyMap<string, Person>;
    /** What people are called now, by id: messages carry the name of their time. */
    names: ReadonlyMap<string, string>;
    pending: readonly Pending[];
    /** In the order in which they were pinned. */
    pinned: readonly Message[];
    /** Messages that loaded ones answer and that are not loaded themselves; null: not to be had. */
    quoted: ReadonlyMap<number, Message | null>;
    /** How far others have read, by id, where they are few. */
    reads: ReadonlyMap<string, number>;
  }

  interface Step {
    state: State;
    /** Messages that are new to this page and came after everything it had. */
    fresh: readonly Message[];
    /** Messages that came or changed, as they are now. */
    incoming: readonly Message[];
    /** client_ids of mine that the log now holds. */
    settled: readonly string[];
    /** A change is missing: reconnect and resume. */
    gap: boolean;
  }

  /** What happens to the state. Frames are their own actions. */
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

  /** What one tab tells the others of its outbox. */
  type TabNotice = { type: "queued" } | { type: "sent"; client_id: string; seq: number | null };

  /** What a reload of this tab paints before the socket is up. */
  interface Snapshot {
    room: Room;
    cursor: number;
    history?: string;
    messages: Message[];
    older: boolean;
    members: Person[];
  }

  /** Moments (ISO 8601 or milliseconds since the epoch) as the viewer reads them. */
  interface Times {
    /** "14:02" */
    clock(at: string | number): string;
    /** "Sunday, 22 November 2026 at 14:02:05" */
    full(at: string | number): string;
    /** "Today", "Yesterday", "Friday, 6 November" */
    day(at: string | number, now: number): string;
  }

  type Row =
    | { type: "day"; key: string; label: string }
    | { type: "unread"; key: string }
    | {
        type: "message";
        key: string;
        message: Message;
        /** First of its group: shows author and time. */
        head: boolean;
        name: string;
        /** Its author has an account. */
        registered: boolean;
        mine: boolean;
        target: boolean;
        /** What it answers; null when that is not to be had, undefined when it answers nothing or is not here yet. */
        quote: Message | null | undefined;
        quoteName: string;
      }
    | { type: "fold"; key: string; seq: number; text: string; detail: string; at: string }
    | { type: "notice"; key: string; message: Message; target: boolean }
    | {
        type: "pending";
        key: string;
        item: Pending;
        head: boolean;
        name: string;
        quote: Message | null | undefined;
        quoteName: string;
        registered: boolean;
      };

  interface ConnectionState {
    phase: "connecting" | "catching-up" | "live" | "offline" | "over";
    /** Milliseconds since the epoch of the last moment it was live, or of the start. */
    since: number;
    /** When the next attempt is made; null while one is under way or none will be. */
    retryAt: number | null;
    /** Live as far as is known, but asked whether it is: the network is said to be gone. */
    doubted: boolean;
    /** The close code that ended it, in phase `over`. */
    code: number | null;
  }

  /** What the server rendered into the page's root element. */
  interface PageData {
    room: { id: string; code: string; title: string; grace: number };
    me: { id: string; name: string };
    /** On another device perhaps; null for nothing. */
    readUpTo: number | null;
    role: Role;
    urls: {
      socket: string;
      room: string;
      manage: string;
      transcript: string;
      front: string;
      signIn: string;
      sprite: string;
      iconUnread: string;
    };
  }

  /** For whom a text is shown. */
  interface Reader {
    /** Address of the icon sprite. */
    sprite: string;
    myId: string;
  }

  /** What rows are made with. */
  interface Viewer extends Reader {
    times: Times;
  }

  /** A page of the log that is wanted. */
  type Request =
    | { want: "older"; before: number }
    | { want: "newer"; before: number }
    | { want: "around"; before: number; seq: number }
    | { want: "quote"; before: number; seq: number; limit: number };

  type Unread = ReturnType<typeof import("./state/unread.js").createUnread>;

  type NoticeBar = ReturnType<typeof import("./room/notice-bar.js").createNoticeBar>;

  /** Something that is completed while it is typed: names of people, of emoji. */
  interface CompletionSource<Item> {
    /** What the list is of. */
    title: string;
    /** The word before the caret that is to be completed, and where it begins. */
    wordAt(text: string, caret: number): { start: number; part: string } | null;
    /** A promise: not known yet, ask again when it is kept. */
    offer(part: string): readonly Item[] | Promise<void>;
    draw(item: Item): { nodes: (Node | string)[]; faint?: boolean };
    /** What the word becomes. */
    text(item: Item): string;
  }
}
