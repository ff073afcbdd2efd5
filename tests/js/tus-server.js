/** A small server that takes files by tus, and can be told to misbehave. */

import { createServer } from "node:http";

/**
 * @typedef {object} Upload
 * @property {string} id
 * @property {number} size
 * @property {Buffer} bytes what is here of it
 * @property {Record<string, string>} metadata
 * @property {boolean} isReady it has been looked at
 *
 * What a fault does with a request: it answers by itself, or takes so many bytes of its body and
 * cuts the connection.
 * @typedef {{status: number, headers?: Record<string, string>, body?: object}
 *   | {cutAfter: number} | {answerLost: true}} Fault
 */

/** @param {string} header */
function parseMetadata(header) {
  return Object.fromEntries(
    header.split(",").map((pair) => {
      const [name, value = ""] = pair.split(" ");
      return [name, Buffer.from(value, "base64").toString()];
    }),
  );
}

export async function startServer() {
  /** @type {Map<string, Upload>} */
  const uploads = new Map();
  /** Each is for one request of a method. @type {Map<string, Fault[]>} */
  const faults = new Map();
  /** @type {string[]} */
  const requests = [];

  const server = createServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    requests.push(`${method} ${headers["upload-offset"] ?? ""}`.trim());
    const fault = faults.get(method)?.shift();
    /** @type {Buffer[]} */
    const parts = [];
    let length = 0;
    for await (const part of request) {
      parts.push(part);
      length += part.length;
      if (fault && "cutAfter" in fault && length >= fault.cutAfter) break;
    }
    const isCut = fault !== undefined && "cutAfter" in fault;
    const body = Buffer.concat(parts).subarray(0, isCut ? fault.cutAfter : undefined);
    if (fault && "status" in fault) {
      response.writeHead(fault.status, fault.headers);
      return response.end(fault.body && JSON.stringify(fault.body));
    }

    /** @param {number} status @param {Record<string, string | number>} [answer] */
    function reply(status, answer = {}) {
      if (fault) return response.destroy();
      response.writeHead(status, { "Tus-Resumable": "1.0.0", ...answer });
      response.end();
    }
    if (method === "POST") {
      const metadata = parseMetadata(String(headers["upload-metadata"]));
      const known = uploads.get(metadata.id);
      const size = Number(headers["upload-length"]);
      const upload = known ?? { id: metadata.id, size, bytes: body, metadata, isReady: false };
      uploads.set(metadata.id, upload);
      // An answer that was lost was lost before the file was looked at.
      if (!known) upload.isReady = !fault && upload.bytes.length === size;
      const place = { Location: `/files/f_${upload.id}/`, "Upload-Offset": upload.bytes.length };
      return reply(known ? 200 : 201, place);
    }
    const id = /\/files\/f_([^/]+)\/$/.exec(url)?.[1] ?? "";
    const upload = uploads.get(id);
    if (upload === undefined) return reply(404);
    const { size } = upload;
    if (method === "HEAD") {
      return reply(200, { "Upload-Offset": upload.bytes.length, "Upload-Length": size });
    }
    if (method === "PATCH") {
      if (Number(headers["upload-offset"]) !== upload.bytes.length) return reply(409);
      upload.bytes = Buffer.concat([upload.bytes, body]);
      upload.isReady = upload.bytes.length === size;
      reply(204, { "Upload-Offset": upload.bytes.length });
    } else if (method === "DELETE") {
      uploads.delete(id);
      reply(204);
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = /** @type {import("node:net").AddressInfo} */ (server.address());
  const base = `http://127.0.0.1:${address.port}`;

  return {
    uploads,
    requests,
    /** Makes the next request of a method go wrong. @param {string} method @param {...Fault} next */
    fail: (method, ...next) => faults.set(method, next),
    /** As a page of the site does. @param {string} path @param {RequestInit} init */
    request: (path, init) => fetch(new URL(path, base), init),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
