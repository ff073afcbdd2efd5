/** How the pictures of a message are laid out. Pure. */

/** One picture alone is no larger, in CSS pixels: half of what its small version may have. */
const MOST_WIDTH = 420;
const MOST_HEIGHT = 320;

/** Pictures in a row are as wide together as this many squares. */
const ROW = 3;

/** A panorama and a receipt are cut to these proportions beside others, so that each can be seen. */
const NARROWEST = 0.6;
const WIDEST = 2.2;
const ALONE = 1.5;

/**
 * Returns the size of a picture that stands alone. It is never enlarged.
 * @param {number} width
 * @param {number} height
 */
export function alone(width, height) {
  const scale = Math.min(1, MOST_WIDTH / width, MOST_HEIGHT / height);
  return {
    width: Math.max(1, Math.round(width * scale)),
    height: Math.max(1, Math.round(height * scale)),
  };
}

/**
 * Returns the proportions in which pictures are shown beside others, row by row: the pictures of a
 * row are equally high, and each row is as wide as the others.
 * @param {readonly {width: number, height: number}[]} pictures in their order
 * @returns {number[][]} width by height
 */
export function inRows(pictures) {
  const ratios = pictures.map(({ width, height }) =>
    Math.min(WIDEST, Math.max(NARROWEST, width / height)),
  );
  const total = ratios.reduce((sum, ratio) => sum + ratio, 0);
  // Only a wide picture may fill the first row alone.
  const most = ratios[0] < ALONE ? Math.floor(ratios.length / 2) : Math.ceil(ratios.length / 2);
  const count = Math.max(1, Math.min(most, Math.round(total / ROW)));
  /** @type {number[][]} */
  const rows = [];
  let rest = total;
  let next = 0;
  for (let left = count; left > 0; left -= 1) {
    const wanted = rest / left;
    /** @type {number[]} */
    const row = [];
    let sum = 0;
    // Two are left for each of the rows below.
    while (ratios.length - next > 2 * (left - 1)) {
      const ratio = ratios[next];
      const isFull = row.length >= 2 && left > 1 && sum + ratio / 2 > wanted;
      if (isFull) break;
      row.push(ratio);
      sum += ratio;
      next += 1;
    }
    rest -= sum;
    rows.push(row);
  }
  return rows;
}
