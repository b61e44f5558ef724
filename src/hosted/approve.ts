import { randomBytes } from "node:crypto";
import { Hono } from "hono";
import { z } from "zod";
import type { Clock } from "../domain/clock.ts";
import { answerText, CLOSED, createAnswerDesk, noPasskeyText, notNowText, unsignedText } from "../guard/answer.ts";
import type { PageChannel } from "../guard/guard.ts";
import { createPasskeyDesk } from "../guard/passkeys/desk.ts";
import type { PasskeyStore } from "../guard/passkeys/port.ts";
import { assertionSchema } from "../guard/passkeys/verify.ts";
import { wantsSecondPerson } from "../guard/policy.ts";
import { APPROVERS, type Approval, type ApprovalStore, type Approver, type Plan, TAKES } from "../guard/port.ts";
import { readSnapshot } from "../guard/snapshot.ts";
import { approvalPageHtml } from "../ui/page.ts";
import { hasRight, type Tenant } from "./access.ts";
import type { approversIn } from "./approvers.ts";
import { jsonBody } from "./body.ts";
import type { Peer } from "./listener.ts";
import { callerMark, type Logger } from "./log.ts";
import { guardPage } from "./page-headers.ts";
import { attemptsOf, createPasskeyPages, REGISTER_PATH } from "./passkeys.ts";
import { type Right, rightOfAct } from "./scopes.ts";
import { APPROVE_PATH, type PageContext, type Person, refusedPage, type SignIn } from "./sign-in.ts";

export interface ApproveOptions {
  readonly signIn: SignIn;
  readonly tenants: () => readonly Tenant[];
  readonly approvalsOf: (tenant: Tenant) => ApprovalStore;
  readonly approversOf: (tenant: Tenant) => ReturnType<typeof approversIn>;
  readonly passkeysOf: (tenant: Tenant) => PasskeyStore;
  /** Origin of this server, as browsers see it. */
  readonly origin: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const answerBody = z.strictObject({
  decision: z.enum(["approve", "decline"]),
  typed: z.string().max(100).optional(),
  assertion: assertionSchema.optional(),
});
const passkeyBody = z.strictObject({ typed: z.string().max(100).optional() });

/**
 * The approval page for people who are somewhere else than this server: behind the sign-in of the same issuer, it shows and
 * answers what was asked on behalf of the same subject; where the owner's policy wants a second person, also what somebody
 * else asked, to members who may do that act themselves. Endpoints: `ui/page.ts`, below `/approve/`.
 */
export function createApprovePages(options: ApproveOptions): Hono<{ Bindings: Peer }> {
  const { signIn, clock, log, origin } = options;

  function desksNow() {
    return options.tenants().map((tenant) => {
      const store = options.approvalsOf(tenant);
      const passkeys = options.passkeysOf(tenant);
      return { tenant, store, passkeys, desk: createAnswerDesk({ store, clock, policy: tenant.policy }) };
    });
  }

  function signing(context: PageContext, passkeys: PasskeyStore) {
    const told = (event: string, fields: object) => log.info({ event, ...fields }, event);
    return createPasskeyDesk({ passkeys, clock, log: told, attempts: attemptsOf(signIn, context) });
  }

  /** The approval of an id, where it lies and as whom this person may answer it. */
  async function found(person: Person, id: string) {
    for (const desk of desksNow()) {
      const approval = await desk.store.get(id);
      const channel = approval === null ? null : channelFor(person, approval, desk.tenant);
      if (approval !== null && channel !== null) return { ...desk, approval, channel };
    }
    return null;
  }

  async function list(person: Person) {
    const found = desksNow().map(async ({ tenant, store, desk }) => {
      const { principal } = person;
      const place = { origin: tenant.origin, ...(tenant.id === null ? {} : { organization_id: tenant.id }) };
      const whose = wantsSecondPerson(tenant.policy) ? place : { ...place, principal };
      const pending = await store.pending(whose, clock.now());
      return pending.flatMap((approval) => {
        const channel = channelFor(person, approval, tenant);
        const snapshot = channel === null ? null : desk.answerable(approval, channel);
        if (channel === null || snapshot === null) return [];
        const { id, state } = approval;
        const besides = besidesOf(channel, approval, desk.approverOf(approval));
        return [{ id, state, view: snapshot.view, ...besides }];
      });
    });
    return (await Promise.all(found)).flat();
  }

  async function answer(context: PageContext, person: Person, id: string, given: z.infer<typeof answerBody>) {
    const one = await found(person, id);
    if (one === null) return { ok: false, message: CLOSED };
    const { approval, tenant, passkeys, desk } = one;
    const { decision, typed, assertion } = given;
    const language = readSnapshot(approval)?.view.locale ?? "en";
    if (decision === "approve") {
      if (tenant.isDoubtful) return { ok: false, message: notNowText(language) };
      if (one.channel === "other") await options.approversOf(tenant).note(id, person, clock.now());
    }
    const signed = signedChannel(one.channel, desk.approverOf(approval));
    const { principal } = person;
    const isSigned =
      decision === "approve" &&
      signed !== null &&
      assertion !== undefined &&
      (await signing(context, passkeys).isSigned(approval, { origin, principal }, assertion));
    const channel = isSigned ? signed : one.channel;
    const result = await desk.take(approval, decision, typed, channel, principal);
    const caller = callerMark(principal);
    log.info(
      { event: "approval_page_answered", approval: id, caller, organization: tenant.id, channel, result },
      "approval answered",
    );
    const isUnsigned = result === signed && assertion !== undefined;
    const message = isUnsigned ? unsignedText(language) : answerText(result, language);
    return { ok: result === "approved" || result === "declined", message };
  }

  /** What the browser is to ask the passkey; what has to be typed is looked at before the person is troubled. */
  async function askPasskey(context: PageContext, person: Person, id: string, typed: string | undefined) {
    const one = await found(person, id);
    const signed = one === null ? null : signedChannel(one.channel, one.desk.approverOf(one.approval));
    const snapshot = one === null || signed === null ? null : one.desk.answerable(one.approval, signed);
    if (one === null || snapshot === null) return { ok: false, message: CLOSED };
    const language = snapshot.view.locale;
    const wrong = await one.desk.mistyped(one.approval, snapshot, typed);
    if (wrong !== null) return { ok: false, message: answerText(wrong, language) };
    const asked = await signing(context, one.passkeys).begin(one.approval, { origin, principal: person.principal });
    return asked === null
      ? { ok: false, message: noPasskeyText(language, `${origin}${REGISTER_PATH}`) }
      : { ok: true, message: "", options: asked };
  }

  const app = new Hono<{ Bindings: Peer }>();
  app.use(async (context, next) => {
    await next();
    guardPage(context, "no-referrer");
  });
  app.route("/", signIn.routes);
  app.route("/", createPasskeyPages(options));
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
    return context.json(await answer(context, person, context.req.param("id"), parsed.data));
  });
  app.post(`${APPROVE_PATH}/approvals/:id{[A-Za-z0-9_-]{1,64}}/passkey`, async (context) => {
    const person = await signIn.personOf(context);
    if (person instanceof Response) return person;
    const parsed = passkeyBody.safeParse(await jsonBody(context.req.raw, context.env));
    if (!parsed.success) return refusedPage(context, 400);
    return context.json(await askPasskey(context, person, context.req.param("id"), parsed.data.typed));
  });
  return app;
}

