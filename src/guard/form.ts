import type { ApprovalForm, FormAnswer } from "./port.ts";
import { renderPreview } from "./preview.ts";
import type { PlanSnapshot } from "./snapshot.ts";
import { typedMatches } from "./typed.ts";
import { say, unbroken } from "./wording.ts";

/** More than this is not read in a form; the next place can scroll. */
export const MAX_FORM_CHARACTERS = 4_000;

/** The form of an approval: no defaults, and at every level content that an empty or automatic accept lacks. */
export function approvalForm(snapshot: PlanSnapshot, changes: readonly string[]): ApprovalForm {
  const { view } = snapshot;
  const language = view.locale;
  const changed =
    changes.length === 0
      ? ""
      : `${say(language, "Changed since the earlier approval:", "Geändert seit der früheren Freigabe:")}\n${changes.map((sentence) => `- ${sentence}`).join("\n")}\n\n`;
  const why = snapshot.level === "typed" && view.typed_why ? `\n\n${view.typed_why}` : "";
  const message = unbroken(`${changed}${renderPreview(view)}${why}`, language);
  if (snapshot.level === "typed") {
    return {
      message,
      requestedSchema: {
        type: "object",
        properties: {
          typed: {
            type: "string",
            title: say(language, "Confirm by typing", "Zum Bestätigen eintippen"),
            description: unbroken(view.typed_prompt ?? "", language),
            maxLength: 100,
          },
        },
        required: ["typed"],
      },
    };
  }
  return {
    message,
    requestedSchema: {
      type: "object",
      properties: {
        decision: {
          type: "string",
          title: say(language, "Your decision", "Ihre Entscheidung"),
          description: say(
            language,
            "approve: do it. decline: do nothing.",
            "approve: ausführen. decline: nichts tun.",
          ),
          // The harmless choice stands first: whoever answers with the first option approves nothing.
          enum: ["decline", "approve"],
        },
      },
      required: ["decision"],
    },
  };
}

/** What an answer to a form amounts to. `not_asked`: no sign that a person saw it. */
export type FormVerdict = "approved" | "declined" | "mistyped" | "not_asked";

/** A refusal faster than this was not read by anybody. */
const FASTEST_PERSON_MS = 300;

/** `elapsedMs`: time between question and answer. Whatever is unexpected counts as not asked. */
export function formVerdict(answer: FormAnswer, snapshot: PlanSnapshot, elapsedMs: number): FormVerdict {
  if (answer.action === "timeout" || answer.action === "failed") return "not_asked";
  if (answer.action !== "accept") return elapsedMs >= FASTEST_PERSON_MS ? "declined" : "not_asked";
  if (snapshot.level === "typed") {
    const typed = contentOf(answer.content, "typed");
    if (typeof typed !== "string" || typed.trim() === "") return "not_asked";
    return typedMatches(typed, snapshot.typed) ? "approved" : "mistyped";
  }
  const decision = contentOf(answer.content, "decision");
  if (decision === "approve") return "approved";
  if (decision === "decline") return elapsedMs >= FASTEST_PERSON_MS ? "declined" : "not_asked";
  return "not_asked";
}

function contentOf(content: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(content, key) ? content[key] : undefined;
}
