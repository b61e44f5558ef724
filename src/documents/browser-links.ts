import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../domain/clock.ts";
import { Refusal, sendFile, sendHtml, startLoopback } from "../ui/loopback.ts";
import type { Loopback } from "../ui/loopback-server.ts";
import type { BrowserLinks, FileName } from "./port.ts";

/** How long an address may wait to be opened. */
export const LINK_MS = 10 * 60_000;
/** Files kept for addresses that nobody opened yet: 10 MB each at most. */
const KEPT = 5;
const SECRET = /^\/([\w-]{43})\/[\w.-]+$/;

interface Waiting {
  readonly name: FileName;
  readonly bytes: Uint8Array;
  readonly lapses: number;
}

/** Addresses of a port of 127.0.0.1 that serves these files, each once, and nothing else. Opened with the first of them. */
export function createBrowserLinks(clock: Clock): BrowserLinks & { close(): Promise<void> } {
  /** By hash of the secret: secrets themselves are not kept, and no comparison tells how much of a guess was right. */
  const waiting = new Map<string, Waiting>();
  let started: Promise<Loopback> | null = null;

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const secret = SECRET.exec(request.url ?? "")?.[1];
    if (request.method !== "GET" || secret === undefined) throw new Refusal(404);
    // Opened by a person as a page of its own; not fetched, embedded or looked at ahead by something else.
    if (!["navigate", undefined].includes(header(request, "sec-fetch-mode"))) throw new Refusal(403);
    if (!["document", undefined].includes(header(request, "sec-fetch-dest"))) throw new Refusal(403);
    if (header(request, "sec-purpose") !== undefined || header(request, "purpose") !== undefined)
      throw new Refusal(503);
    forget();
    const file = waiting.get(hash(secret));
    waiting.delete(hash(secret));
    if (file === undefined) return sendHtml(response, GONE, 410);
    return sendFile(response, `${file.name.stem}.${file.name.extension}`, file.name.extension, file.bytes);
  }

  function forget(): void {
    for (const [key, { lapses }] of waiting) if (clock.now() >= lapses) waiting.delete(key);
  }

  return {
    async link(name, bytes) {
      forget();
      started ??= startLoopback(route, (url) => SECRET.test(url)).catch((error: unknown) => {
        started = null;
        throw error;
      });
      const { origin } = await started;
      const secret = randomBytes(32).toString("base64url");
      waiting.set(hash(secret), { name, bytes, lapses: clock.now() + LINK_MS });
      for (const key of [...waiting.keys()].slice(0, -KEPT)) waiting.delete(key);
      return `${origin}/${secret}/${name.stem}.${name.extension}`;
    },
    async close() {
      waiting.clear();
      const running = await started?.catch(() => null);
      started = null;
      await running?.close();
    },
  };
}

const GONE = {
  html: '<!doctype html><meta charset="utf-8"><title>–</title><p>This address was used already, or is older than ten minutes. Ask the assistant for the document again.<p lang="de">Diese Adresse wurde schon benutzt oder ist älter als zehn Minuten. Bitten Sie den Assistenten noch einmal um den Beleg.',
  csp: "default-src 'none'; frame-ancestors 'none'",
};

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(",") : value;
}

function hash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
