import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { approvalPageHtml } from "../../src/ui/page.ts";
import type { PlanView } from "../../src/ui/plan-view.ts";
import { listen } from "./card-host.ts";

/** The endpoints of `src/ui/page.ts` and nothing more, with a state the test sets directly. */
export interface PageServer {
  readonly origin: string;
  readonly approvals: Map<string, { view: PlanView; state: string; typed?: string; outcome?: object }>;
  readonly answers: { readonly id: string; readonly body: unknown }[];
  /** A link with a fresh one-time secret. */
  link(): string;
  /** While true every endpoint but the page fails. */
  down: boolean;
  /** Held before an answer is sent, after it was recorded. */
  hold: Promise<void>;
  close(): Promise<void>;
}

async function json(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const parsed: unknown = JSON.parse(text);
  return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
}

export async function startPageServer(): Promise<PageServer> {
  const secrets = new Set<string>();
  const sessions = new Map<string, string>();
  const server = createServer(async (request, response) => {
    const send = (status: number, body: object, headers: Readonly<Record<string, string>> = {}) =>
      response
        .writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers })
        .end(JSON.stringify(body));
    // What the page asks beside the path is for servers that remember nothing.
    const [path = "/"] = (request.url ?? "/").split("?");
    if (path === "/") {
      const { html, csp } = approvalPageHtml({ nonce: randomBytes(18).toString("base64"), language: "en" });
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": csp }).end(html);
      return;
    }
    if (state.down) return void send(502, {});
    if (path === "/session") {
      const { secret } = await json(request);
      if (typeof secret !== "string" || !secrets.delete(secret)) return void send(403, {});
      const cookie = randomBytes(12).toString("hex");
      const csrf = randomBytes(12).toString("hex");
      sessions.set(cookie, csrf);
      return void send(200, { csrf }, { "set-cookie": `s=${cookie}; Path=/; HttpOnly; SameSite=Strict` });
    }
    const csrf = sessions.get(/(?:^|; )s=(\w+)/.exec(request.headers.cookie ?? "")?.[1] ?? "");
    if (csrf === undefined) return void send(401, {});
    if (request.headers["x-csrf"] !== csrf) return void send(403, {});
    if (path === "/approvals") {
      const approvals = [...state.approvals].map(([id, { view, state: at, outcome }]) => ({
        id,
        view,
        state: at,
        outcome,
      }));
      return void send(200, { approvals });
    }
    const id = path.slice("/approvals/".length);
    const body = await json(request);
    state.answers.push({ id, body });
    const approval = state.approvals.get(id);
    if (approval?.state !== "pending") return void send(200, { ok: false, message: "It cannot be answered any more." });
    if (body["decision"] === "approve" && approval.typed !== undefined && body["typed"] !== approval.typed) {
      return void send(200, { ok: false, message: "What was typed does not match." });
    }
    approval.state = body["decision"] === "approve" ? "approved" : "declined";
    await state.hold;
    return void send(200, {
      ok: true,
      message: approval.state === "approved" ? "Approved. The assistant can go on now." : "Declined. Nothing is done.",
    });
  });
  const origin = await listen(server);
  const state: PageServer = {
    origin,
    approvals: new Map(),
    answers: [],
    down: false,
    hold: Promise.resolve(),
    link() {
      const secret = randomBytes(24).toString("base64url");
      secrets.add(secret);
      return `${origin}/#${secret}`;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return state;
}
