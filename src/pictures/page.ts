import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../domain/clock.ts";
import { isJsonObject, type JsonObject } from "../domain/json.ts";
import { jsonBody, Refusal, sendHtml, sendJson, startLoopback } from "../ui/loopback.ts";
import type { Loopback } from "../ui/loopback-server.ts";
import { picturesPageHtml } from "../ui/views.ts";

/** The local page that shows answers as pictures, for clients that show none themselves. Read only; endpoints: `ui/views.ts`. */
export interface PicturesPage {
  /** Keeps an answer for the page: the newest few, in memory. */
  keep(result: JsonObject): void;
  /** A one-time address, or null while an open page shows every answer anyway or an address given before still waits. */
  link(): Promise<string | null>;
  close(): Promise<void>;
}

/** How long an address may wait to be opened. */
const LINK_MS = 10 * 60_000;
/** The page asks every 2 s; a tab that the browser put to sleep once a minute. */
const ALIVE_MS = 75_000;
/** A tab that asked nothing for so long has to be opened anew. */
const SESSION_MS = 60 * 60_000;
const KEPT = 20;
const MAX_BODY = 1_000;

export function createPicturesPage(clock: Clock, language: "de" | "en"): PicturesPage {
  const pictures: { readonly id: number; readonly result: JsonObject }[] = [];
  /** Hash of a secret → when it lapses. Secrets themselves are not kept. */
  const links = new Map<string, number>();
  const sessions = new Map<string, number>();
  let last = 0;
  let seenAt = Number.NEGATIVE_INFINITY;
  let started: Promise<Loopback> | null = null;

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    if (url.pathname === "/" && request.method === "GET") {
      return sendHtml(response, picturesPageHtml(randomBytes(18).toString("base64"), language));
    }
    if (url.pathname === "/session" && request.method === "POST") {
      const body = await jsonBody(request, MAX_BODY);
      const secret = isJsonObject(body) ? body["secret"] : undefined;
      if (typeof secret !== "string" || !valid(links, secret)) throw new Refusal(403);
      links.delete(hash(secret));
      const token = randomBytes(32).toString("base64url");
      sessions.set(hash(token), clock.now() + SESSION_MS);
      return sendJson(response, 200, { token });
    }
    if (url.pathname === "/pictures" && request.method === "GET") {
      const token = request.headers["x-pictures"];
      if (typeof token !== "string" || !valid(sessions, token)) throw new Refusal(401);
      seenAt = clock.now();
      sessions.set(hash(token), seenAt + SESSION_MS);
      const after = Number(url.searchParams.get("after") ?? "0");
      return sendJson(response, 200, { pictures: pictures.filter(({ id }) => id > after) });
    }
    throw new Refusal(404);
  }

  /** Forgets what lapsed. Looked up by hash, so that no comparison tells how much of a guess was right. */
  function valid(known: Map<string, number>, secret: string): boolean {
    for (const [key, lapses] of known) if (clock.now() >= lapses) known.delete(key);
    return known.has(hash(secret));
  }

  return {
    keep(result) {
      last += 1;
      pictures.push({ id: last, result });
      pictures.splice(0, pictures.length - KEPT);
    },
    async link() {
      const now = clock.now();
      if (now - seenAt < ALIVE_MS || [...links.values()].some((lapses) => now < lapses)) return null;
      started ??= startLoopback(route).catch((error: unknown) => {
        started = null;
        throw error;
      });
      const { origin } = await started;
      const secret = randomBytes(16).toString("base64url");
      links.set(hash(secret), now + LINK_MS);
      return `${origin}/#${secret}`;
    },
    async close() {
      links.clear();
      sessions.clear();
      const running = await started?.catch(() => null);
      started = null;
      await running?.close();
    },
  };
}

function hash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}
