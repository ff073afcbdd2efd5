/**
 * What goes over the wire and what is on its way: shapes of docs/PROTOCOL.md, some of them in wire.d.ts.
 * Fields a later server adds are simply not named here.
 */
declare namespace Chat {
  type Role = "owner" | "moderator" | "member";

  interface Author {
    id: string;
    name: string;
    /** Has an account; only when so. */
    registered?: boolean;
    /** Is a program; only when so. */
    bot?: boolean;
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
    /** The people whom I have hidden, by id; missing for nobody. */
    hidden?: string[];
  }

  /** Somebody who asks to be let in. */
  interface Waiting extends Author {
    at: string;
  }

  interface Limits {
    /** Code points in one message. */
    body: number;
    /** Bytes of one file; 0 or missing where no files are sent. */
    file?: number;
    /** Files of one message. */
    files?: number;
  }

  /** A file as a `post` names it. */
  interface PostedFile {
    id: string;
    alt?: string;
  }

  /** A file that is to be sent with a message. */
  interface Attached {
    /** Its name for this browser, and the server's proof that it was begun before. */
    id: string;
    blob: Blob;
    name: string;
    type: string;
    alt: string;
    /** Of an image that this browser can show. */
    width?: number;
    height?: number;
  }

  /** The first of many joins and leaves, which stands for all of them. */
  interface Message {
    /** The `seq` of the last of them. */
    through?: number;
    joined?: number;
    left?: number;
    /** Some of them. */
    people?: Author[];
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

  /** Another room of mine. */
  interface OtherRoom {
    id: string;
    code: string;
    title: string;
    /** Messages of others that I have not read; 100 stands for any number from there on. */
    unread: number;
    /** Those that mention me, likewise. */
    mentions: number;
    /** I want to be notified of nothing there. */
    silent: boolean;
  }

  interface ElsewhereFrame {
    type: "elsewhere";
    /** All of them: first those with mentions, then those with unread messages. */
    rooms: OtherRoom[];
  }

  interface HandoffFrame {
    type: "handoff";
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
    | ElsewhereFrame
    | HandoffFrame
    | Ack
    | Page
    | ErrorFrame;

  /** A message on its way out, as the outbox keeps it. */
  interface OutboxItem extends Said {
    /** Place in the queue; given by the storage. */
    id?: number;
    /** The person and the room: `<user id> <room id>`. */
    queue: string;
    client_id: string;
    /** Milliseconds since the epoch, when it was typed. */
    at: number;
    state: "waiting" | "failed";
    /** Why it failed, for a person. */
    reason?: string;
    attached?: Attached[];
  }

  /** What is said with the files that are to be sent along. */
  interface SaidWithFiles extends Said {
    attached?: Attached[];
  }

  /** An outbox item as the log shows it. `sent`: acked, but its event has not arrived yet. */
  interface Pending extends Said {
    client_id: string;
    at: number;
    state: "waiting" | "sending" | "failed" | "sent";
    reason: string;
    /** Known once acked. */
    seq: number | null;
    attached?: Attached[];
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

  /** A page of the log to be requested. */
  type Request =
    | { want: "older"; before: number }
    | { want: "newer"; before: number }
    | { want: "around"; before: number; seq: number }
    | { want: "quote"; before: number; seq: number; limit: number };
}

interface Window {
  /** The socket that pages/room-socket.js opened, and what has come over it; until it is taken. */
  firstSocket?: { socket: WebSocket; frames: MessageEvent[] };
}
