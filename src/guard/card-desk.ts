import { randomBytes } from "node:crypto";
import { type AnswerDesk, answerText, CLOSED } from "./answer.ts";
import type { Asking } from "./asking.ts";
import type { GuardDeps } from "./deps.ts";
import { outcomeView } from "./outcome.ts";
import type { Approval, Guard } from "./port.ts";
import { readSnapshot } from "./snapshot.ts";
import { cardHash, cardMatches } from "./typed.ts";
import { languageOf } from "./wording.ts";

/** What a card in the chat says through its app-only tool: that it stands, the person's answer, and how it ended. */
export function createCardDesk(deps: GuardDeps, desk: AnswerDesk, asking: Pick<Asking, "cardStands" | "isCard">) {
  const { store, clock, log } = deps;
  /** Compared with when there is nothing to compare with, so that a wrong id costs the same. */
  const noHash = cardHash(randomBytes(32).toString("hex"));

  async function answer(request: Parameters<Guard["answer"]>[0]): ReturnType<Guard["answer"]> {
    try {
      const approval = await store.get(request.id);
      const hash = approval?.secret_hash ?? null;
      const matches = cardMatches(request.secret, hash ?? noHash);
      if (approval === null) return { ok: false, message: CLOSED };
      if (request.decision === "shown" && asking.isCard(approval.id, request.secret)) return await shown(approval);
      if (hash === null || !matches) return { ok: false, message: CLOSED };
      const language = readSnapshot(approval)?.view.locale ?? "en";
      if (request.decision === "shown") return { ok: true, message: "" };
      const result = await desk.take(approval, request.decision, request.typed, "card");
      log("approval_card_answered", { approval: approval.id, result });
      return { ok: result === "approved" || result === "declined", message: answerText(result, language) };
    } catch {
      return { ok: false, message: CLOSED };
    }
  }

  /** The card stands; once it was approved, it learns what became of it. */
  async function shown(approval: Approval): ReturnType<Guard["answer"]> {
    await asking.cardStands(approval.id);
    const outcomes = approval.state === "used" ? ((await deps.outcomesOf?.(approval)) ?? []) : [];
    const language = languageOf(deps.locale);
    const outcome = outcomeView(approval, { outcomes, language, timeZone: deps.timeZone, now: clock.now() });
    return { ok: true, message: outcome?.text ?? "", ...(outcome === null ? {} : { outcome }) };
  }

  return { answer };
}
