import type { Clock } from "../domain/clock.ts";
import type { Policy } from "./policy.ts";
import type { Approval, ApprovalChannel, ApprovalLevel, ApprovalStore } from "./port.ts";
import { type PlanSnapshot, readSnapshot } from "./snapshot.ts";
import { typedMatches } from "./typed.ts";
import { type Language, say } from "./wording.ts";

/** Where a person's answer is taken, and with what. */
export interface AnswerDeps {
  readonly store: ApprovalStore;
  readonly clock: Clock;
  readonly policy: Policy;
}

/** Channels a person answers, unless the owner's policy lists fewer. `token` needs the explicit `--confirm token`. */
const PERSON_CHANNELS: readonly ApprovalChannel[] = ["form", "card", "page", "terminal"];

export function channelAllowed(policy: Policy, level: ApprovalLevel, channel: ApprovalChannel): boolean {
  const listed: readonly ApprovalChannel[] | undefined = policy.channels[level];
  return listed === undefined ? channel === "token" || PERSON_CHANNELS.includes(channel) : listed.includes(channel);
}

export type AnswerResult = "approved" | "declined" | "mistyped" | "closed";

/** Wrong answers to one approval after which it is withdrawn. */
const MAX_ATTEMPTS = 5;

/**
 * Records a person's decision made at a channel that has already proven that it is one (a card's secret, the page's
 * session, the person's own terminal). `closed`: unknown, expired, answered meanwhile, or not answerable there.
 */
export function createAnswerDesk({ store, clock, policy }: AnswerDeps) {
  const attempts = new Map<string, number>();

  async function strike(id: string): Promise<AnswerResult> {
    const count = (attempts.get(id) ?? 0) + 1;
    attempts.set(id, count);
    if (count < MAX_ATTEMPTS) return "mistyped";
    attempts.delete(id);
    await store.expire(id, clock.now());
    return "closed";
  }

  async function take(
    approval: Approval | null,
    decision: "approve" | "decline",
    typed: string | undefined,
    channel: ApprovalChannel,
  ): Promise<AnswerResult> {
    const snapshot = answerable(approval, channel);
    if (approval === null || snapshot === null) return "closed";
    if (decision === "approve" && snapshot.level === "typed" && !typedMatches(typed ?? "", snapshot.typed)) {
      return strike(approval.id);
    }
    const state = decision === "approve" ? "approved" : "declined";
    const won = await store.answer(approval.id, { state, channel, approved_by: "person", now: clock.now() });
    attempts.delete(approval.id);
    return won ? state : "closed";
  }

  function answerable(approval: Approval | null, channel: ApprovalChannel): PlanSnapshot | null {
    if (approval === null || approval.state !== "pending" || clock.now() >= approval.expires_at) return null;
    const snapshot = readSnapshot(approval);
    if (snapshot === null || !channelAllowed(policy, snapshot.level, channel)) return null;
    if (!approval.channels.includes(channel)) return null;
    return snapshot;
  }

  return { take, strike, answerable };
}

export type AnswerDesk = ReturnType<typeof createAnswerDesk>;

/** One answer for everything that must not be told apart. */
export const CLOSED =
  "This approval cannot be answered here: it is unknown, expired or already answered. Nothing was changed.";

/** What the card, the page and the terminal say after an answer. */
export function answerText(result: AnswerResult, language: Language): string {
  switch (result) {
    case "approved":
      return say(
        language,
        "Approved. Go back to your chat: the assistant does it now and says there what became of it.",
        "Freigegeben. Zurück zu Ihrem Chat: Der Assistent führt es jetzt aus und sagt dort, was daraus wurde.",
      );
    case "declined":
      return say(language, "Declined. Nothing is done.", "Abgelehnt. Es geschieht nichts.");
    case "mistyped":
      return say(
        language,
        "What was typed does not match. Nothing was done.",
        "Die Eingabe passt nicht. Es ist nichts geschehen.",
      );
    case "closed":
      return say(
        language,
        CLOSED,
        "Diese Freigabe kann hier nicht beantwortet werden: sie ist unbekannt, abgelaufen oder schon beantwortet. Es wurde nichts geändert.",
      );
  }
}
