/** Passkeys, by the browser's WebAuthn: made, and signed with. The server says what for. */

import { gettext } from "./i18n.js";
import { Refused } from "./json-requests.js";

/** Whether this browser has passkeys: over https or on this machine, and by a host name. */
export function hasPasskeys() {
  return typeof globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";
}

/**
 * Returns a new passkey as the JSON to send; throws a Refused with a sentence.
 * @param {PublicKeyCredentialCreationOptionsJSON} options
 */
export function makePasskey(options) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return asJson(navigator.credentials.create({ publicKey }));
}

/**
 * Returns what was signed as the JSON to send; throws a Refused with a sentence.
 * @param {PublicKeyCredentialRequestOptionsJSON} options
 */
export function signWithPasskey(options) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return asJson(navigator.credentials.get({ publicKey }));
}

/** @param {Promise<Credential | null>} asked */
async function asJson(asked) {
  try {
    const credential = await asked;
    if (credential instanceof PublicKeyCredential) return JSON.stringify(credential.toJSON());
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    throw new Refused(sentence(error.name));
  }
  throw new Refused(sentence("NotAllowedError"));
}

/** @param {string} name of what the browser throws */
function sentence(name) {
  if (name === "InvalidStateError") return gettext("This device has a passkey of yours already.");
  if (name === "SecurityError") {
    return gettext("Browsers have passkeys for host names only: open this site by its name.");
  }
  return gettext("It was cancelled, or took too long. Please try again.");
}
