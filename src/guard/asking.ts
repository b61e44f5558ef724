import { randomBytes } from "node:crypto";
import type { AnswerDesk } from "./answer.ts";
import { approverMissing } from "./approver-missing.ts";
import { createCardPlace } from "./ask-card.ts";
import { createFormPlace } from "./ask-form.ts";
import { createPagePlace } from "./ask-page.ts";
import { createTerminalPlace } from "./ask-terminal.ts";
import { createTokenPlace } from "./ask-token.ts";
import { type Outcome, openText, pending, type Question, refused } from "./ask-words.ts";
import type { GuardDeps } from "./deps.ts";
import { createFormChannel } from "./forms.ts";
import { ladder, type Rung } from "./ladder.ts";
import type { Authorisation } from "./port.ts";
import { createTold } from "./told.ts";
import { createWaiting } from "./waiting.ts";
import { languageOf } from "./wording.ts";

/** The places where a person is asked: tries one after the other, waits where that helps, and says what became of it. */
export function createAsking(deps: GuardDeps, desk: AnswerDesk) {
  const { store, clock, log } = deps;
  const waiting = createWaiting(deps);
  const keys = deps.keys ?? [randomBytes(32)];
  const forms = createFormChannel({ store, clock, desk, waiting, keys, log });
  const told = createTold();
  const byForm = createFormPlace(deps, forms);
  const page = createPagePlace(deps, waiting, told);
  const card = createCardPlace(deps, keys, page);
  const byTerminal = createTerminalPlace(deps, waiting, told);
  const token = createTokenPlace(deps);

  async function ask(question: Question): Promise<Authorisation> {
    const { request, approval, snapshot } = question;
    const missing = await approverMissing(deps, request.principal);
    if (missing !== null) return missing;
    const rungs = rungsFor(question);
    const failed: string[] = [];
    let form: Rung | null = null;
    for (const rung of rungs) {
      const reason = [rung.reason, ...(failed.length === 0 ? [] : [`before: ${failed.join("; ")}`])].join("; ");
      const outcome = await tryRung({ ...rung, reason }, question, false);
      if (outcome.kind !== "next") return outcome;
      failed.push(outcome.why);
      if (outcome.untried === true) form = { ...rung, reason };
      log("approval_next_channel", { approval: approval.id, channel: rung.channel, why: outcome.why });
    }
    if (form !== null) {
      const outcome = await tryRung(form, question, true);
      if (outcome.kind !== "next") return outcome;
    }
    const link = rungs.some(({ channel }) => channel === "page") ? await page.linkFor(approval, snapshot) : null;
    if (link !== null) {
      await store.offer(approval.id, { channel: "page", reason: `no browser could be opened; ${failed.join("; ")}` });
      return pending(question, "page", openText(link, languageOf(request.plan.locale)), { link });
    }
    return refused(
      "unavailable",
      `Nobody could be asked${failed.length === 0 ? "" : ` (${failed.join("; ")})`}. Nothing was done.`,
      deps.unasked ??
        "Tell the person: use a client that shows forms or cards, or start the server with --confirm page or --confirm terminal.",
    );
  }

  function rungsFor({ request }: Question): readonly Rung[] {
    return ladder({
      confirm: deps.confirm,
      level: request.plan.level,
      policy: deps.policy,
      client: request.asker.client,
      hasPage: deps.page !== undefined,
      hasTerminal: deps.terminalCommand !== null,
    });
  }

  function tryRung({ channel, reason }: Rung, question: Question, again: boolean): Promise<Outcome> {
    switch (channel) {
      case "form":
        return byForm(reason, question, again);
      case "card":
        return card.byCard(reason, question);
      case "page":
        return page.byPage(reason, question);
      case "terminal":
        return byTerminal(reason, question);
      case "token":
        return token.byToken(reason, question);
    }
  }

  return {
    ask,
    answered: forms.answered,
    redeemToken: token.redeem,
    forgetExpired: told.forgetExpired,
    cardStands: card.cardStands,
    isCard: card.isCard,
  };
}

export type Asking = ReturnType<typeof createAsking>;
