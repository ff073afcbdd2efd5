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
    /** The person and the room: `<user id> <room id>`. */
    queue: string;
    client_id: string;
    body: string;
    /** Milliseconds since the epoch, when it was typed. */
    at: number;
    /** The `seq` of the message it replies to. */
    reply_to?: number;
    state: "waiting" | "failed";
    /** Why it failed, for a person. */
    reason?: string;
  }

  /**
   * A change that I want to make to a message. `at`: when, ISO 8601; `of`: the `edited_at` of the text
   * that is edited.
   */
  type Command =
    | { kind: "edit"; seq: number; body: string; at: string; of?: string | null }
    | { kind: "delete"; seq: number }
    | { kind: "react"; seq: number; emoji: string; on: boolean }
    | { kind: "pin"; seq: number; on: boolean };

  /** A command on its way: `changed` is the number that its ack names; null until then. */
  type Change = Command & { ref: string; changed: number | null };

  /** An outbox item as the log shows it. `sent`: acked, but its event has not arrived yet. */
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
    /** False when the stored messages are lost with the page. */
    readonly durable: boolean;
    add(item: OutboxItem): Promise<void>;
    /** Oldest first. */
    list(queue: string): Promise<OutboxItem[]>;
    update(item: OutboxItem): Promise<void>;
    remove(queue: string, clientId: string): Promise<void>;
  }

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

  /** What a session tells the page. */
  interface SessionHooks {
    /** The state was replaced. */
    changed(): void;
    /** Messages came, just now or with a resume. */
    newMessages(messages: readonly Message[]): void;
    welcomed(mode: "resume" | "reset"): void;
    /** The page around a message came. */
    aroundLoaded(seq: number): void;
    /** A page did not reach down to the loaded messages: request a shorter one. */
    pageTooShort(span: number): void;
    connection(connection: ConnectionState): void;
    typing(people: Author[]): void;
    /** Messages came during an absence; null: very many. */
    missed(seqs: readonly number[] | null): void;
    /** Messages came or changed. */
    messagesChanged(messages: readonly Message[]): void;
    /** The room's settings or its code changed. */
    room(room: Room): void;
    /** The server refused something that nothing else here explains. */
    refused(message: string): void;
    /** My name, my role or my mute may have changed. */
    you(you: You): void;
    /** A message of mine, or an edit, was accepted. */
    posted(): void;
    /** The server asks to wait, in seconds, before the next message. */
    wait(seconds: number): void;
    /** A message was sent without the one it replies to. */
    replyTargetDeleted(): void;
    changeRefused(reason: string, change: Change, code?: string): void;
    /** Returns the `seq`s between which no message may be dropped. */
    bounds(): { first: number; last: number };
  }

  /** An edit that was begun and not sent. */
  interface EditDraft {
    seq: number;
    body: string;
    /** `edited_at` of the text that it began with. */
    of: string | null;
  }

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
        /** The message it replies to: null if it cannot be had, undefined if there is none or it is not loaded yet. */
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
    /** Live as far as is known, but being checked: the network is said to be gone. */
    doubted: boolean;
    /** The close code that ended it, in phase `over`. */
    code: number | null;
  }

  /** What the server rendered into the page's root element. */
  interface PageData {
    room: { id: string; code: string; title: string; grace: number };
    me: { id: string; name: string };
    /** The read position, perhaps of another device; null if nothing was read. */
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

  /** The person for whom a text is shown. */
  interface Reader {
    /** Address of the icon sprite. */
    sprite: string;
    myId: string;
  }

  /** The person for whom rows are drawn. */
  interface Viewer extends Reader {
    times: Times;
  }

  /** A page of the log to be requested. */
  type Request =
    | { want: "older"; before: number }
    | { want: "newer"; before: number }
    | { want: "around"; before: number; seq: number }
    | { want: "quote"; before: number; seq: number; limit: number };

  type Unread = ReturnType<typeof import("./state/unread.js").createUnread>;

  type NoticeBar = ReturnType<typeof import("./room/notice-bar.js").createNoticeBar>;

  /** A source of completions: names of people, of emoji. */
  interface CompletionSource<Item> {
    /** The title of the list. */
    title: string;
    /** Returns the word before the caret that is to be completed, and where it begins. */
    wordAt(text: string, caret: number): { start: number; part: string } | null;
    /** Returns the candidates, or a promise if they are not loaded: call again once it resolves. */
    offer(part: string): readonly Item[] | Promise<void>;
    draw(item: Item): { nodes: (Node | string)[]; faint?: boolean };
    /** Returns the text that replaces the word. */
    text(item: Item): string;
  }
}
