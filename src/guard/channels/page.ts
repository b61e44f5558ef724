import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import type { Scope } from "../../domain/scope.ts";
import { approvalPageHtml } from "../../ui/page.ts";
import { type AnswerDeps, answerText, CLOSED, createAnswerDesk } from "../answer.ts";
import type { PageChannel } from "../guard.ts";
import { readSnapshot } from "../snapshot.ts";
import { secretHash } from "../typed.ts";
import type { OpenBrowser } from "./browser.ts";

export interface ApprovalPageDeps extends AnswerDeps {
  /** Whose approvals it shows and answers. */
  readonly scope: Partial<Scope>;
  readonly openBrowser: OpenBrowser;
  readonly log: (event: string, fields: Readonly<Record<string, string | number | boolean | null>>) => void;
}

export interface ApprovalPage extends PageChannel {
  /** A new one-time link. Whoever has it can approve: it goes to the person's browser and nowhere else. */
  link(): Promise<string>;
  close(): Promise<void>;
}

interface Session {
  readonly csrf: string;
  /** Approvals that its links named; `null`: all that wait. */
  scope: ReadonlySet<string> | null;
  expires_at: number;
}

interface Link {
  readonly lapses_at: number;
  readonly scope: ReadonlySet<string> | null;
}

/** A link that the server opens itself is used by the browser at once. */
const LINK_MS = 2 * 60_000;
/** A session lasts as long as the longest approval, counted from the last question. */
const SESSION_MS = 15 * 60_000;
/** How long a browser may take to come up before it counts as not there. */
const STARTING_MS = 20_000;
/** Times in a row that a browser was started and never came; after that it is not tried again. */
const MAX_UNSEEN = 2;
/** The page polls every 1.5 s: seen within this time it is still open, and no second tab is needed. */
const ALIVE_MS = 5_000;
const MAX_BODY = 4_096;
const MAX_LINKS = 20;

const sessionBody = z.strictObject({ secret: z.string().min(1).max(200) });
const answerBody = z.strictObject({
  decision: z.enum(["approve", "decline"]),
  typed: z.string().max(100).optional(),
});

/** Refused by status alone: what exactly was wrong is nobody's business. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`HTTP ${status}`);
    this.status = status;
  }
}

/**
 * The approval page on loopback: a random port, no cookie without a one-time link, every request checked for Host,
 * origin, session and CSRF token. Endpoints: `ui/page.ts`. Starts on first need; does not keep the process alive.
 */
