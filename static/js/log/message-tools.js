/**
 * The tools of a message: shown on the message under the mouse or with the focus. The arrow keys
 * move from message to message, and a long press opens the menu. What the tools open is loaded when
 * it is first wanted.
 */

import { element, icon } from "../lib/dom.js";
import { gettext } from "../lib/i18n.js";

/**
 * A press becomes a long press after this time, in milliseconds, if the finger moves no farther
 * than this, in pixels.
 */
const LONG_PRESS_AFTER = 450;
const LONG_PRESS_SLOP = 10;

/**
 * @typedef {"menu" | "react" | "reply"} Tool
 *
 * @typedef {object} Options
 * @property {HTMLElement} scroller the log; it has the focus when none of its messages has it
 * @property {HTMLElement} rows
 * @property {string} sprite
 * @property {boolean} touch
 * @property {(seq: number) => boolean} isMessage returns true if something can be done with it
 * @property {(tool: Tool, seq: number, node: HTMLElement) => void} use
 */

/**
 * Returns what stands on a message and opens things: its tools, or the button that a finger presses;
 * the message itself if neither is there.
 * @param {HTMLElement} node
 */
export function anchorOf(node) {
  const tools = node.querySelector(".message-tools, .message__menu");
  return tools instanceof HTMLElement ? tools : node;
}

