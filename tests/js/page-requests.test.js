import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { createPageRequests } from "../../static/js/net/page-requests.js";

function connection() {
  /** @type {{before: number, ref: string}[]} */
  const sent = [];
  const requests = createPageRequests((frame) => sent.push(/** @type {any} */ (frame)) > 0);
  return { requests, sent };
}

/** @param {number} seq @returns {Chat.Request} */
const jump = (seq) => ({ want: "around", before: seq + 50, seq });

describe("pages of the log", () => {
  test("are requested once until they have come", () => {
    const { requests, sent } = connection();
    assert.ok(requests.request({ want: "older", before: 9 }));
    assert.ok(!requests.request({ want: "older", before: 9 }));
    assert.deepEqual(requests.answered(sent[0].ref), { want: "older", before: 9 });
    assert.equal(requests.answered(sent[0].ref), undefined);
    assert.ok(requests.request({ want: "older", before: 1 }));
  });

  test("of a second jump take the place of the first, whose answer means nothing then", () => {
    const { requests, sent } = connection();
    assert.ok(requests.request(jump(3)));
    assert.ok(requests.request(jump(700)));
    assert.equal(requests.answered(sent[0].ref), undefined);
    assert.deepEqual(requests.answered(sent[1].ref), jump(700));
  });

  test("that cannot be requested leave the jump that is under way", () => {
    let isLive = true;
    /** @type {string[]} */
    const refs = [];
    const requests = createPageRequests((frame) => {
      refs.push(/** @type {any} */ (frame).ref);
      return isLive;
    });
    requests.request(jump(3));
    isLive = false;
    assert.ok(!requests.request(jump(700)));
    assert.deepEqual(requests.answered(refs[0]), jump(3));
  });
});
