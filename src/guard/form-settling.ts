import type { Clock } from "../domain/clock.ts";
import type { AnswerDesk } from "./answer.ts";
import type { GuardDeps } from "./deps.ts";
import { type FormVerdict, formVerdict } from "./form.ts";
import type { Approval, ApprovalStore, FormAnswer } from "./port.ts";
import type { PlanSnapshot } from "./snapshot.ts";

export interface SettlingDeps {
  readonly store: ApprovalStore;
  readonly clock: Clock;
  readonly desk: AnswerDesk;
  readonly log: GuardDeps["log"];
}

/** `elapsedMs`: between question and answer. */
export type SettleForm = (
  approval: Approval,
  snapshot: PlanSnapshot,
  answer: FormAnswer,
  elapsedMs: number,
) => Promise<FormVerdict>;

/** Writes down what the answer to a form amounts to. */
export function formSettling({ store, clock, desk, log }: SettlingDeps): SettleForm {
  return async (approval, snapshot, answer, elapsedMs) => {
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
  };
}
