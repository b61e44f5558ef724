import type { Clock } from "../domain/clock.ts";
import type { AnswerDesk } from "./answer.ts";
import { approvalForm, type FormVerdict, formVerdict } from "./form.ts";
import type { Approval, ApprovalForm, ApprovalStore, Asker, FormAnswer, Guard } from "./port.ts";
import { type KeyRing, type SealedAsk, seal, unseal } from "./seal.ts";
import { type PlanSnapshot, readSnapshot } from "./snapshot.ts";
import type { Waiting } from "./waiting.ts";
import { say } from "./wording.ts";

type Request = Parameters<Guard["authorise"]>[0];

/** What became of the attempt to ask by a form. */
export type FormStep =
  | { readonly kind: "answered"; readonly verdict: FormVerdict }
  | { readonly kind: "ask"; readonly approval: Approval; readonly form: ApprovalForm; readonly state: string }
  /** The form stands in the client and this call has to end. */
  | { readonly kind: "open" }
  /** Withdrawn or used by another call while the form stood. */
  | { readonly kind: "closed" }
  /** `untried`: not asked by this call, because nobody answered the last one. */
  | { readonly kind: "next"; readonly why: string; readonly untried: boolean };

export interface FormQuestion {
  readonly reason: string;
  readonly request: Request;
  readonly approval: Approval;
  readonly snapshot: PlanSnapshot;
  readonly changes: readonly string[];
  readonly since: number;
  /** Every other place failed: a form that nobody answered is asked again. */
  readonly again: boolean;
}

export interface FormChannelDeps {
  readonly store: ApprovalStore;
  readonly clock: Clock;
  readonly desk: AnswerDesk;
  readonly waiting: Waiting;
  /** Seals the state that travels through the client. */
  readonly keys: KeyRing;
  readonly log: (event: string, fields: Readonly<Record<string, string | number | boolean | null>>) => void;
}

/** A call whose form nobody answers ends this long before the approval lapses, with words instead of an error. */
const LEFT_OVER_MS = 60_000;
/** A form that went out as a result this often and of which nothing came back is not shown to anybody. */
const MAX_SENT = 2;

