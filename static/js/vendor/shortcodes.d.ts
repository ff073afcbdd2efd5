export const SHORTCODES: string;
