import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import type { Scope } from "../../domain/scope.ts";
import { CLOSED } from "../answer.ts";
import type { PageChannel } from "../guard.ts";
import { languageOf } from "../wording.ts";
import type { OpenBrowser } from "./browser.ts";
import { createPageApprovals, type PageApprovalsDeps } from "./page-approvals.ts";
import { body, checkPlace, Refusal, send, sendPage } from "./page-http.ts";
import { createPresence } from "./page-presence.ts";
import { createPageSessions, isCsrf, type Session } from "./page-sessions.ts";

export interface ApprovalPageDeps extends PageApprovalsDeps {
  /** Whose approvals it shows and answers. */
  readonly scope: Partial<Scope>;
  readonly openBrowser: OpenBrowser;
  /** Of the page while it shows no question. */
  readonly locale: string;
}

export interface ApprovalPage extends PageChannel {
  /** A new one-time link. Whoever has it can approve: it goes to the person's browser and nowhere else. */
  link(): Promise<string>;
  close(): Promise<void>;
}

interface Running {
  readonly server: Server;
  readonly origin: string;
  readonly port: number;
}

const sessionBody = z.strictObject({ secret: z.string().min(1).max(200) });
const answerBody = z.strictObject({
  decision: z.enum(["approve", "decline"]),
  typed: z.string().max(100).optional(),
});

/**
 * The approval page on loopback: a random port, no cookie without a one-time link, every request checked for Host,
 * origin, session and CSRF token. Endpoints: `ui/page.ts`. Starts on first need; does not keep the process alive.
 */
export function createApprovalPage(deps: ApprovalPageDeps): ApprovalPage {
  const { store, clock, log } = deps;
  const sessions = createPageSessions(deps);
  const approvals = createPageApprovals(deps);
  const presence = createPresence({ ...deps, link: () => link() });
  let started: Promise<Running> | null = null;

  function start(): Promise<Running> {
    started ??= listen((request, response) => void serve(request, response)).catch((error: unknown) => {
      started = null;
      throw error;
    });
    return started;
  }

  async function link(...scope: Parameters<typeof sessions.link>): Promise<string> {
    const { origin } = await start();
    return `${origin}/#${sessions.link(...scope)}`;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await route(request, response, await start());
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

  async function route(request: IncomingMessage, response: ServerResponse, { origin, port }: Running): Promise<void> {
    checkPlace(request, origin);
    const path = request.url ?? "/";
    const cookie = `invoicing_approval_${port}`;
    if (path === "/" && request.method === "GET") return sendPage(response, languageOf(deps.locale));
    const known = sessions.find(request.headers.cookie ?? "", cookie);
    if (path === "/session" && request.method === "POST") {
      const opened = sessions.open((await body(request, sessionBody)).secret, known);
      if (opened === null) throw new Refusal(403);
      presence.arrived();
      if (opened.cookie !== null) {
        response.setHeader("set-cookie", `${cookie}=${opened.cookie}; Path=/; HttpOnly; SameSite=Strict`);
        log("approval_page_session", {});
      }
      return send(response, 200, { csrf: opened.session.csrf });
    }
    if (known === null) throw new Refusal(401);
    return routeSession(request, response, known);
  }

  async function routeSession(request: IncomingMessage, response: ServerResponse, session: Session): Promise<void> {
    const path = request.url ?? "/";
    if (path === "/approvals" && request.method === "GET") {
      checkToken(request, session);
      presence.seen();
      const pending = await store.pending(deps.scope, clock.now());
      return send(response, 200, { approvals: await approvals.list(pending, session.scope) });
    }
    const id = /^\/approvals\/([A-Za-z0-9_-]{1,64})$/.exec(path)?.[1];
    if (id !== undefined && request.method === "POST" && (session.scope?.has(id) ?? true)) {
      checkToken(request, session);
      const { decision, typed } = await body(request, answerBody);
      return send(response, 200, await approvals.answer(id, decision, typed));
    }
    throw new Refusal(404);
  }

  return {
    link: () => link(),
    linkTo: ({ id, expires_at }) => link(new Set([id]), expires_at),
    isOpen: presence.isOpen,
    open() {
      sessions.prolong();
      return presence.open();
    },
    async close() {
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

function checkToken(request: IncomingMessage, session: Session): void {
  if (!isCsrf(session, request.headers["x-csrf"])) throw new Refusal(403);
}

function listen(serve: (request: IncomingMessage, response: ServerResponse) => void): Promise<Running> {
  return new Promise((resolve, reject) => {
    const server = createServer(serve);
    server.requestTimeout = 10_000;
    server.headersTimeout = 5_000;
    server.maxConnections = 50;
    server.once("error", reject);
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
}
