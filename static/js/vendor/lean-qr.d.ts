/** The part of lean-qr's interface that share.js uses. */
export function generate(text: string): {
  readonly size: number;
  /** Whether the module is dark. */
  get(x: number, y: number): boolean;
};
