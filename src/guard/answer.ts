import type { Clock } from "../domain/clock.ts";
import type { Policy } from "./policy.ts";
import {
  APPROVERS,
  type Approval,
  type ApprovalChannel,
  type ApprovalLevel,
  type ApprovalStore,
  type Approver,
  PERSON_CHANNELS,
  takesNo,
} from "./port.ts";
import { type PlanSnapshot, readSnapshot } from "./snapshot.ts";
import { typedMatches } from "./typed.ts";
import { type Language, say } from "./wording.ts";

/** Where a person's answer is taken, and with what. */
export interface AnswerDeps {
  readonly store: ApprovalStore;
  readonly clock: Clock;
  readonly policy: Policy;
}

/** Whether an approval may be given there, by the owner's policy. `token` needs the explicit `--confirm token`. */
export function channelAllowed(policy: Policy, level: ApprovalLevel, channel: ApprovalChannel): boolean {
  if (policy.approver !== "person") return channel === policy.approver;
  const listed: readonly ApprovalChannel[] | undefined = policy.channels[level];
  return listed === undefined ? channel === "token" || isPersons(channel) : listed.includes(channel);
}

function isPersons(channel: ApprovalChannel): boolean {
  return PERSON_CHANNELS.some((own) => own === channel);
}

/** Who alone can approve it: by the policy now, or by the one it was asked under. `null`: whoever it is asked. */
export function approverOf(policy: Policy, approval: Pick<Approval, "channels">): Approver | null {
  if (policy.approver !== "person") return policy.approver;
  return APPROVERS.find((one) => approval.channels.includes(one)) ?? null;
}

/** An approver: a yes from where that one's is not given; nothing was recorded. */
export type AnswerResult = "approved" | "declined" | "mistyped" | "closed" | Approver;

/** Wrong answers to one approval after which it is withdrawn. */
const MAX_ATTEMPTS = 5;

/**
 * Records a person's decision made at a channel that has already proven that it is one (a card's secret, the page's
 * session, the person's own terminal). `closed`: unknown, expired, answered meanwhile, or not answerable there.
 */
export function createAnswerDesk({ store, clock, policy }: AnswerDeps) {
  async function strike(id: string): Promise<AnswerResult> {
    return (await store.strike(id, MAX_ATTEMPTS, clock.now())) ? "mistyped" : "closed";
  }

  async function take(
    approval: Approval | null,
    decision: "approve" | "decline",
    typed: string | undefined,
    channel: ApprovalChannel,
    principal?: string,
  ): Promise<AnswerResult> {
    const snapshot = answerable(approval, channel);
    if (approval === null || snapshot === null) return "closed";
    if (decision === "approve") {
      if (!mayApprove(approval, snapshot, channel)) return approverOf(policy, approval) ?? "closed";
      const wrong = await mistyped(approval, snapshot, typed);
      if (wrong !== null) return wrong;
    }
    const state = decision === "approve" ? "approved" : "declined";
    const won = await store.answer(approval.id, {
      state,
      channel,
      approved_by: "person",
      ...(principal === undefined ? {} : { principal }),
      now: clock.now(),
    });
    return won ? state : "closed";
  }

  /** A wrong text counts against the approval. `null`: nothing had to be typed, or it fits. */
  async function mistyped(
    { id }: Approval,
    snapshot: PlanSnapshot,
    typed: string | undefined,
  ): Promise<AnswerResult | null> {
    if (snapshot.level !== "typed" || typedMatches(typed ?? "", snapshot.typed)) return null;
    return strike(id);
  }

  function mayApprove(approval: Approval, { level }: PlanSnapshot, channel: ApprovalChannel): boolean {
    return channelAllowed(policy, level, channel) && approval.channels.includes(channel);
  }

  /** What waits and may be answered there: approved, or where only its approver can do that at least declined. */
  function answerable(approval: Approval | null, channel: ApprovalChannel): PlanSnapshot | null {
    if (approval === null || approval.state !== "pending" || clock.now() >= approval.expires_at) return null;
    const snapshot = readSnapshot(approval);
    if (snapshot === null) return null;
    const approver = approverOf(policy, approval);
    const declines = approver !== null && takesNo(approver, channel);
    return declines || mayApprove(approval, snapshot, channel) ? snapshot : null;
  }

  return { take, strike, mistyped, answerable, approverOf: (approval: Approval) => approverOf(policy, approval) };
}

export type AnswerDesk = ReturnType<typeof createAnswerDesk>;

/** One answer for everything that must not be told apart. */
export const CLOSED =
  "This approval cannot be answered here: it is unknown, expired or already answered. Nothing was changed.";

/** Nobody can approve until one is registered: at `link`, or in a terminal. */
export function noPasskeyText(language: Language, link?: string): string {
  if (link !== undefined) {
    return say(
      language,
      `No passkey of yours is registered here. Sign in and register one: ${link}`,
      `Hier ist kein Passkey von Ihnen hinterlegt. Anmelden und hinterlegen: ${link}`,
    );
  }
  return say(
    language,
    "No passkey is registered here. Its owner registers one in a terminal of this machine: invoicing-mcp passkey add",
    "Hier ist kein Passkey hinterlegt. Hinterlegt wird er in einem Terminal dieses Rechners: invoicing-mcp passkey add",
  );
}

/** Whether somebody may approve cannot be told at the moment. */
export function notNowText(language: Language): string {
  return say(
    language,
    "Who may approve this cannot be read at the moment. Nothing was approved; please try again in a minute.",
    "Wer das freigeben darf, lässt sich gerade nicht lesen. Es wurde nichts freigegeben; bitte versuchen Sie es in einer Minute noch einmal.",
  );
}

/** A signature came that does not count. */
export function unsignedText(language: Language): string {
  return say(
    language,
    "The passkey was not accepted. Nothing was approved; please try again.",
    "Der Passkey wurde nicht anerkannt. Es wurde nichts freigegeben; bitte versuchen Sie es noch einmal.",
  );
}

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
    case "passkey":
      return say(
        language,
        "This can only be approved with your passkey, on the approval page. Nothing was approved; declining is possible here.",
        "Freigeben geht nur mit Ihrem Passkey, auf der Freigabeseite. Es wurde nichts freigegeben; ablehnen können Sie auch hier.",
      );
    case "other":
      return say(
        language,
        "This can only be approved by somebody else of your organization. Nothing was approved; declining is possible here.",
        "Freigeben kann das nur jemand anderes aus Ihrer Organisation. Es wurde nichts freigegeben; ablehnen können Sie auch hier.",
      );
    case "other-with-passkey":
      return say(
        language,
        "This can only be approved by somebody else of your organization with their passkey, on the approval page. Nothing was approved; declining is possible here.",
        "Freigeben kann das nur jemand anderes aus Ihrer Organisation mit dem eigenen Passkey, auf der Freigabeseite. Es wurde nichts freigegeben; ablehnen können Sie auch hier.",
      );
    case "closed":
      return say(
        language,
        CLOSED,
        "Diese Freigabe kann hier nicht beantwortet werden: sie ist unbekannt, abgelaufen oder schon beantwortet. Es wurde nichts geändert.",
      );
  }
}