/**
 * As whom somebody may answer it: who asked (`page`), or a second person (`other`) who is a member with the right that the
 * act takes. `null`: it is not for them. The store's answer is checked again here.
 */
function channelFor({ principal, isMember }: Person, approval: Approval, tenant: Tenant): "page" | "other" | null {
  if (approval.origin !== tenant.origin || (tenant.id !== null && approval.organization_id !== tenant.id)) return null;
  const right = rightOfAct(approval.act);
  const isAllowed = hasRight(tenant, isMember, right);
  if (approval.principal === principal) return isAllowed || mayBeByClaim(tenant, right) ? "page" : null;
  if (!APPROVERS.some((approver) => TAKES[approver].other && approval.channels.includes(approver))) return null;
  return isAllowed ? "other" : null;
}

/** What a token for calls says of somebody is not known here; the call itself is asked again before it does anything. */
function mayBeByClaim({ members }: Tenant, right: Right): boolean {
  return members.some((member) => "claim" in member && member.rights.includes(right));
}

/** Where this one's yes counts with a passkey's signature; `null`: there it takes none. */
function signedChannel(channel: "page" | "other", approver: Approver | null): Approver | null {
  if (approver === null || !TAKES[approver].passkey) return null;
  return TAKES[approver].other === (channel === "other") ? approver : null;
}

/** What the page is told beside a question: how it is approved, and by whom it was asked. */
function besidesOf(channel: "page" | "other", { principal }: Approval, approver: Approver | null): object {
  if (channel === "page" && approver !== null && TAKES[approver].other) return { decline_only: true };
  return {
    ...(channel === "other" ? { asked_by: nameOf(principal) } : {}),
    ...(signedChannel(channel, approver) === null ? {} : { passkey: true }),
  };
}

/** As the access file names them: the subject, or `key:<name>`. */
function nameOf(principal: string): string {
  return principal.slice(principal.indexOf("|") + 1);
}

/** The page as the guard knows it: no browser can be opened from here, and its address is no secret. */
export function remotePage(origin: string, invite: (plan: Plan) => void): PageChannel {
  return {
    remote: true,
    open: async () => false,
    isOpen: () => false,
    passkeyLink: `${origin}${REGISTER_PATH}`,
    linkTo: async () => `${origin}${APPROVE_PATH}`,
    invite,
  };
}
