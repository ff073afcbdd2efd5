import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { lookInto } from "../../static/js/compose/image-bytes.js";
import { isBetter, mayBePicture } from "../../static/js/compose/prepare-image.js";
import { sizeOf } from "../../static/js/lib/size.js";
import { alone, inRows } from "../../static/js/log/gallery.js";
import { createPreviews } from "../../static/js/log/previews.js";
import { sentenceFor } from "../../static/js/room/announcer.js";
import { fitted, kept, LARGEST, WHOLE, zoomed } from "../../static/js/room/zoom.js";
import { playedAs } from "../../static/js/state/file-facts.js";
import { filesInWords } from "../../static/js/state/file-words.js";
import { actionsFor, excerpt } from "../../static/js/state/message-actions.js";
import { message } from "./helpers.js";

/** @param {string} name @param {string} type @returns {Chat.WireFile} */
const file = (name, type) => ({ id: `f_${name}`, name, type, size: 1 });
const photo = file("IMG_1.webp", "image/webp");
const report = file("Engine.pdf", "application/pdf");

describe("the words for files", () => {
  test("say what they are, and how many", () => {
    assert.equal(filesInWords([photo]), "Photo");
    assert.equal(filesInWords([photo, photo, photo]), "3 photos");
    assert.equal(filesInWords([report]), "Engine.pdf");
    assert.equal(filesInWords([report, photo]), "2 files");
    assert.equal(filesInWords(undefined), "");
  });

  test("stand where a message has no text", () => {
    const files = [photo, photo];
    assert.equal(excerpt(message(1, { body: "", files })), "2 photos");
    assert.equal(excerpt(message(1, { body: "look", files })), "look");
    const state = { names: new Map(), hidden: new Set() };
    assert.equal(
      sentenceFor([message(1, { body: "", files })], "me", state),
      "Ada sends: 2 photos",
    );
    assert.equal(
      sentenceFor([message(1, { body: "look", files })], "me", state),
      "Ada sends: 2 photos. look",
    );
  });

  test("cannot be copied as a text", () => {
    const you = /** @type {const} */ ({ id: "ada", name: "Ada", role: "member" });
    assert.ok(!actionsFor(message(1, { body: "", files: [photo] }), you).includes("text"));
    assert.ok(actionsFor(message(1, { body: "look", files: [photo] }), you).includes("text"));
  });

  test("say a size in the largest unit", () => {
    assert.equal(sizeOf(512, "en"), "512 bytes");
    assert.equal(sizeOf(2_480_012, "en"), "2.4 MB");
    assert.equal(sizeOf(40 * 1024, "de"), "40 kB");
  });

  test("tell what the browser plays", () => {
    assert.equal(playedAs("video/mp4"), "video");
    assert.equal(playedAs("audio/x-m4a"), "audio");
    for (const type of ["video/x-msvideo", "image/webp", "text/html", ""]) {
      assert.equal(playedAs(type), null);
    }
  });
});

describe("a gallery", () => {
  /** @param {...number} ratios */
  const pictures = (...ratios) => ratios.map((ratio) => ({ width: ratio * 1000, height: 1000 }));

  test("shows each picture once, in its order, in rows of some width", () => {
    const shapes = [0.2, 0.6, 0.75, 1, 1.33, 1.78, 2.5, 6];
    for (let count = 2; count <= 10; count += 1) {
      for (let from = 0; from < shapes.length; from += 1) {
        const ratios = Array.from({ length: count }, (_, n) => shapes[(from + n) % shapes.length]);
        const rows = inRows(pictures(...ratios));
        const shown = rows.flat();
        assert.deepEqual(
          shown,
          ratios.map((ratio) => Math.min(2.2, Math.max(0.6, ratio))),
        );
        for (const row of rows) {
          const width = row.reduce((sum, ratio) => sum + ratio, 0);
          assert.ok(width >= 1.2, `a row as high as ${row} of ${ratios}`);
        }
      }
    }
  });

  test("gives a wide first picture a row of its own", () => {
    assert.deepEqual(inRows(pictures(1.78, 1.78, 1.78)), [[1.78], [1.78, 1.78]]);
    assert.deepEqual(inRows(pictures(1, 1.78, 1.78)).length, 1);
  });

  test("of one picture is no larger than it, nor than half the log", () => {
    assert.deepEqual(alone(16, 16), { width: 16, height: 16 });
    assert.deepEqual(alone(840, 560), { width: 420, height: 280 });
    assert.deepEqual(alone(315, 560), { width: 180, height: 320 });
    assert.deepEqual(alone(840, 1), { width: 420, height: 1 });
  });
});

describe("a picture that is looked at", () => {
  const stage = { width: 1000, height: 600 };

  test("is seen whole, and not enlarged for that", () => {
    assert.deepEqual(fitted({ width: 2000, height: 600 }, stage), { width: 1000, height: 300 });
    assert.deepEqual(fitted({ width: 20, height: 30 }, stage), { width: 20, height: 30 });
  });

  test("stays under the finger that enlarges it", () => {
    const picture = { width: 1000, height: 600 };
    const point = { x: 200, y: -100 };
    const view = zoomed(WHOLE, 2, point, picture, stage);
    assert.deepEqual(view, { scale: 2, x: -200, y: 100 });
    assert.deepEqual(zoomed(view, 0.5, point, picture, stage), WHOLE);
  });

  test("is never smaller than whole, nor beyond what there is to see", () => {
    const picture = { width: 1000, height: 300 };
    assert.deepEqual(zoomed(WHOLE, 0.1, { x: 5, y: 5 }, picture, stage), WHOLE);
    assert.equal(zoomed(WHOLE, 100, { x: 0, y: 0 }, picture, stage).scale, LARGEST);
    assert.deepEqual(kept({ scale: 2, x: 9999, y: 50 }, picture, stage), {
      scale: 2,
      x: 500,
      y: 0,
    });
  });
});

