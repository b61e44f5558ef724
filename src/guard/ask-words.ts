import type { Clock } from "../domain/clock.ts";
import type { Joined } from "./joined.ts";
import type { Approval, ApprovalChannel, ApprovalRequest, ApprovalStore, Authorisation } from "./port.ts";
import type { PlanSnapshot } from "./snapshot.ts";
import type { WaitEnd } from "./waiting.ts";
import { type Language, say } from "./wording.ts";

/** How a question to a person ends for the call that asked it. */

export type Refused = Extract<Authorisation, { kind: "refused" }>;

/** One call's question to a person. */
export interface Question {
  readonly request: ApprovalRequest;
  readonly approval: Approval;
  readonly snapshot: PlanSnapshot;
  readonly changes: readonly string[];
  /** When the call began. */
  readonly since: number;
  /** Where an equal call asked it a moment ago, and may be asking now. */
  readonly joined: Joined;
}

export type Outcome = Authorisation | { readonly kind: "next"; readonly why: string; readonly untried?: boolean };

export const ASK_AGAIN = "Make the same call again to ask once more, if the person wants it.";
/** Ends that need the record. */
export function createEndings({ store, clock }: { readonly store: ApprovalStore; readonly clock: Clock }) {
  function stillOpen(question: Question, channel: ApprovalChannel, text: string): Authorisation {
    return clock.now() < question.approval.expires_at
      ? pending(question, channel, text)
      : refused("unavailable", "Nobody answered in time. Nothing was done.", ASK_AGAIN);
  }

  async function ended(
    { approval, changes }: Question,
    end: Exclude<WaitEnd, "open" | "gone">,
  ): Promise<Authorisation> {
    switch (end) {
      case "approved":
      case "used":
        return approvedFresh(store, approval.id, changes);
      case "declined":
        await store.told(approval.id, clock.now());
        return declined();
      case "closed":
        return refused(
          "unavailable",
          "The question was withdrawn while it was open. Nothing was done by this call.",
          "Make the same call again.",
        );
    }
  }

  return { stillOpen, ended };
}

export function pending(
  { approval, changes }: Question,
  channel: ApprovalChannel,
  tell_user: string,
  more: { readonly link?: string | null; readonly secret?: string } = {},
): Authorisation {
  return {
    kind: "pending",
    approval,
    channel,
    changes,
    tell_user,
    link: more.link ?? null,
    secret: more.secret ?? null,
  };
}

export function openText(link: string, language: Language): string {
  return say(
    language,
    `Open this address in a browser on this machine, and answer there: ${link}`,
    `Diese Adresse in einem Browser auf diesem Rechner öffnen und dort antworten: ${link}`,
  );
}

/**
 * The approval as the store has it after it was given. An equal call may have used it by now: what came of it is found by
 * this call's own claim, which uses no approval twice.
 */
export async function approvedFresh(
  store: ApprovalStore,
  id: string,
  changes: readonly string[],
): Promise<Extract<Authorisation, { kind: "approved" }>> {
  const approval = await store.get(id);
  if (approval?.state !== "approved" && approval?.state !== "used") throw new Error("approval lost");
  return { kind: "approved", approval, changes };
}

/** A person's no, told once; who wants to ask again does so by another call. */
export function declined(): Refused {
  return refused("declined", "The person declined. Nothing was done.", `Ask the person what to change. ${ASK_AGAIN}`);
}

export function refused(reason: Refused["reason"], message: string, next: string): Refused {
  return { kind: "refused", reason, message, next };
}

export function terminalText(command: string | null, language: Language): string {
  return say(
    language,
    `Approve or decline in a terminal of this machine: ${command}`,
    `Bitte in einem Terminal dieses Rechners freigeben oder ablehnen: ${command}`,
  );
}

export function pageText(command: string | null, language: Language): string {
  const page = say(
    language,
    "Approve or decline on the page in the browser.",
    "Bitte auf der Seite im Browser freigeben oder ablehnen.",
  );
  if (command === null) return page;
  const or = say(language, "Or in a terminal of this machine:", "Oder in einem Terminal dieses Rechners:");
  return `${page} ${or} ${command}`;
}
