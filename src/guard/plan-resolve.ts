import { finish } from "./plan-parts.ts";
import type { Plan } from "./port.ts";
import { type Language, languageOf, quotedText, referenceText, say } from "./wording.ts";

/** A person's verdict on an operation whose outcome only a person can tell. */
export function planResolve(input: {
  readonly operation: {
    readonly id: string;
    readonly kind: string;
    readonly state: string;
    readonly subject_id: string | null;
    /** In the server's own words. */
    readonly why: string | null;
    readonly amount: string | null;
  };
  readonly verdict: { readonly is: "done"; readonly resource_id?: string } | { readonly is: "not_done" };
  readonly organization: Plan["organization"];
  readonly locale: string;
}): Plan {
  const { operation, verdict, organization, locale } = input;
  const language = languageOf(locale);
  const id = referenceText(operation.id);
  const resource = verdict.is === "done" ? (verdict.resource_id ?? null) : null;
  const is = verdict.is === "done" ? say(language, "done", "erledigt") : say(language, "not done", "nicht erledigt");
  const rows: [string, string | null][] = [
    [say(language, "Operation", "Vorgang"), `${id} (${referenceText(operation.kind)})`],
    [say(language, "State", "Stand"), referenceText(operation.state)],
    [say(language, "Document", "Dokument"), operation.subject_id === null ? null : referenceText(operation.subject_id)],
    [say(language, "Amount", "Betrag"), operation.amount === null ? null : quotedText(operation.amount, 40)],
    [say(language, "Resulting document", "Entstandenes Dokument"), resource === null ? null : referenceText(resource)],
    [
      say(language, "Why it is open", "Warum es offen ist"),
      operation.why === null ? null : quotedText(operation.why, 300),
    ],
  ];
  const lastFour = operation.id.slice(-4);
  return finish({
    act: "resolve_operation",
    organization,
    locale,
    title: say(language, `Record operation ${id} as ${is}`, `Vorgang ${id} als ${is} festhalten`),
    documents: [],
    details: rows.flatMap(([label, value]) => (value === null ? [] : [{ label, value }])),
    consequences: consequencesOf(verdict.is, language),
    risks: [],
    level: "typed",
    typed: {
      prompt: say(
        language,
        `Type the last four characters of the operation: ${lastFour}`,
        `Geben Sie die letzten vier Zeichen des Vorgangs ein: ${lastFour}`,
      ),
      accepted: [lastFour],
    },
    facts: {
      operation: operation.id,
      kind: operation.kind,
      state: operation.state,
      verdict: verdict.is,
      ...(resource === null ? {} : { resource }),
    },
  });
}

function consequencesOf(verdict: "done" | "not_done", language: Language): string[] {
  return [
    verdict === "done"
      ? say(
          language,
          "The records will say that it happened; the same call will not be carried out again.",
          "Die Aufzeichnungen sagen dann, dass es geschehen ist; derselbe Aufruf wird nicht erneut ausgeführt.",
        )
      : say(
          language,
          "The records will say that it did not happen; the same call may then be carried out again, a second time if you are wrong.",
          "Die Aufzeichnungen sagen dann, dass es nicht geschehen ist; derselbe Aufruf kann erneut ausgeführt werden, bei Irrtum ein zweites Mal.",
        ),
    say(
      language,
      "Nothing is sent now. Check the document there first; this verdict cannot be changed.",
      "Jetzt wird nichts gesendet. Prüfen Sie dort zuerst das Dokument; das Urteil ist endgültig.",
    ),
  ];
}