export function createApprovalPage(deps: ApprovalPageDeps): ApprovalPage {
  const { store, clock, openBrowser, log } = deps;
  const desk = createAnswerDesk(deps);
  /** By the hash of the one-time secret. */
  const links = new Map<string, Link>();
  /** Hash of a session's cookie → its token. */
  const sessions = new Map<string, Session>();
  let started: Promise<{ server: Server; origin: string; port: number }> | null = null;
  let seenAt = Number.NEGATIVE_INFINITY;
  let openedAt = Number.NEGATIVE_INFINITY;
  let unseen = 0;
  let opening: Promise<boolean> | null = null;
  /** Called when a page comes. */
  const arrivals = new Set<() => void>();

  function start() {
    started ??= new Promise((resolve, reject) => {
      const server = createServer((request, response) => {
        void serve(request, response);
      });
      server.requestTimeout = 10_000;
      server.headersTimeout = 5_000;
      server.maxConnections = 50;
      server.once("error", (error) => {
        started = null;
        reject(error);
      });
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        if (address === null || typeof address === "string") {
          reject(new Error("no port"));
          return;
        }
        server.unref();
        resolve({ server, origin: `http://127.0.0.1:${address.port}`, port: address.port });
      });
    });
    return started;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await route(request, response);
    } catch (error) {
      const status = error instanceof Refusal ? error.status : 500;
      if (!(error instanceof Refusal)) log("approval_page_failed", {});
      // The rest of a body that was not wanted is not read.
      response.setHeader("connection", "close");
      send(response, status, {
        ok: false,
        message: status === 500 ? "The server failed. Nothing was changed." : CLOSED,
      });
    }
  }

  async function route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { origin, port } = await start();
    checkPlace(request, origin);
    const path = request.url ?? "/";
    const cookie = `invoicing_approval_${port}`;
    if (path === "/" && request.method === "GET") return sendPage(response);
    if (path === "/session" && request.method === "POST") return openSession(request, response, cookie);
    const session = sessionOf(request, cookie);
    if (path === "/approvals" && request.method === "GET") {
      checkToken(request, session);
      seenAt = clock.now();
      return send(response, 200, { approvals: await list(session) });
    }
    const id = /^\/approvals\/([A-Za-z0-9_-]{1,64})$/.exec(path)?.[1];
    if (id !== undefined && request.method === "POST" && (session.scope?.has(id) ?? true)) {
      checkToken(request, session);
      const { decision, typed } = await body(request, answerBody);
      const approval = await store.get(id);
      const result = await desk.take(approval, decision, typed, "page");
      log("approval_page_answered", { approval: id, result });
      const language = (approval === null ? null : readSnapshot(approval))?.view.locale ?? "en";
      const ok = result === "approved" || result === "declined";
      return send(response, 200, { ok, message: answerText(result, language) });
    }
    throw new Refusal(404);
  }

  /** DNS rebinding ends at Host; other sites' requests end at Origin and Sec-Fetch-Site. */
  function checkPlace(request: IncomingMessage, origin: string): void {
    if (`http://${request.headers.host ?? ""}` !== origin) throw new Refusal(421);
    const from = request.headers.origin;
    if (request.method === "POST" ? from !== origin : from !== undefined && from !== origin) throw new Refusal(403);
    const site = request.headers["sec-fetch-site"];
    const toPage = request.method === "GET" && request.url === "/";
    if (!toPage && site !== undefined && site !== "same-origin") throw new Refusal(403);
  }

  async function openSession(request: IncomingMessage, response: ServerResponse, cookie: string): Promise<void> {
    const { secret } = await body(request, sessionBody);
    const now = clock.now();
    const hash = secretHash(secret);
    const link = links.get(hash);
    links.delete(hash);
    if (link === undefined || now >= link.lapses_at) throw new Refusal(403);
    arrived();
    for (const [old, { expires_at }] of sessions) if (now >= expires_at) sessions.delete(old);
    // A second link in the same browser joins its session, so that an earlier tab goes on working.
    const known = findSession(request, cookie);
    if (known !== null) {
      known.scope = known.scope === null || link.scope === null ? null : new Set([...known.scope, ...link.scope]);
      known.expires_at = now + SESSION_MS;
      return send(response, 200, { csrf: known.csrf });
    }
    const token = randomBytes(32).toString("base64url");
    const csrf = randomBytes(32).toString("base64url");
    const session: Session = { csrf, scope: link.scope, expires_at: now + SESSION_MS };
    sessions.set(secretHash(token), session);
    response.setHeader("set-cookie", `${cookie}=${token}; Path=/; HttpOnly; SameSite=Strict`);
    log("approval_page_session", {});
    return send(response, 200, { csrf: session.csrf });
  }

  function findSession(request: IncomingMessage, cookie: string): Session | null {
    for (const part of (request.headers.cookie ?? "").split(";")) {
      const [name, value] = part.trim().split("=");
      if (name !== cookie || value === undefined) continue;
      const session = sessions.get(secretHash(value));
      if (session !== undefined && clock.now() < session.expires_at) return session;
    }
    return null;
  }

  function sessionOf(request: IncomingMessage, cookie: string): Session {
    const session = findSession(request, cookie);
    if (session === null) throw new Refusal(401);
    return session;
  }

  function checkToken(request: IncomingMessage, session: Session): void {
    const given = request.headers["x-csrf"];
    const a = Buffer.from(secretHash(typeof given === "string" ? given : ""), "hex");
    if (!timingSafeEqual(a, Buffer.from(secretHash(session.csrf), "hex"))) throw new Refusal(403);
  }

  async function list({ scope }: Session) {
    const pending = await store.pending(deps.scope, clock.now());
    return pending.flatMap((approval) => {
      if (scope !== null && !scope.has(approval.id)) return [];
      const snapshot = desk.answerable(approval, "page");
      return snapshot === null ? [] : [{ id: approval.id, state: approval.state, view: snapshot.view }];
    });
  }

  async function link(scope: Link["scope"] = null, lapses_at = clock.now() + LINK_MS): Promise<string> {
    const { origin } = await start();
    const now = clock.now();
    for (const [hash, old] of links) if (now >= old.lapses_at || links.size >= MAX_LINKS) links.delete(hash);
    const secret = randomBytes(32).toString("base64url");
    links.set(secretHash(secret), { lapses_at, scope });
    return `${origin}/#${secret}`;
  }

  function arrived(): void {
    seenAt = clock.now();
    unseen = 0;
    for (const tell of arrivals) tell();
  }

  const isSeen = (withinMs: number) => clock.now() - seenAt < withinMs;
  const isStarting = () => openedAt > seenAt && clock.now() - openedAt < STARTING_MS;

  async function show(): Promise<boolean> {
    if (unseen >= MAX_UNSEEN) return false;
    const address = await link();
    let tell = () => {};
    const came = new Promise<true>((resolve) => {
      tell = () => resolve(true);
      arrivals.add(tell);
    });
    openedAt = clock.now();
    unseen += 1;
    const opened = await Promise.race([came, openBrowser(address).catch(() => false)]);
    arrivals.delete(tell);
    if (!opened) openedAt = Number.NEGATIVE_INFINITY;
    log("approval_page_opened", { opened });
    return opened;
  }

  return {
    link: () => link(),
    linkTo: ({ id, expires_at }) => link(new Set([id]), expires_at),
    isOpen: () => isSeen(2 * ALIVE_MS) || isStarting(),
    async open() {
      const now = clock.now();
      for (const session of sessions.values()) {
        if (now < session.expires_at) session.expires_at = now + SESSION_MS;
      }
      if (isSeen(ALIVE_MS) || isStarting()) return true;
      opening ??= show().finally(() => {
        opening = null;
      });
      return opening;
    },
    async close() {
      links.clear();
      sessions.clear();
      const running = await started?.catch(() => null);
      if (!running) return;
      started = null;
      running.server.closeAllConnections();
      await new Promise<void>((resolve) => {
        running.server.close(() => resolve());
      });
    },
  };
}

async function body<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  if (request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase() !== "application/json") {
    throw new Refusal(415);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Buffer)) throw new Refusal(400);
    size += chunk.length;
    if (size > MAX_BODY) throw new Refusal(413);
    chunks.push(chunk);
  }
  let json: unknown;
  try {
    json = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new Refusal(400);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new Refusal(400);
  return parsed.data;
}

function secure(response: ServerResponse): void {
  response.setHeader("cache-control", "no-store");
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("x-frame-options", "DENY");
  response.setHeader("cross-origin-opener-policy", "same-origin");
  response.setHeader("cross-origin-resource-policy", "same-origin");
}

function send(response: ServerResponse, status: number, content: object): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  secure(response);
  response.setHeader("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(content));
}

function sendPage(response: ServerResponse): void {
  const { html, csp } = approvalPageHtml({ nonce: randomBytes(18).toString("base64") });
  secure(response);
  response.setHeader("content-security-policy", csp);
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  response.end(html);
}
