/** What puts the parts of a room's page together. */
declare namespace Chat {
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
    /** What is unread in my other rooms has changed, or which rooms these are. */
    elsewhere(rooms: readonly OtherRoom[]): void;
    /** Another device has opened the code of one of my pages, or has come in. */
    handoff(): void;
    /** My name, my role or my mute may have changed. */
    you(you: You): void;
    /** A message of mine, or an edit, was accepted. */
    posted(): void;
    /** The server asks to wait, in seconds, before the next message. */
    wait(seconds: number): void;
    /** A message was sent without the one it replies to. */
    replyTargetDeleted(): void;
    /** So many bytes of a file of mine are at the server; `id` is the file's name in this browser. */
    fileProgress(id: string, sent: number): void;
    /** A file of mine is at the server, under another id. */
    fileReady(id: string, serverId: string): void;
    changeRefused(reason: string, change: Change, code?: string): void;
    /** Returns the `seq`s between which no message may be dropped. */
    bounds(): { first: number; last: number };
  }

  /** What the server rendered into the page's root element. */
  interface PageData {
    room: { id: string; code: string; title: string; grace: number };
    me: { id: string; name: string };
    /** The most that can be sent, in bytes, until a welcome says it anew; 0: no files. */
    largestFile: number;
    /** The read position, perhaps of another device; null if nothing was read. */
    readUpTo: number | null;
    role: Role;
    /** What the server's forms carry. */
    token: string;
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

  type NoticeBar = ReturnType<typeof import("./notice-bar.js").createNoticeBar>;
}
