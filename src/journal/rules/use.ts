import type { Scope } from "../../domain/scope.ts";
import { APPROVERS, type Approval, type ApprovalChannel, TAKES, takesNo } from "../../guard/port.ts";
import type { ApprovalUse } from "../store-port.ts";

/** How long a batch may go on with its approval after the first of its acts. */
export const BATCH_MS = 15 * 60_000;

/** What an act says about the approval it comes with. */
export interface Wanted {
  readonly id: string;
  readonly digest: string;
  readonly subject: string;
}

/** Who wants to use an approval, and for what. */
export interface Use extends Scope {
  readonly kind: string;
  readonly subject_id: string | null;
  readonly now: number;
}

/** Whether each document it shows may be used once, instead of the whole once. */
export function isBatch(approval: Pick<Approval, "act">, kind: string): boolean {
  return approval.act === "settle_payments" && kind === "mark_paid";
}

/** Why the approval cannot be used; `null` when it can. */
export function refusal(
  approval: Approval | null,
  uses: readonly ApprovalUse[],
  wanted: Wanted,
  use: Use,
): string | null {
  if (approval === null) return "There is no such approval.";
  if (approval.principal !== use.principal || approval.organization_id !== use.organization_id) {
    return "The approval was given to somebody else.";
  }
  // One of unknown origin was never given to this one.
  if (approval.origin !== use.origin) return "The approval was given for another address of the API.";
  const batch = isBatch(approval, use.kind);
  if (!batch && (approval.act !== use.kind || approval.subject !== wanted.subject)) {
    return "The approval is for something else.";
  }
  if (approval.digest !== wanted.digest) return "The approval is for other content.";
  if (approval.state === "used" && !batch) return "The approval was used before.";
  if (approval.state !== "approved" && approval.state !== "used") return `The approval is ${approval.state}.`;
  if (usableUntil(approval) <= use.now) return "The approval has expired.";
  if (!batch) return null;
  if (use.subject_id === null || !approval.documents.includes(use.subject_id)) {
    return "The approval does not show this document.";
  }
  return uses.some(({ subject_id }) => subject_id === use.subject_id)
    ? "The approval was used for this document before."
    : null;
}

export function usableUntil({ state, expires_at }: Pick<Approval, "state" | "expires_at">): number {
  return expires_at + (state === "used" ? BATCH_MS : 0);
}

/** An attempt provably never left this machine: its approval may be used again while it lasts. */
export function rearmed(approval: Approval, now: number): Approval {
  return approval.state === "used" && approval.expires_at > now ? { ...approval, state: "approved" } : approval;
}

/** Whether a person's answer from there counts. The list is the approval's own: it holds for whoever takes the answer. */
export function answerable(
  approval: Approval,
  answer: {
    readonly state: "approved" | "declined";
    readonly channel: NonNullable<Approval["channel"]>;
    readonly principal?: string | undefined;
    readonly now: number;
  },
): boolean {
  if (approval.state !== "pending" || approval.expires_at <= answer.now) return false;
  // Whoever asked is no second person.
  if (isOthers(answer.channel) && (answer.principal ?? approval.principal) === approval.principal) return false;
  if (approval.channels.includes(answer.channel)) return true;
  // What only its approver approves may be declined wherever a person is.
  return (
    answer.state === "declined" &&
    APPROVERS.some((approver) => approval.channels.includes(approver) && takesNo(approver, answer.channel))
  );
}

/** Where only somebody else than who asked answers. */
function isOthers(channel: ApprovalChannel): boolean {
  return APPROVERS.some((approver) => approver === channel && TAKES[approver].other);
}
