import type { Readable } from "node:stream";
import type { Peer } from "./listener.ts";
import { refuse } from "./refusal.ts";

const MOST_BYTES = 256 * 1024;
const MOST_DEPTH = 32;
const BODY_MS = 15_000;

/** The JSON of a request: one message, of bounded size and depth, sent in time. Throws a `RefusedRequest`. */
export async function jsonBody({ headers }: Request, { body: sent }: Peer): Promise<unknown> {
  const [type, ...parameters] = (headers.get("content-type") ?? "").split(";").map((part) => part.trim().toLowerCase());
  const isUtf8 = parameters.every((one) => !one.startsWith("charset=") || /^charset="?utf-?8"?$/.test(one));
  if (type !== "application/json" || !isUtf8) {
    throw refuse(415, "unsupported_media_type", "The body must be application/json in UTF-8. Nothing was done.");
  }
  if (!["", "identity"].includes(headers.get("content-encoding")?.trim().toLowerCase() ?? "")) {
    throw refuse(415, "unsupported_media_type", "The body must not be compressed. Nothing was done.");
  }
  if (Number(headers.get("content-length") ?? "0") > MOST_BYTES) throw tooLarge();
  const text = textOf(await bounded(sent));
  if (depthOf(text) > MOST_DEPTH) {
    throw refuse(400, "invalid_request", `The body is nested deeper than ${MOST_DEPTH} levels. Nothing was done.`);
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw refuse(400, "invalid_request", "The body is not JSON. Nothing was done.");
  }
  // Gone from the protocol since 2025-06-18; several acts in one request could not be answered one by one.
  if (Array.isArray(body)) {
    throw refuse(400, "invalid_request", "Batches are not taken: send one message a request. Nothing was done.");
  }
  if (typeof body !== "object" || body === null) {
    throw refuse(400, "invalid_request", "The body is not a message of the protocol. Nothing was done.");
  }
  return body;
}

/** The fields of a form as browsers send it. Throws a `RefusedRequest`. */
export async function formBody({ headers }: Request, { body: sent }: Peer): Promise<URLSearchParams> {
  const type = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/x-www-form-urlencoded") {
    throw refuse(415, "unsupported_media_type", "The body must be a form. Nothing was done.");
  }
  if (Number(headers.get("content-length") ?? "0") > MOST_BYTES) throw tooLarge();
  return new URLSearchParams(textOf(await bounded(sent)));
}

/** A letter that was not sent as UTF-8 would stand on an invoice as �. */
function textOf(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw refuse(400, "invalid_request", "The body is not UTF-8. Nothing was done.");
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function tooLarge() {
  return refuse(413, "too_large", `The body is larger than ${MOST_BYTES / 1024} KB. Nothing was done.`);
}

function bounded(body: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // Whoever sent it may be gone before it is read: then nothing is said here any more.
    if (body.destroyed) return reject(brokenOff());
    const chunks: Buffer[] = [];
    let size = 0;
    // What is left unread the listener throws away.
    const end = (result: () => void) => {
      clearTimeout(late);
      body.off("data", take).off("end", whole).off("error", broken).off("close", broken);
      body.pause();
      result();
    };
    const late = setTimeout(
      () => end(() => reject(refuse(408, "too_slow", "The body did not come in time. Nothing was done."))),
      BODY_MS,
    );
    const take = (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > MOST_BYTES) end(() => reject(tooLarge()));
      else chunks.push(chunk);
    };
    const whole = () => end(() => resolve(Buffer.concat(chunks)));
    const broken = () => end(() => reject(brokenOff()));
    body.on("data", take).on("end", whole).on("error", broken).on("close", broken);
  });
}

function brokenOff() {
  return refuse(400, "invalid_request", "The connection broke off before the body was whole.");
}

/** Counted before anything is built from it. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (quoted) {
      if (character === BACKSLASH) index += 1;
      else if (character === QUOTE) quoted = false;
    } else if (character === QUOTE) quoted = true;
    else if (character === OPEN_BRACE || character === OPEN_BRACKET) deepest = Math.max(deepest, ++depth);
    else if (character === CLOSE_BRACE || character === CLOSE_BRACKET) depth -= 1;
  }
  return deepest;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
