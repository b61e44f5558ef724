import { isJsonObject } from "../domain/json.ts";
import type { ToolAnswer } from "../toolkit/report.ts";

/**
 * What only helps where person and server are on one computer: its settings, commands, files and its terminal. Settings of
 * the hosted server are named to whoever runs it.
 */
export const ONLY_LOCAL =
  /\bINVOICES_(?!HTTP_|DATABASE_)\w+|(^|\s)--[a-z]|\bthis (computer|machine)\b|\bterminal\b|\brestart|\bHTTPS_PROXY\b|\bNODE_\w+|\bjournal file\b|invoicing-mcp (approve|passkey|journal|setup|doctor)/i;

const RUNS = "whoever runs this server";

/** By the code of an error (`errors.ts`). */
const ADVICE: Readonly<Record<string, string>> = {
  config: `Tell the person: ${RUNS} looks at its settings for this organization.`,
  permission: `Tell the person: ${RUNS} checks which organization and abilities the token kept for it has.`,
  unavailable: `Make the same call again in a moment. If it stays, tell the person: ${RUNS} looks at its way to the invoices API.`,
  unreadable_answer: `Make the same call again. If it stays, tell the person: ${RUNS} looks at what the invoices API answers.`,
  journal: `Reads still work. Tell the person: ${RUNS} looks at its database.`,
};
const OTHERWISE = `Tell the person: ${RUNS} can help.`;

/** The answer with advice that helps where the server is somewhere else: what only helps locally is left out. */
export function advisedHere(answer: ToolAnswer): ToolAnswer {
  if (answer.kind !== "result") return answer;
  const { error, next } = answer.structured;
  if (isJsonObject(error)) {
    const [before, after] = hosted(error["next"], ADVICE[String(error["code"])] ?? OTHERWISE);
    if (before === after) return answer;
    const structured = { ...answer.structured, error: { ...error, next: after } };
    return { ...answer, structured, text: answer.text.replace(before, () => after) };
  }
  const [before, after] = hosted(next, OTHERWISE);
  if (before === after) return answer;
  return {
    ...answer,
    structured: { ...answer.structured, next: after },
    text: answer.text.replace(before, () => after),
  };
}

/** Sentences of ours, as they are and as they help here. */
function hosted(sentences: unknown, otherwise: string): readonly [before: string, after: string] {
  if (typeof sentences !== "string" || !ONLY_LOCAL.test(sentences)) return ["", ""];
  const kept = sentences.split(/(?<=[.;]) (?=[A-Z])/).filter((sentence) => !ONLY_LOCAL.test(sentence));
  return [sentences, kept.length === 0 ? otherwise : kept.join(" ")];
}