/** Form elicitation in both protocol eras. What nobody answered is asked elsewhere, and here again where nothing else is. */
export function createFormChannel({ store, clock, desk, waiting, keys, log }: FormChannelDeps) {
  const openForms = new Map<string, Promise<FormVerdict>>();

  function ask(question: FormQuestion): Promise<FormStep> {
    return question.request.asker.client.era === "input_required" ? askByResult(question) : askInCall(question);
  }

  async function askByResult({ request, approval, snapshot, ...question }: FormQuestion): Promise<FormStep> {
    const { asker } = request;
    const sealed = returnedAsk(request, approval);
    if (sealed !== null && asker.returned !== null) {
      const verdict = await settleForm(approval, snapshot, asker.returned.answer, clock.now() - sealed.asked_at);
      if (verdict === "not_asked") await store.note(approval.id, "form_unanswered");
      return { kind: "answered", verdict };
    }
    const silent = asker.returned === null && approval.forms_sent >= MAX_SENT;
    if (!question.again && (silent || approval.form_unanswered)) {
      return { kind: "next", why: "the form was not answered by a person", untried: true };
    }
    await store.offer(approval.id, { channel: "form", reason: question.reason, form_sent: true });
    return { kind: "ask", approval, form: approvalForm(snapshot, question.changes), state: stateOf(approval) };
  }

  /** What comes back with the answer, and proves what was asked, whom and when. */
  function stateOf({ id, principal, organization_id, subject, digest, expires_at }: Approval): string {
    const asked = { approval_id: id, principal, organization_id, subject, digest, asked_at: clock.now(), expires_at };
    return seal(asked, keys);
  }

  /** What a person answered to a question of another process; the call that waits there finds it in the record. */
  async function answered(principal: string, state: string, answer: FormAnswer): Promise<void> {
    const sealed = unseal(state, keys, clock.now());
    const approval = sealed === null ? null : await store.get(sealed.approval_id);
    const snapshot = approval === null ? null : readSnapshot(approval);
    const fits =
      sealed !== null &&
      approval?.state === "pending" &&
      sealed.principal === principal &&
      approval.principal === principal &&
      sealed.organization_id === approval.organization_id &&
      sealed.subject === approval.subject &&
      sealed.digest === approval.digest;
    if (!fits || snapshot === null) return log("approval_state_refused", { approval: approval?.id ?? null });
    await settleForm(approval, snapshot, answer, clock.now() - sealed.asked_at);
  }

  async function askInCall({ request, approval, snapshot, ...question }: FormQuestion): Promise<FormStep> {
    if (!question.again && approval.form_unanswered) {
      const why = openForms.has(approval.id) ? "its form is open and not answered" : "the form was not answered";
      return { kind: "next", why, untried: true };
    }
    await store.offer(approval.id, { channel: "form", reason: question.reason });
    const own = openForm(request.asker, approval, snapshot, question.changes);
    const message = say(snapshot.view.locale, "Waiting for the person's approval.", "Wartet auf die Freigabe.");
    const until = approval.expires_at - LEFT_OVER_MS;
    const end = await waiting
      .forAnswer({ approval, request, since: question.since, until, message }, own)
      .catch(async (error: unknown) => {
        // The client gave its call up, and with it the form.
        await store.note(approval.id, "form_unanswered");
        throw error;
      });
    switch (end) {
      case "open":
        await store.note(approval.id, "form_unanswered");
        return { kind: "open" };
      case "not_asked":
        await store.note(approval.id, "form_unanswered");
        return { kind: "answered", verdict: end };
      case "approved":
      case "declined":
      case "mistyped":
        return { kind: "answered", verdict: end };
      case "closed":
        return { kind: "closed" };
      case "gone":
        throw new Error("a form has no place to be gone from");
    }
  }

  /** The question this retry answers, if it is a true one of ours and about exactly this approval. */
  function returnedAsk(request: Request, approval: Approval): SealedAsk | null {
    const returned = request.asker.returned;
    if (returned === null) return null;
    const sealed = unseal(returned.state, keys, clock.now());
    const fits =
      sealed !== null &&
      sealed.approval_id === approval.id &&
      sealed.principal === request.principal &&
      sealed.organization_id === request.plan.organization.id &&
      sealed.subject === request.subject &&
      sealed.digest === request.plan.digest;
    if (!fits) log("approval_state_refused", { approval: approval.id });
    return fits ? sealed : null;
  }

  /** Asks once per approval; an answer after the wait is still recorded, and found by the next identical call. */
  function openForm(
    asker: Asker,
    approval: Approval,
    snapshot: PlanSnapshot,
    changes: readonly string[],
  ): Promise<FormVerdict> {
    const open = openForms.get(approval.id);
    if (open !== undefined) return open;
    const asked = clock.now();
    const answered = asker
      .ask(approvalForm(snapshot, changes), approval.expires_at - asked, stateOf(approval))
      .catch((error: unknown) => ({
        action: "failed" as const,
        reason: error instanceof Error ? error.message : "the client failed",
      }))
      .then((answer) => settleForm(approval, snapshot, answer, clock.now() - asked))
      .catch((): FormVerdict => "not_asked")
      .finally(() => openForms.delete(approval.id));
    openForms.set(approval.id, answered);
    return answered;
  }

  async function settleForm(
    approval: Approval,
    snapshot: PlanSnapshot,
    answer: Parameters<typeof formVerdict>[0],
    elapsedMs: number,
  ): Promise<FormVerdict> {
    const verdict = formVerdict(answer, snapshot, elapsedMs);
    log("approval_form_answered", { approval: approval.id, action: answer.action, verdict, elapsed_ms: elapsedMs });
    if (verdict === "mistyped") await desk.strike(approval.id);
    if (verdict !== "approved" && verdict !== "declined") return verdict;
    const now = clock.now();
    if (now >= approval.expires_at) return "not_asked";
    const won = await store.answer(approval.id, { state: verdict, channel: "form", approved_by: "person", now });
    if (won) return verdict;
    const current = await store.get(approval.id);
    return current?.state === "approved" || current?.state === "declined" ? current.state : "not_asked";
  }

  return { ask, answered };
}
