/**
 * Where the reader is. At the end, new messages scroll in; anywhere else nothing moves what is being read,
 * whatever is put in or taken out above and below. DOM, no network.
 */

/** Within this many pixels of the end the reader is taken to be there. */
const NEAR = 100;

/** Further pages are asked for this far ahead of the edge. */
const AHEAD = "600px 0px";

/** Enough visible rows to find one that outlives a change. */
const ANCHORS = 12;

/**
 * @typedef {object} Options
 * @property {HTMLElement} scroller
 * @property {HTMLElement} rows holds the rows; two edges stand before and after it
 * @property {HTMLElement} top
 * @property {HTMLElement} bottom
 * @property {() => boolean} isNewest whether the last row is the newest message
 * @property {(following: boolean) => void} onFollow
 * @property {() => void} onTop the reader nears the first row
 * @property {() => void} onBottom
 */

/** @param {Options} options */
export function createScroll({ scroller, rows, top, bottom, isNewest, onFollow, onTop, onBottom }) {
  let following = true;
  /** Where the log was last seen, or put. */
  let place = 0;

  const edges = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting) (target === top ? onTop : onBottom)();
      }
    },
    { root: scroller, rootMargin: AHEAD },
  );

  /** @param {boolean} next */
  function follow(next) {
    if (next === following) return;
    following = next;
    onFollow(following);
  }

  function toEnd() {
    scroller.scrollTop = scroller.scrollHeight;
    place = scroller.scrollTop;
  }

  function isNear() {
    return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight <= NEAR;
  }

  scroller.addEventListener(
    "scroll",
    () => {
      const isUp = scroller.scrollTop < place;
      place = scroller.scrollTop;
      // Only a reader scrolls up. A log that grows, or a view that shrinks, moves the end away too.
      if (!following || isUp) follow(isNear() && isNewest());
    },
    { passive: true },
  );

  // The composer grows, the window or the on-screen keyboard changes, a fold opens.
  const sizes = new ResizeObserver(() => following && toEnd());
  sizes.observe(scroller);
  sizes.observe(rows);

  return {
    get following() {
      return following;
    },

    /**
     * Changes the rows and keeps the reader's place.
     * @param {() => void} change
     */
    keep(change) {
      if (following) {
        change();
        toEnd();
        return;
      }
      const anchors = visible(scroller, rows);
      change();
      // The second, since the heading of the first may have come or gone with what is above it.
      const [first, anchor = first] = anchors.filter(({ node }) => node.isConnected);
      if (anchor) scroller.scrollTop += anchor.node.getBoundingClientRect().top - anchor.top;
    },

    /** An observer reports crossings only: ask again, for an edge that is still near after a change. */
    watch() {
      edges.disconnect();
      edges.observe(top);
      edges.observe(bottom);
    },

    end() {
      follow(true);
      toEnd();
    },

    leaveEnd() {
      follow(false);
    },

    /** @param {HTMLElement} node */
    centre(node) {
      node.scrollIntoView({ block: "center" });
      // In a short log nothing moves by that, and its end stays in view.
      follow(isNear() && isNewest());
    },
  };
}

/**
 * The rows in view that have a place of their own in the log. A day's heading has not: it moves up when
 * more of its day is loaded.
 * @param {HTMLElement} scroller
 * @param {HTMLElement} rows
 */
function visible(scroller, rows) {
  const edge = scroller.getBoundingClientRect().top;
  const anchors = [];
  for (const node of rows.querySelectorAll(":scope > [data-seq]")) {
    const box = node.getBoundingClientRect();
    if (box.bottom <= edge) continue;
    anchors.push({ node, top: box.top });
    if (anchors.length === ANCHORS) break;
  }
  return anchors;
}
