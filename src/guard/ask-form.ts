import { ASK_AGAIN, createEndings, type Outcome, pending, type Question, refused } from "./ask-words.ts";
import type { GuardDeps } from "./deps.ts";
import { approvalForm, MAX_FORM_CHARACTERS } from "./form.ts";
import type { FormStep } from "./form-question.ts";
import type { FormChannel } from "./forms.ts";
import { languageOf, say } from "./wording.ts";

/** The form in the client as a place to ask. */
export function createFormPlace(deps: GuardDeps, forms: FormChannel) {
  const { ended } = createEndings(deps);

  async function byForm(reason: string, question: Question, again: boolean): Promise<Outcome> {
    const { approval, snapshot, changes, request, since, joined } = question;
    if (approvalForm(snapshot, changes).message.length > MAX_FORM_CHARACTERS) {
      return { kind: "next", why: "the content is too long for a form" };
    }
    const step = await forms.ask({ reason, request, approval, snapshot, changes, since, joined, again });
    return outcomeOf(step, question);
  }

  async function outcomeOf(step: FormStep, question: Question): Promise<Outcome> {
    switch (step.kind) {
      case "ask":
      case "next":
        return step;
      case "unrecorded":
        return refused(
          "unavailable",
          "The person's answer could not be recorded, so that it does not count. Nothing was done.",
          "Make the same call again: the form is shown once more.",
        );
      case "closed":
      case "used":
        return ended(question, step.kind);
      case "open": {
        const language = languageOf(question.request.plan.locale);
        const sentence = [
          "The form is open in this client: please answer it there.",
          "Das Formular ist in diesem Programm offen: bitte dort antworten.",
        ] as const;
        return pending(question, "form", say(language, ...sentence));
      }
      case "answered":
        switch (step.verdict) {
          case "approved":
          case "declined":
            return ended(question, step.verdict);
          case "mistyped":
            return refused("mistyped", "What the person typed does not match. Nothing was done.", ASK_AGAIN);
          case "not_asked":
            return { kind: "next", why: "the client answered the form without a person" };
        }
    }
  }

  return byForm;
}
