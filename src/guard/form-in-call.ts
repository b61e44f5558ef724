import { approvalForm, type FormVerdict } from "./form.ts";
import { type FormChannelDeps, type FormQuestion, type FormStep, LEFT_OVER_MS, waitingText } from "./form-question.ts";
import type { SettleForm } from "./form-settling.ts";
import type { FormState } from "./form-state.ts";

/** Era `push`: the form is asked in the middle of the call, which waits for it. */
export function createFormInCall(
  { store, clock, waiting, log }: FormChannelDeps,
  state: FormState,
  settle: SettleForm,
) {
  const openForms = new Map<string, Promise<FormVerdict | "unrecorded">>();

  async function ask(question: FormQuestion): Promise<FormStep> {
    const { request, approval } = question;
    if (!question.again && approval.form_unanswered) {
      const why = openForms.has(approval.id) ? "its form is open and not answered" : "the form was not answered";
      return { kind: "next", why, untried: true };
    }
    await store.offer(approval.id, { channel: "form", reason: question.reason });
    const own = openForm(question);
    const until = approval.expires_at - LEFT_OVER_MS;
    const wait = { approval, request, since: question.since, until, message: waitingText(question) };
    const end = await waiting.forAnswer(wait, own).catch(async (error: unknown) => {
      // The client gave its call up, and with it the form. A record out of reach says nothing about the form.
      if (request.signal?.aborted === true) await store.note(approval.id, "form_unanswered");
      throw error;
    });
    switch (end) {
      case "open":
        await store.note(approval.id, "form_unanswered");
        return { kind: "open" };
      case "unrecorded":
        return { kind: "unrecorded" };
      case "not_asked":
        await store.note(approval.id, "form_unanswered");
        return { kind: "answered", verdict: end };
      case "approved":
      case "declined":
      case "mistyped":
        return { kind: "answered", verdict: end };
      case "closed":
      case "used":
        return { kind: end };
      case "gone":
        throw new Error("a form has no place to be gone from");
    }
  }

  /** Asks once per approval; an answer after the wait is still recorded, and found by the next identical call. */
  function openForm({ request, approval, snapshot, changes }: FormQuestion): Promise<FormVerdict | "unrecorded"> {
    const open = openForms.get(approval.id);
    if (open !== undefined) return open;
    const asked = clock.now();
    const answered = request.asker
      .ask(approvalForm(snapshot, changes), approval.expires_at - asked, state.stateOf(approval))
      .catch((error: unknown) => ({
        action: "failed" as const,
        reason: error instanceof Error ? error.message : "the client failed",
      }))
      .then((answer) => settle(approval, snapshot, answer, clock.now() - asked))
      .catch(() => {
        log("approval_answer_unrecorded", { approval: approval.id });
        return "unrecorded" as const;
      })
      .finally(() => openForms.delete(approval.id));
    openForms.set(approval.id, answered);
    return answered;
  }

  return ask;
}
