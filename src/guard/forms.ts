import type { Clock } from "../domain/clock.ts";
import type { AnswerDesk } from "./answer.ts";
import { approvalForm, type FormVerdict, formVerdict } from "./form.ts";
import type { Approval, ApprovalForm, ApprovalStore, Asker, Guard } from "./port.ts";
import { type SealedAsk, seal, unseal } from "./seal.ts";
import type { PlanSnapshot } from "./snapshot.ts";
import { type Language, say } from "./wording.ts";

type Request = Parameters<Guard["authorise"]>[0];

/** What became of the attempt to ask by a form. */
export type FormStep =
  | { readonly kind: "answered"; readonly verdict: FormVerdict }
  | { readonly kind: "ask"; readonly approval: Approval; readonly form: ApprovalForm; readonly state: string }
  | { readonly kind: "next"; readonly why: string };

export interface FormChannelDeps {
  readonly store: ApprovalStore;
  readonly clock: Clock;
  readonly desk: AnswerDesk;
  /** Seals the state that travels through the client; new in every process. */
  readonly key: Uint8Array;
  readonly log: (event: string, fields: Readonly<Record<string, string | number | boolean | null>>) => void;
}

/** Longest wait for a form; clients give a call up after 60 s. */
const FORM_WAIT_MS = 45_000;
const HEARTBEAT_MS = 10_000;
/** A form that went out as a result this often and of which nothing came back is not shown to anybody. */
const MAX_SENT = 2;

/** Form elicitation in both protocol eras. Each approval is asked by form once; what failed there goes to the next channel. */
export function createFormChannel({ store, clock, desk, key, log }: FormChannelDeps) {
  const openForms = new Map<string, Promise<FormVerdict>>();
  /** Approvals whose form was not answered by a person, until they expire. */
  const tried = new Map<string, number>();
  /** 2026 era: how often the form of an approval went out, until it expires. */
  const sent = new Map<string, { readonly times: number; readonly until: number }>();

  /** `alone`: there is no other place, so a form that failed is tried again. */
  async function ask(
    reason: string,
    request: Request,
    approval: Approval,
    snapshot: PlanSnapshot,
    changes: readonly string[],
    alone: boolean,
  ): Promise<FormStep> {
    const { asker } = request;
    if (asker.client.era === "input_required") {
      const sealed = returnedAsk(request, approval);
      if (sealed !== null && asker.returned !== null) {
        const verdict = await settleForm(approval, snapshot, asker.returned.answer, clock.now() - sealed.asked_at);
        if (verdict === "not_asked") tried.set(approval.id, approval.expires_at);
        return { kind: "answered", verdict };
      }
      const times = sent.get(approval.id)?.times ?? 0;
      const silent = asker.returned === null && times >= MAX_SENT;
      if (!alone && (silent || tried.has(approval.id))) {
        return { kind: "next", why: "the form was not answered by a person" };
      }
      sent.set(approval.id, { times: times + 1, until: approval.expires_at });
      await store.offer(approval.id, { channel: "form", reason });
      const now = clock.now();
      const state = seal(
        {
          approval_id: approval.id,
          principal: request.principal,
          organization_id: approval.organization_id,
          subject: approval.subject,
          digest: approval.digest,
          asked_at: now,
          expires_at: approval.expires_at,
        },
        key,
      );
      return { kind: "ask", approval, form: approvalForm(snapshot, changes), state };
    }
    if (!alone && tried.has(approval.id)) return { kind: "next", why: "the form was not answered" };
    await store.offer(approval.id, { channel: "form", reason });
    const stop = new AbortController();
    const signal = request.signal === undefined ? stop.signal : AbortSignal.any([request.signal, stop.signal]);
    const verdict = await Promise.race([
      openForm(asker, approval, snapshot, changes),
      waited(signal, snapshot.view.locale, request.onProgress),
    ])
      .catch((error: unknown) => {
        // The client gave its call up while the form was open: its next call is asked elsewhere.
        tried.set(approval.id, approval.expires_at);
        throw error;
      })
      .finally(() => stop.abort());
    if (verdict === "waited" || verdict === "not_asked") tried.set(approval.id, approval.expires_at);
    if (verdict === "waited") return { kind: "next", why: `the form was not answered within ${FORM_WAIT_MS / 1000} s` };
    return { kind: "answered", verdict };
  }

  /** The question this retry answers, if it is a true one of this process and about exactly this approval. */
  function returnedAsk(request: Request, approval: Approval): SealedAsk | null {
    const returned = request.asker.returned;
    if (returned === null) return null;
    const sealed = unseal(returned.state, key, clock.now());
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
      .ask(approvalForm(snapshot, changes), approval.expires_at - asked)
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

  async function waited(signal: AbortSignal, language: Language, onProgress: Request["onProgress"]): Promise<"waited"> {
    const end = clock.now() + FORM_WAIT_MS;
    for (let left = FORM_WAIT_MS; left > 0; left = end - clock.now()) {
      await clock.sleep(Math.min(HEARTBEAT_MS, left), signal);
      onProgress?.(say(language, "Waiting for the person's approval.", "Wartet auf die Freigabe."));
    }
    return "waited";
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

  function forgetExpired(now: number): void {
    for (const [id, until] of tried) if (now >= until) tried.delete(id);
    for (const [id, { until }] of sent) if (now >= until) sent.delete(id);
  }

  return { ask, forgetExpired };
}
