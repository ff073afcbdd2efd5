/** Lines of a sign, a space and a name, by group. */
export const EMOJI: Readonly<Record<string, string>>;
