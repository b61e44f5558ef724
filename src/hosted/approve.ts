import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";
import type { Clock } from "../domain/clock.ts";
import { answerText, CLOSED, createAnswerDesk } from "../guard/answer.ts";
import type { PageChannel } from "../guard/guard.ts";
import type { Approval, ApprovalStore } from "../guard/port.ts";
import { readSnapshot } from "../guard/snapshot.ts";
import { approvalPageHtml } from "../ui/page.ts";
import { membershipsOf, type Tenant } from "./access.ts";
import { jsonBody } from "./body.ts";
import type { Peer } from "./listener.ts";
import { callerMark, type Logger } from "./log.ts";
import { RIGHTS, rightOfAct } from "./scopes.ts";
import { APPROVE_PATH, type Person, refusedPage, type SignIn } from "./sign-in.ts";

export interface ApproveOptions {
  readonly signIn: SignIn;
  readonly tenants: readonly Tenant[];
  readonly approvalsOf: (tenant: Tenant) => ApprovalStore;
  readonly clock: Clock;
  readonly log: Logger;
}

const answerBody = z.strictObject({
  decision: z.enum(["approve", "decline"]),
  typed: z.string().max(100).optional(),
});

/**
 * The approval page for people who are somewhere else than this server: behind the sign-in of the same issuer, it shows and
 * answers what was asked on behalf of the same subject; where the owner's policy wants a second person, also what somebody
 * else asked, to members who may do that act themselves. Endpoints: `ui/page.ts`, below `/approve/`.
 */
export function createApprovePages(options: ApproveOptions): Hono<{ Bindings: Peer }> {
  const { signIn, clock, log } = options;
  const desks = options.tenants.map((tenant) => {
    const store = options.approvalsOf(tenant);
    return { tenant, store, desk: createAnswerDesk({ store, clock, policy: tenant.policy }) };
  });

  async function list(person: Person) {
    const found = desks.map(async ({ tenant, store, desk }) => {
      const { principal } = person;
      const place = { origin: tenant.origin, ...(tenant.id === null ? {} : { organization_id: tenant.id }) };
      const whose = tenant.policy.approver === "other" ? place : { ...place, principal };
      const pending = await store.pending(whose, clock.now());
      return pending.flatMap((approval) => {
        const channel = channelFor(person, approval, tenant);
        const snapshot = channel === null ? null : desk.answerable(approval, channel);
        if (snapshot === null) return [];
        const besides =
          channel === "other"
            ? { asked_by: nameOf(approval.principal) }
            : desk.approverOf(approval) === "other"
              ? { decline_only: true }
              : {};
        return [{ id: approval.id, state: approval.state, view: snapshot.view, ...besides }];
      });
    });
    return (await Promise.all(found)).flat();
  }

  async function answer(person: Person, id: string, { decision, typed }: z.infer<typeof answerBody>) {
    for (const { tenant, store, desk } of desks) {
      const approval = await store.get(id);
      const channel = approval === null ? null : channelFor(person, approval, tenant);
      if (approval === null || channel === null) continue;
      const result = await desk.take(approval, decision, typed, channel, person.principal);
      const caller = callerMark(person.principal);
      log.info(
        { event: "approval_page_answered", approval: id, caller, organization: tenant.id, channel, result },
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
  app.route("/", signIn.routes);
  app.get(`${APPROVE_PATH}/`, (context) => {
    const { html, csp } = approvalPageHtml({ nonce: randomBytes(18).toString("base64") });
    context.header("content-security-policy", csp);
    return context.html(html);
  });
  app.get(`${APPROVE_PATH}/approvals`, async (context) => {
    const person = await signIn.personOf(context);
    return person instanceof Response ? person : context.json({ approvals: await list(person) });
  });
  app.post(`${APPROVE_PATH}/approvals/:id{[A-Za-z0-9_-]{1,64}}`, async (context) => {
    const person = await signIn.personOf(context);
    if (person instanceof Response) return person;
    const parsed = answerBody.safeParse(await jsonBody(context.req.raw, context.env));
    if (!parsed.success) return refusedPage(context, 400);
    return context.json(await answer(person, context.req.param("id"), parsed.data));
  });
  return app;
}

/**
 * As whom somebody may answer it: who asked (`page`), or a second person (`other`) who is a member with the right that the
 * act takes. `null`: it is not for them. The store's answer is checked again here.
 */
function channelFor({ principal, isMember }: Person, approval: Approval, tenant: Tenant): "page" | "other" | null {
  if (approval.origin !== tenant.origin || (tenant.id !== null && approval.organization_id !== tenant.id)) return null;
  if (approval.principal === principal) return "page";
  if (!approval.channels.includes("other")) return null;
  const [membership] = membershipsOf([tenant], { principal, isMember, rights: new Set(RIGHTS) });
  return membership?.rights.has(rightOfAct(approval.act)) === true ? "other" : null;
}

/** As the access file names them: the subject, or `key:<name>`. */
function nameOf(principal: string): string {
  return principal.slice(principal.indexOf("|") + 1);
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
