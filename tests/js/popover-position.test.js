import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { place } from "../../static/js/lib/popover-position.js";

const BOUNDS = { left: 0, top: 60, right: 1000, bottom: 800 };
const SIZE = { width: 300, height: 400, least: 272 };

/** A toolbar of 100 × 36 at the end of a row. @param {number} top */
const tools = (top) => ({ left: 880, top, right: 980, bottom: top + 36 });

/**
 * The message of so many pixels, with its tools that begin a little above it.
 * @param {number} top of the tools
 * @param {number} height
 */
const about = (top, height) => ({ left: 20, top, right: 990, bottom: top + 10 + height });

/** @param {{left: number, top: number}} at @param {{width: number}} size @param {number} height */
const boxOf = ({ left, top }, { width }, height) => ({
  left,
  top,
  right: left + width,
  bottom: top + height,
});

/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */

/** @param {Box} one @param {Box} other */
const overlap = (one, other) =>
  one.left < other.right &&
  other.left < one.right &&
  one.top < other.bottom &&
  other.top < one.bottom;

describe("a popover", () => {
  test("stands under what it was opened from, at its end", () => {
    const { left, top } = place([tools(100)], SIZE, BOUNDS, false);
    assert.deepEqual([left, top], [680, 140]);
  });

  test("stands over it where there is no room below", () => {
    const { top } = place([tools(700)], SIZE, BOUNDS, false);
    assert.equal(top, 700 - 4 - 400);
  });

  test("shrinks where neither side has room for all of it", () => {
    const { top, most } = place([tools(410)], SIZE, BOUNDS, false);
    assert.deepEqual([top, most], [450, 342]);
  });

  test("keeps the whole message in view where it can, and its tools where it cannot", () => {
    const short = place([about(400, 40), tools(400)], SIZE, BOUNDS, false);
    assert.equal(short.top, 454);
    const long = place([about(130, 600), tools(130)], SIZE, BOUNDS, false);
    assert.equal(long.top, 170);
  });

  test("stands beside it where it can neither stand below nor above", () => {
    const menu = { ...SIZE, least: 400 };
    const { left, top } = place([tools(400)], menu, BOUNDS, false);
    assert.deepEqual([left, top], [576, 392]);
    assert.equal(place([{ ...tools(400), left: 20, right: 120 }], menu, BOUNDS, true).left, 124);
  });

  test("is always within its bounds, and never over the tools", () => {
    for (const least of [272, 400]) {
      for (let top = 60; top <= 760; top += 20) {
        for (const height of [40, 120, 500]) {
          const at = place([about(top, height), tools(top)], { ...SIZE, least }, BOUNDS, false);
          const box = boxOf(at, SIZE, Math.min(SIZE.height, at.most));
          const where = `${least}, ${top}, ${height}: ${JSON.stringify(box)}`;
          assert.ok(box.top >= BOUNDS.top && box.bottom <= BOUNDS.bottom, where);
          assert.ok(box.left >= BOUNDS.left && box.right <= BOUNDS.right, where);
          assert.ok(!overlap(box, tools(top)), where);
        }
      }
    }
  });
});
