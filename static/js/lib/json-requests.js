/**
 * Asks the site for JSON. docs/PROTOCOL.md, "Refusals", has the one shape in which it says no.
 * `reasonOf` makes a sentence for a person of whatever is thrown here.
 */

import { gettext } from "./i18n.js";

/** A request without an answer is given up after this time. Milliseconds. */
const TIMEOUT = 30_000;

/** The site is asked again, once, if it names a time that is not longer than this. Seconds. */
const LONGEST_WAIT = 10;

/** What cannot be done, by a decision of the site or of this browser; the message is for a person. */
export class Refused extends Error {
  /**
   * @param {string} message
   * @param {string} [code] the site's; "" for a refusal of the browser
   */
  constructor(message, code = "") {
    super(message);
    this.code = code;
  }
}

/** No answer of the site: there is no network, or something in between has answered. */
class NoAnswer extends Error {}

/**
 * Returns the sentence that tells a person why a request has failed.
 * @param {unknown} error
 */
export function reasonOf(error) {
  if (error instanceof Refused) return error.message;
  if (!(error instanceof NoAnswer)) return gettext("Something went wrong. Please try again.");
  if (globalThis.navigator?.onLine === false) {
    return gettext("You are offline. Please try again when you are online.");
  }
  return gettext("The server did not answer. Please try again.");
}

/**
 * Returns what the site answers.
 * @param {string} path
 * @returns {Promise<any>}
 */
export function getJson(path) {
  return ask(path, {});
}

/**
 * Sends a form, and returns what the site answers. Where the site is too busy the form may be sent
 * twice, so it is one that does no harm then.
 * @param {string} path
 * @param {Record<string, string> | FormData | URLSearchParams} [fields]
 * @param {{keepalive?: boolean}} [how] keepalive: also while the page goes away
 * @returns {Promise<any>}
 */
export function postForm(path, fields = {}, { keepalive = false } = {}) {
  const body = fields instanceof FormData ? fields : new URLSearchParams(fields);
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.getAttribute("value") ?? "";
  return ask(path, { method: "POST", body, keepalive, headers: { "X-CSRFToken": token } });
}

/**
 * Returns the site's answer, of whatever status. A site that is too busy is asked once more, as a
 * page that is answered so comes back by itself.
 * @param {string} path
 * @param {RequestInit} [how]
 */
export async function request(path, how) {
  const answer = await fetched(path, how);
  const wait = secondsToWait(answer);
  if (wait === null) return answer;
  await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  return fetched(path, how);
}

/**
 * @param {string} path
 * @param {RequestInit} how
 */
async function ask(path, how) {
  const headers = { Accept: "application/json", ...how.headers };
  const answer = await request(path, { ...how, headers });
  const told = await answer.json().catch(() => null);
  if (answer.ok && told !== null) return told;
  const { code, message } = told?.error ?? {};
  if (typeof message === "string") throw new Refused(message, code);
  throw new NoAnswer(`${path}: ${answer.status} without the site's JSON`);
}

/**
 * @param {string} path
 * @param {RequestInit} [how]
 */
async function fetched(path, how) {
  try {
    return await fetch(path, { ...how, signal: AbortSignal.timeout(TIMEOUT) });
  } catch (error) {
    throw new NoAnswer(path, { cause: error });
  }
}

/**
 * Returns when to ask again after an answer of a site that is too busy, in seconds; null where its
 * answer is final.
 * @param {Response} answer
 */
function secondsToWait({ status, headers }) {
  const seconds = Number.parseInt(headers.get("Retry-After") ?? "", 10);
  return status === 503 && seconds >= 0 && seconds <= LONGEST_WAIT ? seconds : null;
}