/** @param {Options} options */
export function createMessageTools({ scroller, rows, sprite, touch, isMessage, use }) {
  const tools = element(
    "div",
    { class: "message-tools", "data-lent": true },
    tool("react", "smile-plus", gettext("React")),
    tool("reply", "reply", gettext("Reply")),
    tool("menu", "ellipsis", gettext("More")),
  );

  /**
   * @param {Tool} name
   * @param {string} picture
   * @param {string} label
   */
  function tool(name, picture, label) {
    return element(
      "button",
      {
        class: "icon-button",
        type: "button",
        "data-tool": name,
        "aria-label": label,
        title: label,
      },
      icon(picture, sprite),
    );
  }

  /** @param {EventTarget | null} target */
  function messageOf(target) {
    const node = target instanceof Element ? target.closest(".message[data-seq]") : null;
    return node instanceof HTMLElement && rows.contains(node) ? node : null;
  }

  /** @param {HTMLElement | null} node */
  const seqOf = (node) => Number(node?.dataset.seq ?? 0);

  /**
   * The message that something is open for, and what is: the tools stay there meanwhile.
   * @type {{node: HTMLElement, by: HTMLElement} | null}
   */
  let held = null;

  /** Puts the tools on a message. @param {HTMLElement | null} node */
  function showTools(node) {
    if (node === null || tools.parentElement === node || held?.node.isConnected) return;
    // If a tool has the focus, the focus goes to the message that the tool was for.
    if (tools.contains(document.activeElement)) messageOf(tools)?.focus({ preventScroll: true });
    if (isMessage(seqOf(node))) node.append(tools);
    else tools.remove();
  }

  /** The last known position of the mouse. */
  let mouse = { x: NaN, y: NaN };

  rows.addEventListener("pointerover", ({ pointerType, target, screenX: x, screenY: y }) => {
    if (pointerType !== "mouse") return;
    // The log may move under a resting mouse while somebody uses the tools by keyboard: then the
    // tools stay.
    const rests = x === mouse.x && y === mouse.y;
    mouse = { x, y };
    if (!rests || !tools.contains(document.activeElement)) showTools(messageOf(target));
  });
  rows.addEventListener("focusin", ({ target }) => showTools(messageOf(target)));

  tools.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("button") : null;
    const node = messageOf(tools);
    if (button === null || node === null) return;
    use(/** @type {Tool} */ (button.dataset.tool), seqOf(node), node);
  });

  rows.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-row-menu]") : null;
    const node = messageOf(button);
    if (node !== null && isMessage(seqOf(node))) use("menu", seqOf(node), node);
  });

  // Keys -----------------------------------------------------------------------------------------

  scroller.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const node = messageOf(event.target);
    const isHere = event.target === scroller || event.target === node;
    const menu = event.key === "ContextMenu" || (event.shiftKey && event.key === "F10");
    if (node !== null && (menu || (event.target === node && event.key === "Enter"))) {
      event.preventDefault();
      if (isMessage(seqOf(node))) use("menu", seqOf(node), node);
    } else if (isHere && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      event.preventDefault();
      step(node, event.key === "ArrowUp" ? -1 : 1);
    } else if (node !== null && event.key === "Escape") {
      scroller.focus();
    }
  });

  /**
   * Moves the focus to the message before or after; from the log itself, to the last message in
   * view.
   * @param {HTMLElement | null} from
   * @param {number} direction
   */
  function step(from, direction) {
    /** @type {HTMLElement[]} */
    const all = [...rows.querySelectorAll(":scope > .message[data-seq]")].filter(
      (node) => node instanceof HTMLElement,
    );
    const edge = scroller.getBoundingClientRect().bottom;
    const next =
      from === null
        ? all.findLast((node) => node.getBoundingClientRect().top < edge)
        : all[all.indexOf(from) + direction];
    next?.focus();
  }

  // Fingers --------------------------------------------------------------------------------------

  /** @type {{timer: ReturnType<typeof setTimeout>, x: number, y: number} | null} */
  let press = null;

  function release() {
    if (press !== null) clearTimeout(press.timer);
    press = null;
  }

  rows.addEventListener("pointerdown", ({ pointerType, target, clientX: x, clientY: y }) => {
    release();
    const node = messageOf(target);
    if (pointerType !== "touch" || node === null || !isMessage(seqOf(node))) return;
    const own = target instanceof Element ? target.closest("a, button, summary") : null;
    if (own && !own.matches(".files a")) return;
    const timer = setTimeout(() => {
      press = null;
      getSelection()?.removeAllRanges();
      navigator.vibrate?.(10);
      node.classList.add("is-active");
      whenLifted(() => {
        node.classList.remove("is-active");
        use("menu", seqOf(node), node);
      });
    }, LONG_PRESS_AFTER);
    press = { timer, x, y };
  });
  rows.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (press && Math.hypot(clientX - press.x, clientY - press.y) > LONG_PRESS_SLOP) release();
  });
  for (const type of ["pointerup", "pointercancel"]) rows.addEventListener(type, release);
  scroller.addEventListener("scroll", release, { passive: true });
  if (touch) {
    import("./swipe.js").then(
      ({ createSwipe }) =>
        createSwipe(
          rows,
          sprite,
          (target) => {
            const node = messageOf(target);
            return node !== null && isMessage(seqOf(node)) ? node : null;
          },
          (node) => use("reply", seqOf(node), node),
        ),
      // Without a network: the menu has the same action.
      () => {},
    );
  }
  // The browser's context menu would cover ours.
  rows.addEventListener("contextmenu", (event) => {
    const isTouch = event instanceof PointerEvent && event.pointerType === "touch";
    if (isTouch && messageOf(event.target)) event.preventDefault();
  });

  return {
    /**
     * Keeps the tools on a message while something is open for it.
     * @param {HTMLElement} node
     * @param {HTMLElement} by a popover
     */
    hold(node, by) {
      held?.node.classList.remove("is-active");
      held = null;
      showTools(node);
      held = { node, by };
      node.classList.add("is-active");
    },

    /** Lets go of the message, unless something else is open for it by now. @param {HTMLElement} by */
    release(by) {
      if (held?.by !== by) return;
      held.node.classList.remove("is-active");
      held = null;
    },

    /** Takes the tools off a message that nothing can be done with any more. */
    refresh() {
      const node = messageOf(tools);
      if (node === null || isMessage(seqOf(node))) return;
      if (tools.contains(document.activeElement)) node.focus({ preventScroll: true });
      tools.remove();
    },
  };
}

/**
 * Opens something once the finger of a long press is lifted: a browser shuts a popover over which no
 * finger was put down and lifted. That finger clicks nothing, neither what is under it nor what was
 * opened meanwhile.
 * @param {() => void} open
 */
function whenLifted(open) {
  const lifted = new AbortController();
  for (const type of ["touchend", "touchcancel"]) {
    const act = (/** @type {Event} */ event) => {
      lifted.abort();
      // No events of a mouse follow, which would shut what is opened now.
      if (event.cancelable) event.preventDefault();
      open();
    };
    document.addEventListener(type, act, { capture: true, passive: false, signal: lifted.signal });
  }
}
