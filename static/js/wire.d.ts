/**
 * The shapes of the wire that the server has in one declaration each.
 * Written by tools/page_types.py: edit the declaration, then run that.
 */
declare namespace Chat {
  /** A room. What is missing before the first frame is optional. */
  interface Room {
    id: string;
    code: string;
    created_at?: string;
    /** What the room is about, or nothing. */
    title: string;
    /** The address of the room's calls, or nothing. */
    call_link?: string;
    /** Nobody new comes in. */
    locked?: boolean;
    /** Newcomers ask to be let in. */
    by_request?: boolean;
    /** The most people there is room for. */
    capacity?: number | null;
    /** Seconds between two messages or edits of one person. */
    slow_mode?: number;
    /** Seconds the room stays open with nobody in it. */
    grace: number;
    /** Newcomers see what was said before they came. */
    history_open?: boolean;
    /** Days after which messages are erased: the fewer of the room's and the site's. */
    retention_days?: number | null;
    /** Newcomers are asked for a passcode. */
    passcode?: boolean;
    /** When it closes, whoever is in it. */
    ends_at?: string;
    /** From when on nobody new comes in. */
    door_closes_at?: string;
    /** When its owner ended it: until it closes, nothing can be said. */
    ended_at?: string;
  }

  /** What an author says with a message: what a `post` has beside the client's name for it. */
  interface Said {
    body: string;
    reply_to?: number | null;
    files?: { id: string; alt?: string }[];
  }

  /** The size of an image, in pixels. */
  interface WireSize {
    width: number;
    height: number;
  }

  /** A file of a message. docs/PROTOCOL.md, "Files", says what each field is. */
  interface WireFile {
    id: string;
    name: string;
    type: string;
    size: number;
    alt?: string;
    width?: number;
    height?: number;
    thumb?: WireSize;
  }

  /** A message. docs/PROTOCOL.md, "Message", says what each field is. */
  interface Message {
    body: string;
    reply_to: number | null;
    seq: number;
    changed: number;
    kind: "chat" | "join" | "leave" | "notice";
    author: Author | null;
    client_id: string | null;
    html?: string;
    files?: WireFile[];
    at: string;
    edited_at: string | null;
    deleted: boolean;
    reactions: Record<string, string[]>;
    names?: Record<string, string>;
    mentions?: string[];
    pinned?: boolean;
  }
}
