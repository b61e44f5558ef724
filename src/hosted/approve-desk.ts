import { z } from "zod";
import type { Clock } from "../domain/clock.ts";
import { oneLine } from "../domain/untrusted.ts";
import { answerText, CLOSED, createAnswerDesk, noPasskeyText, notNowText, unsignedText } from "../guard/answer.ts";
import { outcomeView } from "../guard/outcome.ts";
import { createPasskeyDesk } from "../guard/passkeys/desk.ts";
import type { PasskeyStore } from "../guard/passkeys/port.ts";
import { assertionSchema } from "../guard/passkeys/verify.ts";
import { wantsSecondPerson } from "../guard/policy.ts";
import {
  APPROVERS,
  type Approval,
  type ApprovalState,
  type ApprovalStore,
  type Approver,
  type OutcomesOf,
  type OutcomeView,
  TAKES,
} from "../guard/port.ts";
import { readSnapshot } from "../guard/snapshot.ts";
import { type Language, say } from "../guard/wording.ts";
import type { PlanView } from "../ui/plan-view.ts";
import { hasRight, type Tenant } from "./access.ts";
import type { approversIn } from "./approvers.ts";
import { callerMark, type Logger } from "./log.ts";
import { attemptsOf, REGISTER_PATH } from "./passkeys.ts";
import { type Right, rightOfAct } from "./scopes.ts";
import type { PageContext, Person, SignIn } from "./sign-in.ts";

export interface ApproveDeskOptions {
  readonly signIn: SignIn;
  readonly tenants: () => readonly Tenant[];
  readonly approvalsOf: (tenant: Tenant) => ApprovalStore;
  readonly approversOf: (tenant: Tenant) => ReturnType<typeof approversIn>;
  readonly passkeysOf: (tenant: Tenant) => PasskeyStore;
  /** From where its people are told what became of it, and in which zone. */
  readonly shownBy: (tenant: Tenant) => { readonly timeZone: string; readonly outcomesOf: OutcomesOf };
  /** Origin of this server, as browsers see it. */
  readonly origin: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export const answerSchema = z.strictObject({
  decision: z.enum(["approve", "decline"]),
  typed: z.string().max(100).optional(),
  assertion: assertionSchema.optional(),
});
export type Answer = z.infer<typeof answerSchema>;

/** Beside a question: how it is approved, and by whom it was asked. */
interface Besides {
  readonly passkey?: true;
  readonly asked_by?: string;
  readonly decline_only?: true;
}

export type Entry =
  | (Besides & { readonly id: string; readonly state: "pending"; readonly view: PlanView })
  | { readonly id: string; readonly state: ApprovalState; readonly outcome: OutcomeView | null };

/** What one person may see and answer, of all organizations. Keeps nothing, so that any instance answers. */
export function createApproveDesk(options: ApproveDeskOptions) {
  const { signIn, clock, log, origin } = options;

  /** Of the organizations where this one can be somebody: their records alone are asked. */
  function desksOf({ isMember }: Person) {
    const own = options.tenants().filter(({ members }) => members.some((one) => "claim" in one || isMember(one)));
    return own.map((tenant) => {
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
    for (const desk of desksOf(person)) {
      const approval = await desk.store.get(id);
      const channel = approval === null ? null : channelFor(person, approval, desk.tenant);
      if (approval !== null && channel !== null) return { ...desk, approval, channel };
    }
    return null;
  }

  type Found = NonNullable<Awaited<ReturnType<typeof found>>>;

  function questionOf({ approval, channel, desk }: Omit<Found, "passkeys" | "store">): Entry | null {
    const snapshot = desk.answerable(approval, channel);
    if (snapshot === null) return null;
    const besides = besidesOf(channel, approval, desk.approverOf(approval));
    return { id: approval.id, state: "pending", view: snapshot.view, ...besides };
  }

  /** What waits for this person. */
  async function list(person: Person): Promise<readonly Entry[]> {
    const lists = desksOf(person).map(async ({ tenant, store, desk }) => {
      const { principal } = person;
      const place = { origin: tenant.origin, ...(tenant.id === null ? {} : { organization_id: tenant.id }) };
      const whose = wantsSecondPerson(tenant.policy) ? place : { ...place, principal };
      const pending = await store.pending(whose, clock.now());
      return pending.flatMap((approval) => {
        const channel = channelFor(person, approval, tenant);
        const question = channel === null ? null : questionOf({ approval, channel, tenant, desk });
        return question === null ? [] : [question];
      });
    });
    return (await Promise.all(lists)).flat();
  }

  /** One of them, or what became of it; `null`: it is not for this person. `language`: of the reader. */
  async function look(person: Person, id: string, language: Language): Promise<Entry | null> {
    const one = await found(person, id);
    if (one === null) return null;
    const question = questionOf(one);
    if (question !== null) return question;
    const { approval, channel, tenant } = one;
    const { timeZone, outcomesOf } = options.shownBy(tenant);
    // A record that cannot be read now is read with the next look.
    const outcomes = approval.state === "used" ? await outcomesOf(approval).catch(() => []) : [];
    const outcome = outcomeView(approval, {
      ...(channel === "other" ? { asked_by: nameOf(approval.principal) } : {}),
      outcomes,
      language,
      timeZone,
      now: clock.now(),
    });
    // Nobody answered one that waits in the record and can be answered no more.
    return { id, state: approval.state === "pending" ? "expired" : approval.state, outcome };
  }

  async function answer(context: PageContext, person: Person, id: string, given: Answer) {
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
    log.info(
      {
        event: "approval_page_answered",
        approval: id,
        caller: callerMark(principal),
        organization: tenant.id,
        channel,
        result,
      },
      "approval answered",
    );
    if (result === "approved") return { ok: true, message: approvedText(language) };
    const isUnsigned = result === signed && assertion !== undefined;
    return { ok: result === "declined", message: isUnsigned ? unsignedText(language) : answerText(result, language) };
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

  return { list, look, answer, askPasskey };
}

export type ApproveDesk = ReturnType<typeof createApproveDesk>;

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
function besidesOf(channel: "page" | "other", { principal }: Approval, approver: Approver | null): Besides {
  if (channel === "page" && approver !== null && TAKES[approver].other) return { decline_only: true };
  return {
    ...(channel === "other" ? { asked_by: nameOf(principal) } : {}),
    ...(signedChannel(channel, approver) === null ? {} : { passkey: true }),
  };
}

/** As the access file names them: the subject, or `key:<name>`. */
function nameOf(principal: string): string {
  return oneLine(principal.slice(principal.indexOf("|") + 1), 80);
}

/** The call that asked may be waiting, or be made again later: only what is so by now is said. */
function approvedText(language: Language): string {
  return say(
    language,
    "Approved. Nothing has happened yet: the assistant has to continue. This page says what becomes of it.",
    "Freigegeben. Noch ist nichts geschehen: Der Assistent muss weitermachen. Was daraus wird, steht auf dieser Seite.",
  );
}
