import { randomBytes } from "node:crypto";
import type { Place } from "../domain/scope.ts";
import { emailMark } from "./email-mark.ts";
import { type ConfirmMode, mayAnswer } from "./ladder.ts";
import type { Policy } from "./policy.ts";
import { type ApprovalRequest, CHANNELS, type NewApproval, type Plan } from "./port.ts";
import { planSnapshot } from "./snapshot.ts";

const MINUTE_MS = 60_000;

/** How long an approval lasts, from being asked to being used. */
export function lifetimeMs(plan: Pick<Plan, "act" | "level">): number {
  if (plan.act === "settle_payments") return 15 * MINUTE_MS;
  return (plan.level === "typed" ? 5 : 10) * MINUTE_MS;
}

/** What is written down when a person is asked. */
export function askedApproval(
  { plan, subject, principal, locks }: ApprovalRequest,
  { confirm, policy, now }: { readonly confirm: ConfirmMode; readonly policy: Policy; readonly now: number },
  changes: readonly string[] = [],
): NewApproval {
  const expires_at = now + lifetimeMs(plan);
  return {
    id: randomBytes(16).toString("base64url"),
    state: "pending",
    act: plan.act,
    ...placeOf(plan),
    principal,
    subject,
    digest: plan.digest,
    plan: planSnapshot(plan, expires_at, changes),
    policy_hash: policy.hash ?? "default",
    channels: CHANNELS.filter((channel) => mayAnswer(confirm, policy, plan.level, channel)),
    documents: plan.documents.map(({ invoice }) => invoice.id),
    delivered: deliveredBy(plan),
    locks: locks ?? [],
    channel: null,
    channel_reason: null,
    approved_by: null,
    secret_hash: null,
    created_at: now,
    expires_at,
    answered_at: null,
  };
}

export function placeOf({ organization }: Plan): Place {
  return { origin: organization.origin, organization_id: organization.id };
}

/** Whom the act mails, for the warning that an address changed since. */
function deliveredBy({ act, facts }: Plan): NewApproval["delivered"] {
  const customer_id = facts["customer id"];
  const email = facts["customer e-mail"];
  if (act !== "send_invoice" || customer_id === undefined || email === undefined) return null;
  return { customer_id, email_mark: emailMark(email) };
}
