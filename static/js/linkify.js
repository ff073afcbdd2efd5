/**
 * Plain text to tokens: links, code, mentions, and what is left. Pure; whoever renders the tokens puts
 * every text in as a text node. history/markup/literals.py finds the same links in a text it renders.
 */

const FENCE = /^```([\w+#.-]*)[ \t]*\n([\s\S]*?)\n?^```[ \t]*$\n?/gm;
const INLINE_CODE = /`([^`\n]+)`/g;
const LINK = /\b(?:https?:\/\/|www\.)[^\s<>"`\u2066-\u2069\u202a-\u202e]+/gi;

/** What ends a sentence around a link rather than the link. */
const TRAILING = new Set(".,:;!?'\"*_~…。、，！？：；」』）】");
const CLOSERS = new Map([
  [")", "("],
  ["]", "["],
  ["}", "{"],
]);

const EMOJI_ONLY =
  /^(?:(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|[0-9#*]\ufe0f?\u20e3)(?:\p{Emoji_Modifier}|\ufe0f|\u200d|[\u{e0020}-\u{e007f}])*\s*)+$/u;

/** More than this many code points of emoji are a text again. */
const LARGE_EMOJI = 24;

/**
 * @param {string} text
 * @param {string} [me] my name: `@` and it becomes a mention
 * @returns {Chat.Token[]}
 */
export function tokens(text, me = "") {
  const mention = mentionPattern(me);
  return split(text, FENCE, ([, language, code]) => ({ type: "block", text: code, language }))
    .flatMap(within(INLINE_CODE, ([, code]) => ({ type: "code", text: code })))
    .flatMap(within(LINK, linkToken))
    .flatMap(mention ? within(mention, ([name]) => ({ type: "mention", text: name })) : same);
}

/**
 * Whether a text is a few emoji and nothing else, to be shown large.
 * @param {string} text
 */
export function isEmojiOnly(text) {
  return (
    text.length <= LARGE_EMOJI * 2 &&
    [...text].length <= LARGE_EMOJI &&
    EMOJI_ONLY.test(text.trim())
  );
}

/**
 * @param {string} text
 * @param {string} name
 */
export function mentions(text, name) {
  return mentionPattern(name)?.test(text) ?? false;
}

/** The last one made: one page asks for one name. */
let known = { name: "", pattern: /(?!)/giu };

/** @param {string} name */
function mentionPattern(name) {
  if (name === "") return null;
  if (known.name !== name) {
    // Not "-": outside of brackets its escape is an error under the flag u.
    const escaped = name.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}_])@${escaped}(?![\\p{L}\\p{N}_])`, "giu");
    known = { name, pattern };
  }
  known.pattern.lastIndex = 0;
  return known.pattern;
}

/** @param {Chat.Token} token */
function same(token) {
  return [token];
}

/**
 * @param {RegExp} pattern
 * @param {(match: RegExpExecArray) => Chat.Token | null} make
 * @returns {(token: Chat.Token) => Chat.Token[]}
 */
function within(pattern, make) {
  return (token) => (token.type === "text" ? split(token.text, pattern, make) : [token]);
}

/**
 * @param {string} text
 * @param {RegExp} pattern global
 * @param {(match: RegExpExecArray) => Chat.Token | null} make null leaves the text as it is; a token
 *   shorter than the match gives the rest back
 * @returns {Chat.Token[]}
 */
function split(text, pattern, make) {
  /** @type {Chat.Token[]} */
  const found = [];
  let done = 0;
  for (const match of text.matchAll(pattern)) {
    const token = make(match);
    if (token === null) continue;
    if (match.index > done) found.push({ type: "text", text: text.slice(done, match.index) });
    found.push(token);
    done = match.index + (token.type === "link" ? token.text.length : match[0].length);
  }
  if (done < text.length) found.push({ type: "text", text: text.slice(done) });
  return found;
}

/**
 * @param {RegExpExecArray} match
 * @returns {Chat.Token | null}
 */
function linkToken([match]) {
  const text = trimmed(match);
  const href = /^www\./i.test(text) ? `https://${text}` : text;
  if (!URL.canParse(href)) return null;
  const url = new URL(href);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  // "https://bank.example@elsewhere.example" is there to deceive.
  const isPlain = url.username === "" && url.password === "";
  return isWeb && isPlain && url.hostname.length > 1
    ? { type: "link", text, href: url.href }
    : null;
}

/**
 * Without the punctuation of the sentence around it; a closing bracket stays if the link opened it.
 * @param {string} text
 */
function trimmed(text) {
  const surplus = new Map(
    [...CLOSERS].map(([close, open]) => [close, count(text, close) - count(text, open)]),
  );
  let end = text.length;
  while (end > 0) {
    const last = text[end - 1];
    const extra = surplus.get(last) ?? 0;
    if (extra > 0) surplus.set(last, extra - 1);
    else if (!TRAILING.has(last)) break;
    end -= 1;
  }
  return text.slice(0, end);
}

/** @param {string} text @param {string} character */
function count(text, character) {
  return text.split(character).length - 1;
}
