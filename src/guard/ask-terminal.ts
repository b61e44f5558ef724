import { createEndings, type Outcome, pending, type Question, terminalText } from "./ask-words.ts";
import type { GuardDeps } from "./deps.ts";
import type { Told } from "./told.ts";
import type { Waiting } from "./waiting.ts";
import { languageOf } from "./wording.ts";

/** A person who has not been told of the terminal's command yet sees it only where the client shows progress. */
const FIRST_TERMINAL_MS = 20_000;

/** A terminal of this machine as a place to ask. */
export function createTerminalPlace(deps: GuardDeps, waiting: Waiting, told: Told) {
  const { store, clock } = deps;
  const { stillOpen, ended } = createEndings(deps);

  return async (reason: string, question: Question): Promise<Outcome> => {
    const { approval, request, since } = question;
    await store.offer(approval.id, { channel: "terminal", reason });
    const text = terminalText(deps.terminalCommand, languageOf(request.plan.locale));
    const again = told.isTold(approval);
    told.tell(approval);
    if (!request.asker.client.progress) return pending(question, "terminal", text);
    request.onProgress?.(text);
    const until = again ? approval.expires_at : Math.min(approval.expires_at, clock.now() + FIRST_TERMINAL_MS);
    const end = await waiting.forAnswer({ approval, request, since, until, message: text });
    return end === "open" || end === "gone" ? stillOpen(question, "terminal", text) : ended(question, end);
  };
}
