/** Lines of a sign and words, parted by spaces. */
export const KEYWORDS: string;
