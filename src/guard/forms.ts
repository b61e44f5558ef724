import { createFormByResult } from "./form-by-result.ts";
import { createFormInCall } from "./form-in-call.ts";
import { type FormChannelDeps, type FormQuestion, type FormStep, LEFT_OVER_MS, waitingText } from "./form-question.ts";
import { formSettling } from "./form-settling.ts";
import { createFormState } from "./form-state.ts";
import type { Approval, FormAnswer } from "./port.ts";
import { readSnapshot } from "./snapshot.ts";

/** How long a call leaves asking to the equal one that was a moment faster: that one may have died over it. */
const JOIN_MS = { push: 30_000, input_required: 10_000 } as const;
/** Within this time the faster one has put its form out, or never will. */
const PUT_OUT_MS = 3_000;

/** Form elicitation in both protocol eras. What nobody answered is asked elsewhere, and here again where nothing else is. */
export function createFormChannel(deps: FormChannelDeps) {
  const { store, clock, waiting } = deps;
  const state = createFormState(deps);
  const settle = formSettling(deps);
  const inCall = createFormInCall(deps, state, settle);
  const byResult = createFormByResult(deps, state, settle);

  async function ask(question: FormQuestion): Promise<FormStep> {
    const { request, approval, joined } = question;
    const isByResult = request.asker.client.era === "input_required";
    const own = isByResult ? byResult : inCall;
    // The form that a call of this process waits for is found there.
    const isBeside = isByResult ? joined !== null && request.asker.returned === null : joined === "elsewhere";
    if (!isBeside) return own(question);
    const step = await waitBeside(question);
    return step ?? own({ ...question, approval: (await store.get(approval.id)) ?? approval });
  }

  /** The person has the form of an equal call before them: a second one would be the same question twice. */
  async function waitBeside(question: FormQuestion): Promise<FormStep | null> {
    const { approval, request, since } = question;
    const began = clock.now();
    const isThere = ({ channel, form_unanswered }: Approval) =>
      channel === null ? clock.now() - began < PUT_OUT_MS : channel === "form" && !form_unanswered;
    if (!isThere(approval)) return null;
    const until = Math.min(approval.expires_at - LEFT_OVER_MS, began + JOIN_MS[request.asker.client.era]);
    const wait = { approval, request, since, until, message: waitingText(question), isThere };
    const end = await waiting.forAnswer(wait);
    switch (end) {
      case "approved":
      case "declined":
        return { kind: "answered", verdict: end };
      case "closed":
      case "used":
        return { kind: end };
      case "gone":
      case "open":
        // Nobody has it before them any more, or it was lost on its way: a client that asks again may have no form at all.
        return null;
    }
  }

  /** What a person answered to a question of another process; the call that waits there finds it in the record. */
  async function answered(principal: string, sealed: string, answer: FormAnswer): Promise<void> {
    const asked = await state.askedElsewhere(principal, sealed, store.get.bind(store));
    const snapshot = asked === null ? null : readSnapshot(asked.approval);
    if (asked === null || snapshot === null) return;
    await settle(asked.approval, snapshot, answer, clock.now() - asked.asked_at);
  }

  return { ask, answered };
}

export type FormChannel = ReturnType<typeof createFormChannel>;
