/** What the composer completes. */
declare namespace Chat {
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