describe("what an image says about itself", () => {
  /** @param {string} type @param {Buffer} data */
  const pngChunk = (type, data) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
  };
  const png = (/** @type {string[]} */ ...types) =>
    Buffer.concat([Buffer.alloc(8), ...types.map((type) => pngChunk(type, Buffer.alloc(5)))]);
  const webp = (/** @type {string[]} */ ...types) =>
    Buffer.concat([
      Buffer.from("RIFF....WEBP"),
      ...types.map((type) =>
        Buffer.concat([Buffer.from(type), Buffer.from([3, 0, 0, 0, 1, 2, 3, 0])]),
      ),
    ]);
  const jpeg = (/** @type {number[]} */ ...markers) =>
    Buffer.concat([
      Buffer.from([0xff, 0xd8]),
      ...markers.map((marker) => Buffer.from([0xff, marker, 0, 4, 1, 2])),
    ]);

  test("is found wherever it stands", () => {
    assert.ok(lookInto(png("IHDR", "IDAT", "tEXt", "IEND"), "image/png").hasMetadata);
    assert.ok(!lookInto(png("IHDR", "sRGB", "IDAT", "IEND"), "image/png").hasMetadata);
    assert.ok(lookInto(webp("VP8X", "VP8 ", "EXIF"), "image/webp").hasMetadata);
    assert.ok(!lookInto(webp("VP8 "), "image/webp").hasMetadata);
    assert.ok(lookInto(jpeg(0xe0, 0xe1, 0xda), "image/jpeg").hasMetadata);
    assert.ok(!lookInto(jpeg(0xe0, 0xdb, 0xda), "image/jpeg").hasMetadata);
  });

  test("is expected where it cannot be looked for", () => {
    assert.ok(lookInto(Buffer.alloc(40), "image/avif").hasMetadata);
    assert.ok(lookInto(jpeg(0xe0).subarray(0, 5), "image/jpeg").hasMetadata);
  });

  test("says whether it moves", () => {
    assert.ok(lookInto(png("IHDR", "acTL", "IDAT"), "image/png").isAnimated);
    assert.ok(lookInto(webp("VP8X", "ANIM", "ANMF"), "image/webp").isAnimated);
    assert.ok(!lookInto(webp("VP8X", "VP8 "), "image/webp").isAnimated);
  });
});

test("a picture is sent as it was only if that is smaller and says nothing", () => {
  /** @param {number} size @param {string} type */
  const blob = (size, type) => new Blob([Buffer.alloc(size)], { type });
  const [small, large] = [blob(10, "image/webp"), blob(20, "image/webp")];
  assert.ok(isBetter(small, blob(15, "image/jpeg"), false));
  assert.ok(!isBetter(large, blob(15, "image/jpeg"), false));
  assert.ok(isBetter(large, blob(15, "image/jpeg"), true));
  assert.ok(isBetter(large, blob(15, "image/heic"), false), "not every browser shows it");
});

test("what may be a picture is known by its type, or its name where browsers know no type", () => {
  const named = (/** @type {string} */ name, /** @type {string} */ type) =>
    mayBePicture(new File(["x"], name, { type }));
  assert.ok(named("a.jpg", "image/jpeg"));
  assert.ok(named("IMG_0001.HEIC", ""));
  assert.ok(!named("a.svg", "image/svg+xml"));
  assert.ok(!named("a.pdf", "application/pdf"));
});

describe("pictures that a page has itself", () => {
  function setUp() {
    /** @type {string[]} */
    const revoked = [];
    let made = 0;
    const rows = /** @type {any} */ ({ querySelector: () => null });
    const previews = createPreviews(rows, {
      createObjectURL: () => {
        made += 1;
        return `blob:${made}`;
      },
      revokeObjectURL: (url) => void revoked.push(url),
    });
    /** @param {string} id */
    const attached = (id) => ({ id, blob: new Blob(), name: "", type: "", alt: "" });
    return { previews, revoked, attached };
  }

  test("are the same before and after the server has them", () => {
    const { previews, attached } = setUp();
    const url = previews.of(attached("a"), "c1");
    assert.equal(previews.of(attached("a"), "c1"), url);
    previews.sentAs("a", "f_1");
    assert.equal(previews.find("f_1"), url);
    assert.equal(previews.find("f_2"), undefined);
  });

  test("are forgotten with their message", () => {
    const { previews, revoked, attached } = setUp();
    previews.of(attached("a"), "c1");
    previews.of(attached("b"), "c2");
    previews.sentAs("a", "f_1");
    previews.forgetDeleted([
      message(1, { client_id: "c1", deleted: true }),
      message(2, { client_id: "c2" }),
    ]);
    assert.equal(previews.find("f_1"), undefined);
    assert.ok(revoked.includes("blob:1"));
    assert.ok(!revoked.includes("blob:2"));
  });

  test("are not kept for ever", () => {
    const { previews, revoked, attached } = setUp();
    for (let n = 1; n <= 31; n += 1) {
      previews.of(attached(`a${n}`), `c${n}`);
      previews.sentAs(`a${n}`, `f_${n}`);
    }
    assert.equal(previews.find("f_1"), undefined);
    assert.ok(revoked.includes("blob:1"));
    assert.ok(previews.find("f_2"));
  });
});
