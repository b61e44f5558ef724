import type { Act, ActOutcome, Approval, OutcomeView } from "./port.ts";
import { type Language, referenceText, say, timeText } from "./wording.ts";

export interface OutcomeSituation {
  /** Of what became of it, as far as the record tells; of a batch one for each document. */
  readonly outcomes: readonly ActOutcome[];
  readonly language: Language;
  readonly timeZone: string;
  readonly now: number;
  /** Whose chat it is, where the reader is somebody else. */
  readonly asked_by?: string;
}

/** How long an approval that was used may be without any trace of its act before that is said. */
const TRACE_MS = 60_000;

/** What became of it. `null` for one that nobody approved: its own state says all. */
export function outcomeView(approval: Approval, situation: OutcomeSituation): OutcomeView | null {
  const { outcomes, now } = situation;
  switch (approval.state) {
    case "pending":
    case "declined":
      return null;
    case "approved":
      return now < approval.expires_at ? { is: "waiting", text: toContinue(situation) } : lapsed(situation);
    case "expired":
      return approval.approved_by === null ? null : lapsed(situation);
    case "used":
      break;
  }
  if (outcomes.some(({ state }) => state === "running") || outcomes.length === 0) {
    const isLost = outcomes.length === 0 && now - (approval.answered_at ?? approval.created_at) > TRACE_MS;
    return isLost
      ? { is: "unclear", text: unclearText(situation) }
      : { is: "running", text: say(situation.language, "It is being done…", "Wird ausgeführt…") };
  }
  return approval.act === "settle_payments"
    ? batchView(approval, situation)
    : singleView(approval.act, outcomes[0], situation);
}

function singleView(act: Act, outcome: ActOutcome | undefined, situation: OutcomeSituation): OutcomeView {
  const { language, timeZone } = situation;
  switch (outcome?.state) {
    case "done": {
      const number = outcome.number === null ? "" : ` ${referenceText(outcome.number)}`;
      return { is: "done", text: `${doneText(act, number, language)}, ${timeText(outcome.at, language, timeZone)}.` };
    }
    case "not_done":
      return {
        is: "nothing",
        text: say(
          language,
          `It was not done; nothing was changed. ${chatOf(situation, true)} says why.`,
          `Es wurde nicht ausgeführt und nichts geändert. Den Grund nennt ${chatOf(situation)}.`,
        ),
      };
    default:
      return { is: "unclear", text: unclearText(situation) };
  }
}

/** `number`: with a blank before it, or empty. */
function doneText(act: Act, number: string, language: Language): string {
  switch (act) {
    case "send_invoice":
      return say(
        language,
        `Sent:${number === "" ? " the document" : number}`,
        `Gesendet:${number === "" ? " das Dokument" : number}`,
      );
    case "mark_paid":
    case "settle_payments":
      return say(
        language,
        `Marked as paid:${number === "" ? " the invoice" : number}`,
        `Als bezahlt markiert:${number === "" ? " die Rechnung" : number}`,
      );
    case "cancel_invoice":
      return say(language, `Cancelled by credit note${number}`, `Storniert mit Stornorechnung${number}`);
    case "change_recipient":
      return say(language, `Re-addressed; new invoice${number}`, `Umgeschrieben; neue Rechnung${number}`);
    case "resolve_operation":
      return say(language, "Recorded", "Festgehalten");
  }
}

function batchView(approval: Approval, situation: OutcomeSituation): OutcomeView {
  const { outcomes, language, timeZone } = situation;
  const count = (state: ActOutcome["state"]) => outcomes.filter((outcome) => outcome.state === state).length;
  const done = count("done");
  const all = approval.documents.length;
  const at = timeText(Math.max(...outcomes.map((outcome) => outcome.at)), language, timeZone);
  if (count("unclear") > 0) return { is: "unclear", text: unclearText(situation) };
  const text = say(
    language,
    `Marked as paid: ${done} of ${all}, ${at}.`,
    `Als bezahlt markiert: ${done} von ${all}, ${at}.`,
  );
  if (done === all) return { is: "done", text };
  // Each of a batch is done by itself: those without a trace may still come.
  if (outcomes.length < all) return { is: "running", text };
  return {
    is: done === 0 ? "nothing" : "unclear",
    text: `${text} ${say(language, `${chatOf(situation, true)} says why not all.`, `Warum nicht alle, sagt ${chatOf(situation)}.`)}`,
  };
}

function lapsed({ language }: OutcomeSituation): OutcomeView {
  return {
    is: "nothing",
    text: say(
      language,
      "It was not done: the document changed meanwhile, or the time was over. Nothing was changed; the assistant can ask again.",
      "Es wurde nicht ausgeführt: Der Beleg hat sich inzwischen geändert, oder die Zeit war um. Es wurde nichts geändert; der Assistent kann erneut fragen.",
    ),
  };
}

/** Whose assistant may wait for the answer, or come for it later, is not known here: neither is promised. */
function toContinue({ language, asked_by }: OutcomeSituation): string {
  return asked_by === undefined
    ? say(
        language,
        "Back to your chat: the assistant has to continue there. Nothing has happened yet.",
        "Zurück zu Ihrem Chat: Der Assistent muss dort weitermachen. Noch ist nichts geschehen.",
      )
    : say(
        language,
        `The assistant of ${asked_by} has to continue. Nothing has happened yet.`,
        `Der Assistent von ${asked_by} muss weitermachen. Noch ist nichts geschehen.`,
      );
}

function unclearText(situation: OutcomeSituation): string {
  return say(
    situation.language,
    `What became of it is not certain. ${chatOf(situation, true)} says what to look at.`,
    `Was daraus wurde, ist nicht sicher. Was zu prüfen ist, sagt ${chatOf(situation)}.`,
  );
}

function chatOf({ language, asked_by }: OutcomeSituation, begins = false): string {
  if (asked_by !== undefined)
    return say(language, `${begins ? "The" : "the"} chat of ${asked_by}`, `der Chat von ${asked_by}`);
  return say(language, begins ? "Your chat" : "your chat", "Ihr Chat");
}
