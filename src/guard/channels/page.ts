import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { Scope } from "../../domain/scope.ts";
import { checkPlace, Refusal, sendJson } from "../../ui/loopback.ts";
import { type Loopback, listenOnLoopback } from "../../ui/loopback-server.ts";
import { CLOSED } from "../answer.ts";
import type { PageChannel } from "../guard.ts";
import { assertionSchema } from "../passkeys/verify.ts";
import { languageOf } from "../wording.ts";
import type { OpenBrowser } from "./browser.ts";
import { createPageApprovals, type PageApprovalsDeps } from "./page-approvals.ts";
import { body, sendPage } from "./page-http.ts";
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

const sessionBody = z.strictObject({ secret: z.string().min(1).max(200) });
const answerBody = z.strictObject({
  decision: z.enum(["approve", "decline"]),
  typed: z.string().max(100).optional(),
  assertion: assertionSchema.optional(),
});
const passkeyBody = z.strictObject({ typed: z.string().max(100).optional() });
/** A signature with what it signs; post-quantum ones are long. */
const MAX_SIGNED_BODY = 24_576;

/**
 * The approval page on loopback: a random port, no cookie without a one-time link, every request checked for Host,
 * origin, session and CSRF token. Endpoints: `ui/page.ts`. Starts on first need; does not keep the process alive.
 */
export function createApprovalPage(deps: ApprovalPageDeps): ApprovalPage {
  const { store, clock, log } = deps;
  const sessions = createPageSessions(deps);
  const approvals = createPageApprovals(deps);
  const presence = createPresence({ ...deps, link: () => link() });
  let started: Promise<Loopback> | null = null;

  function start(): Promise<Loopback> {
    const name = deps.passkeys === undefined ? "127.0.0.1" : "localhost";
    started ??= listenOnLoopback(name, (request, response) => void serve(request, response)).catch((error: unknown) => {
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
      sendJson(response, status, {
        ok: false,
        message: status === 500 ? "The server failed. Nothing was changed." : CLOSED,
      });
    }
  }

  async function route(request: IncomingMessage, response: ServerResponse, { origin, port }: Loopback): Promise<void> {
    checkPlace(request, origin);
    const path = request.url ?? "/";
    const cookie = `invoicing_approval_${port}`;
    if (path === "/" && request.method === "GET") return sendPage(response, "approvals", languageOf(deps.locale));
    const known = sessions.find(request.headers.cookie ?? "", cookie);
    if (path === "/session" && request.method === "POST") {
      const opened = sessions.open((await body(request, sessionBody)).secret, known);
      if (opened === null) throw new Refusal(403);
      presence.arrived();
      if (opened.cookie !== null) {
        response.setHeader("set-cookie", `${cookie}=${opened.cookie}; Path=/; HttpOnly; SameSite=Strict`);
        log("approval_page_session", {});
      }
      return sendJson(response, 200, { csrf: opened.session.csrf });
    }
    if (known === null) throw new Refusal(401);
    return routeSession(request, response, known, origin);
  }

  async function routeSession(
    request: IncomingMessage,
    response: ServerResponse,
    session: Session,
    origin: string,
  ): Promise<void> {
    const [path = "/"] = (request.url ?? "/").split("?");
    if (path === "/approvals" && request.method === "GET") {
      checkToken(request, session);
      presence.seen();
      const pending = await store.pending(deps.scope, clock.now());
      return sendJson(response, 200, { approvals: await approvals.list(pending, session.scope) });
    }
    const [, id, passkey] = /^\/approvals\/([A-Za-z0-9_-]{1,64})(\/passkey)?$/.exec(path) ?? [];
    if (id !== undefined && request.method === "POST" && (session.scope?.has(id) ?? true)) {
      checkToken(request, session);
      if (passkey !== undefined) {
        const { typed } = await body(request, passkeyBody);
        return sendJson(response, 200, await approvals.askPasskey(id, typed, { origin }));
      }
      const { decision, typed, assertion } = await body(
        request,
        answerBody,
        deps.passkeys === undefined ? undefined : MAX_SIGNED_BODY,
      );
      return sendJson(response, 200, await approvals.answer(id, { decision, typed, assertion, page: { origin } }));
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
      await running.close();
    },
  };
}

function checkToken(request: IncomingMessage, session: Session): void {
  if (!isCsrf(session, request.headers["x-csrf"])) throw new Refusal(403);
}
