/** Two short notes, made by the browser itself: there is no file to load. */

/** Hertz, and when each begins. Seconds. */
const NOTES = [
  [659.25, 0],
  [880, 0.11],
];

/** How long a note is heard, and how loud it is at its start. Seconds; 1 is as loud as can be. */
const LENGTH = 0.32;
const VOLUME = 0.12;

/** A device that was asleep takes this long at most until it can be heard. Milliseconds. */
const START = 1000;

/** @type {AudioContext | null} */
let context = null;

/**
 * Makes the sound. Browsers allow it once a person has pressed something on the page.
 * @returns {Promise<boolean>} false if the browser did not allow it
 */
export async function chime() {
  if (!(await unlock()) || context === null) return false;
  const now = context.currentTime;
  for (const [frequency, after] of NOTES) {
    const start = now + after;
    const loudness = context.createGain();
    loudness.gain.setValueAtTime(VOLUME, start);
    loudness.gain.exponentialRampToValueAtTime(0.0001, start + LENGTH);
    const note = context.createOscillator();
    note.frequency.value = frequency;
    note.connect(loudness).connect(context.destination);
    note.start(start);
    note.stop(start + LENGTH);
    // An idle context would keep the audio device awake.
    if (after > 0) note.addEventListener("ended", () => context?.suspend());
  }
  return true;
}

/**
 * Has the browser allow the sound from now on: to be called while something is being pressed.
 * @returns {Promise<boolean>} true if it is allowed
 */
export async function unlock() {
  if (typeof AudioContext === "undefined") return false;
  if (navigator.userActivation?.hasBeenActive === false) return false;
  context ??= new AudioContext();
  // Where it is not allowed, the promise waits for a press that may never come.
  const isRunning = () => context?.state === "running";
  await Promise.race([context.resume().catch(() => {}), wait(START)]);
  return isRunning();
}

/** @param {number} milliseconds */
function wait(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
