import { randomBytes, timingSafeEqual } from "node:crypto";
import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { z } from "zod";
import type { Clock } from "../domain/clock.ts";
import { answerText, CLOSED, createAnswerDesk } from "../guard/answer.ts";
import type { PageChannel } from "../guard/guard.ts";
import type { Approval, ApprovalStore } from "../guard/port.ts";
import { readSnapshot } from "../guard/snapshot.ts";
import { approvalPageHtml } from "../ui/page.ts";
import type { Tenant } from "./access.ts";
import { jsonBody } from "./body.ts";
import type { SealedCookies } from "./cookies.ts";
import type { Peer } from "./listener.ts";
import { callerMark, type Logger } from "./log.ts";
import { ATTEMPT_SECONDS, type Login } from "./login.ts";

export interface ApproveOptions {
  readonly login: Login;
  readonly cookies: SealedCookies;
  readonly issuer: string;
  /** Origin of this server, as browsers see it. */
  readonly origin: string;
  readonly tenants: readonly Tenant[];
  readonly approvalsOf: (tenant: Tenant) => ApprovalStore;
  readonly clock: Clock;
  readonly log: Logger;
}

const SESSION_SECONDS = 60 * 60;

const answerBody = z.strictObject({
  decision: z.enum(["approve", "decline"]),
  typed: z.string().max(100).optional(),
});

interface Session {
  readonly principal: string;
  readonly csrf: string;
}

/** Where people open the page. */
export const APPROVE_PATH = "/approve";

/**
 * The approval page for people who are somewhere else than this server: behind the sign-in of the same issuer, it shows and
 * answers what was asked on behalf of the same subject, and nothing else. Endpoints: `ui/page.ts`, below `/approve/`. The
 * session is a sealed cookie, so that every instance knows it.
 */
