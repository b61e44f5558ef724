import { type AnswerDeps, answerText, createAnswerDesk } from "./answer.ts";
import type { Approval, Approver } from "./port.ts";
import { renderPreview } from "./preview.ts";
import type { PlanSnapshot } from "./snapshot.ts";
import { type Language, say, unbroken } from "./wording.ts";

/** The person's terminal. `ask` shows a prompt and returns one line; `null` at the end of input. */
export interface TerminalIo {
  write(text: string): void;
  ask(prompt: string): Promise<string | null>;
}

/**
 * `invoicing-mcp approve`: shows each waiting approval of the store and takes the person's answer, from a process of its
 * own. The caller makes sure that a person's terminal is there. Returns how many were answered.
 */
export async function approveInTerminal(deps: AnswerDeps & { readonly io: TerminalIo }): Promise<number> {
  const { store, clock, io } = deps;
  const desk = createAnswerDesk(deps);
  const waiting = (await store.pending({}, clock.now())).flatMap((approval) => {
    const snapshot = desk.answerable(approval, "terminal");
    return snapshot === null ? [] : [{ approval, snapshot }];
  });
  if (waiting.length === 0) {
    io.write("Nothing is waiting for approval.\n");
    return 0;
  }
  let answered = 0;
  for (const [index, { approval, snapshot }] of waiting.entries()) {
    const language = snapshot.view.locale;
    const approver = desk.approverOf(approval);
    io.write(`\n[${index + 1}/${waiting.length}] ${expiryText(approval, clock.now(), snapshot)}\n\n`);
    io.write(unbroken(`${renderPreview(snapshot.view)}\n\n`, language));
    for (const change of snapshot.view.changes) {
      io.write(unbroken(`${say(language, "Changed:", "Geändert:")} ${change}\n`, language));
    }
    if (snapshot.level === "typed" && snapshot.view.typed_why) io.write(`${snapshot.view.typed_why}\n`);
    for (;;) {
      const line = await io.ask(approver === null ? question(snapshot) : declineQuestion(approver, language));
      if (line === null) return answered;
      const text = line.trim();
      if (text === "") break;
      const decision = decisionOf(text, snapshot);
      if (decision === null || (decision === "approve" && approver !== null)) {
        io.write(
          `${decision === null ? say(language, "Please answer y, n or nothing.", "Bitte mit j, n oder nichts antworten.") : answerText(approver ?? "closed", language)}\n`,
        );
        continue;
      }
      const result = await desk.take(await store.get(approval.id), decision, text, "terminal");
      io.write(`${answerText(result, language)}\n`);
      if (result === "mistyped") continue;
      if (result !== "closed") answered += 1;
      break;
    }
  }
  return answered;
}

function expiryText(approval: Approval, now: number, { view }: PlanSnapshot): string {
  const minutes = Math.max(1, Math.round((approval.expires_at - now) / 60_000));
  return say(view.locale, `open for ${minutes} min`, `noch ${minutes} min offen`);
}

function question({ level, view }: PlanSnapshot): string {
  if (level === "typed") {
    const rest = say(view.locale, "n: decline, empty: leave it open", "n: ablehnen, leer: offen lassen");
    return unbroken(`${view.typed_prompt ?? ""} (${rest}): `, view.locale);
  }
  return say(
    view.locale,
    "Approve? (y: yes, n: decline, empty: leave it open): ",
    "Freigeben? (j: ja, n: ablehnen, leer: offen lassen): ",
  );
}

function declineQuestion(approver: Approver, language: Language): string {
  const only = answerText(approver, language).split(". ")[0] ?? "";
  return `${only}. ${say(language, "n: decline, empty: leave it open", "n: ablehnen, leer: offen lassen")}: `;
}

function decisionOf(text: string, { level }: PlanSnapshot): "approve" | "decline" | null {
  if (/^(n|no|nein)$/i.test(text)) return "decline";
  if (level === "typed") return "approve";
  return /^(y|yes|j|ja)$/i.test(text) ? "approve" : null;
}
