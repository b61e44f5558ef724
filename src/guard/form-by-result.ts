import { approvalForm } from "./form.ts";
import type { FormChannelDeps, FormQuestion, FormStep } from "./form-question.ts";
import type { SettleForm } from "./form-settling.ts";
import type { FormState } from "./form-state.ts";

/** A form that went out as a result this often and of which nothing came back is not shown to anybody. */
const MAX_SENT = 2;

/** Era `input_required`: the form is the call's result, and its answer comes with the call made again. */
export function createFormByResult({ store, clock }: FormChannelDeps, state: FormState, settle: SettleForm) {
  return async ({ request, approval, snapshot, ...question }: FormQuestion): Promise<FormStep> => {
    const { asker } = request;
    const sealed = state.returnedAsk(request, approval);
    if (sealed !== null && asker.returned !== null) {
      const verdict = await settle(approval, snapshot, asker.returned.answer, clock.now() - sealed.asked_at);
      if (verdict === "not_asked") await store.note(approval.id, "form_unanswered");
      return { kind: "answered", verdict };
    }
    const silent = asker.returned === null && approval.forms_sent >= MAX_SENT;
    if (!question.again && (silent || approval.form_unanswered)) {
      return { kind: "next", why: "the form was not answered by a person", untried: true };
    }
    await store.offer(approval.id, { channel: "form", reason: question.reason, form_sent: true });
    return { kind: "ask", approval, form: approvalForm(snapshot, question.changes), state: state.stateOf(approval) };
  };
}
