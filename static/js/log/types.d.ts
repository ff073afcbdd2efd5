/** Messages as rows of the log. */
declare namespace Chat {
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
        /** Its author is a program. */
        bot: boolean;
        mine: boolean;
        target: boolean;
        /** The message it replies to: null if it cannot be had, undefined if there is none or it is not loaded yet. */
        quote: Message | null | undefined;
        quoteName: string;
        /** I have hidden its author. */
        quoteHidden: boolean;
      }
    | {
        /** Messages in a row of one person whom I have hidden. */
        type: "hidden";
        key: string;
        seq: number;
        /** `seq` of the last of them. */
        through: number;
        author: string;
        name: string;
        count: number;
        target: boolean;
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
        quoteHidden: boolean;
        registered: boolean;
      };

  /** The person for whom a text is shown. */
  interface Reader {
    /** Address of the icon sprite. */
    sprite: string;
    myId: string;
  }

  /** The box of one file of a message. */
  interface FileBox {
    box: HTMLElement;
    file: WireFile | Attached;
    /** Of a message that is to be sent; else empty. */
    clientId: string;
    /** The size of the picture in it; null for a card. */
    picture: { width: number; height: number } | null;
  }

  /** What draws into the boxes of files, at once or once it is loaded. */
  interface FileDrawing {
    showsPictures: boolean;
    fill(boxes: readonly FileBox[]): void;
  }

  /** The person for whom rows are drawn. */
  interface Viewer extends Reader {
    times: Times;
    /** Fingers only: each message has a button for its menu. */
    touch: boolean;
    files: FileDrawing;
  }
}