export function createApprovePages(options: ApproveOptions): Hono<{ Bindings: Peer }> {
  const { login, cookies, origin, clock, log } = options;
  const isSecure = origin.startsWith("https:");
  const names = { session: cookieName("session"), attempt: cookieName("attempt") };
  const desks = new Map(
    options.tenants.map((tenant) => {
      const store = options.approvalsOf(tenant);
      return [tenant, { store, desk: createAnswerDesk({ store, clock, policy: tenant.policy }) }] as const;
    }),
  );

  function cookieName(name: string): string {
    return isSecure ? `__Host-invoicing-${name}` : `invoicing-${name}`;
  }

  function keep(context: Context, name: string, value: string, seconds: number): void {
    setCookie(context, name, value, { path: "/", httpOnly: true, secure: isSecure, sameSite: "Lax", maxAge: seconds });
  }

  async function sessionOf(context: Context): Promise<Session | null> {
    const sealed = getCookie(context, names.session);
    const principal = (await cookies.open("session", sealed))?.["principal"];
    return principal === undefined || sealed === undefined ? null : { principal, csrf: cookies.csrf(sealed) };
  }

  /** A request of our own page: no other site has the token, or this origin. */
  async function checked(context: Context): Promise<Session | Response> {
    const session = await sessionOf(context);
    if (session === null) return refused(context, 401);
    const given = Buffer.from(context.req.header("x-csrf") ?? "");
    const wanted = Buffer.from(session.csrf);
    const fits = given.length === wanted.length && timingSafeEqual(given, wanted);
    return fits && isOwnPage(context) ? session : refused(context, 403);
  }

  function isOwnPage(context: Context): boolean {
    const from = context.req.header("origin");
    const site = context.req.header("sec-fetch-site");
    const fromHere = context.req.method === "POST" ? from === origin : from === undefined || from === origin;
    return fromHere && (site === undefined || site === "same-origin");
  }

  async function list({ principal }: Session) {
    const found = [...desks].map(async ([tenant, { store, desk }]) => {
      const scope = { origin: tenant.origin, principal, ...(tenant.id === null ? {} : { organization_id: tenant.id }) };
      const pending = await store.pending(scope, clock.now());
      return pending.flatMap((approval) => {
        const snapshot = isOf(approval, tenant, principal) ? desk.answerable(approval, "page") : null;
        return snapshot === null ? [] : [{ id: approval.id, state: approval.state, view: snapshot.view }];
      });
    });
    return (await Promise.all(found)).flat();
  }

  async function answer({ principal }: Session, id: string, { decision, typed }: z.infer<typeof answerBody>) {
    for (const [tenant, { store, desk }] of desks) {
      const approval = await store.get(id);
      if (approval === null || !isOf(approval, tenant, principal)) continue;
      const result = await desk.take(approval, decision, typed, "page");
      log.info(
        {
          event: "approval_page_answered",
          approval: id,
          caller: callerMark(principal),
          organization: tenant.id,
          result,
        },
        "approval answered",
      );
      const language = readSnapshot(approval)?.view.locale ?? "en";
      return { ok: result === "approved" || result === "declined", message: answerText(result, language) };
    }
    return { ok: false, message: CLOSED };
  }

  const app = new Hono<{ Bindings: Peer }>();
  app.use(async (context, next) => {
    await next();
    context.header("cache-control", "no-store");
    context.header("x-content-type-options", "nosniff");
    context.header("referrer-policy", "no-referrer");
    context.header("x-frame-options", "DENY");
    context.header("cross-origin-opener-policy", "same-origin");
    context.header("cross-origin-resource-policy", "same-origin");
    if (context.res.headers.get("content-security-policy") === null) {
      context.header("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    }
  });
  app.get(APPROVE_PATH, async (context) => {
    if ((await sessionOf(context)) !== null) return context.redirect(`${APPROVE_PATH}/#signed-in`, 303);
    const { location, attempt } = await login.begin();
    keep(context, names.attempt, attempt, ATTEMPT_SECONDS);
    return context.redirect(location.href, 303);
  });
  app.get(`${APPROVE_PATH}/callback`, async (context) => {
    const { search } = new URL(context.req.url);
    const address = new URL(`${origin}${APPROVE_PATH}/callback${search}`);
    const subject = await login.finish(address, getCookie(context, names.attempt));
    keep(context, names.attempt, "", 0);
    if (subject === null) {
      log.warn({ event: "approval_sign_in_failed" }, "a sign-in for the approval page did not succeed");
      return context.text(`The sign-in did not succeed. Open ${origin}${APPROVE_PATH} to try again.\n`, 403);
    }
    const principal = `${options.issuer}|${subject}`;
    keep(context, names.session, await cookies.seal("session", { principal }, SESSION_SECONDS), SESSION_SECONDS);
    log.info({ event: "approval_signed_in", caller: callerMark(principal) }, "signed in for approvals");
    return context.redirect(`${APPROVE_PATH}/#signed-in`, 303);
  });
  app.get(`${APPROVE_PATH}/`, (context) => {
    const { html, csp } = approvalPageHtml({ nonce: randomBytes(18).toString("base64") });
    context.header("content-security-policy", csp);
    return context.html(html);
  });
  app.post(`${APPROVE_PATH}/session`, async (context) => {
    const session = isOwnPage(context) ? await sessionOf(context) : null;
    return session === null ? refused(context, 403) : context.json({ csrf: session.csrf });
  });
  app.get(`${APPROVE_PATH}/approvals`, async (context) => {
    const session = await checked(context);
    return session instanceof Response ? session : context.json({ approvals: await list(session) });
  });
  app.post(`${APPROVE_PATH}/approvals/:id{[A-Za-z0-9_-]{1,64}}`, async (context) => {
    const session = await checked(context);
    if (session instanceof Response) return session;
    const parsed = answerBody.safeParse(await jsonBody(context.req.raw, context.env));
    if (!parsed.success) return refused(context, 400);
    return context.json(await answer(session, context.req.param("id"), parsed.data));
  });
  return app;
}

/** The store's answer is checked again here: what was asked for anybody else is not shown. */
function isOf(approval: Approval, tenant: Tenant, principal: string): boolean {
  return (
    approval.principal === principal &&
    approval.origin === tenant.origin &&
    (tenant.id === null || approval.organization_id === tenant.id)
  );
}

/** The page as the guard knows it: no browser can be opened from here, and its address is no secret. */
export function remotePage(origin: string): PageChannel {
  return {
    remote: true,
    open: async () => false,
    isOpen: () => false,
    linkTo: async () => `${origin}${APPROVE_PATH}`,
  };
}

function refused(context: Context, status: 400 | 401 | 403): Response {
  return context.json({ ok: false, message: CLOSED }, status);
}
