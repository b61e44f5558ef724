import { approvedFresh, declined, refused } from "./ask-words.ts";
import { askedApproval, placeOf } from "./asked.ts";
import type { GuardDeps } from "./deps.ts";
import { describeChanges } from "./facts.ts";
import { PAUSE_LOOKBACK_MS, pausedUntil } from "./ladder.ts";
import { isUnattended } from "./policy.ts";
import type { Approval, Authorisation, Guard, Plan } from "./port.ts";
import { type PlanSnapshot, readSnapshot } from "./snapshot.ts";
import { languageOf, say, timeText } from "./wording.ts";

type Request = Parameters<Guard["authorise"]>[0];

/** What is there for a call: approved, refused, or a question that waits for its person. */
export type Found =
  | Extract<Authorisation, { kind: "approved" | "refused" }>
  | { readonly kind: "pending"; readonly approval: Approval };

/** Questions that wait for one person at a time; more are not read, and each opens something on their screen. */
const MAX_WAITING = 20;

/** Finds the approval of an equal earlier call, or makes one; says whether an approval still covers a plan. */
export function createFinding(deps: GuardDeps) {
  const { store, clock, policy, log } = deps;

  async function findOrCreate(request: Request): Promise<Found> {
    const { plan, subject, principal } = request;
    const now = clock.now();
    const scope = { ...placeOf(plan), principal };
    const open = await store.findOpen({ ...scope, subject, now });
    let changes: readonly string[] = [];
    let pending: Approval | null = null;
    for (const approval of open) {
      if (!belongs(approval, request, now)) continue;
      const snapshot = readSnapshot(approval);
      if (approval.state === "declined") {
        if (!(await store.told(approval.id, now))) continue;
        if (approval.digest === plan.digest) return declined();
        // What was declined is not kept, so that what changed cannot be named.
        const sentence = [
          "You declined it as it was before.",
          "So, wie es vorher war, haben Sie es abgelehnt.",
        ] as const;
        changes = [say(languageOf(plan.locale), ...sentence), ...changes];
        continue;
      }
      const same = snapshot !== null && snapshot.level === plan.level && isShown(snapshot, plan);
      if (!same || approval.digest !== plan.digest || !stillValid(approval, plan)) {
        await store.expire(approval.id, now);
        const changed = !same || approval.digest !== plan.digest;
        log("approval_withdrawn", { approval: approval.id, state: approval.state, changed });
        if (snapshot !== null && changes.length === 0) {
          const language = languageOf(plan.locale);
          changes = [
            ...describeChanges(snapshot, plan, language, approval.state === "approved"),
            ...unseenRisks(snapshot, plan).map((risk) => `${say(language, "New:", "Neu:")} ${risk.sentence}`),
          ];
        }
      } else if (approval.state === "approved") {
        return { kind: "approved", approval, changes: snapshot.view.changes };
      } else if (pending === null) {
        pending = approval;
      }
    }
    if (pending !== null) return { kind: "pending", approval: pending };
    const approval = askedApproval(request, { confirm: deps.confirm, policy, now }, changes);
    if (isUnattended(policy, plan)) {
      await store.create({
        ...approval,
        channels: ["policy"],
        channel: "policy",
        channel_reason: "the owner's policy, unattended",
      });
      const answer = { state: "approved", channel: "policy", approved_by: "policy", now } as const;
      if (!(await store.answer(approval.id, answer))) throw new Error("approval lost");
      return approvedFresh(store, approval.id, changes);
    }
    const until = pausedUntil(await store.declinedSince({ ...scope, since: now - PAUSE_LOOKBACK_MS }), now);
    if (until !== null) {
      return refused(
        "paused",
        `The person declined several times; asking is paused until ${timeText(until, "en", deps.timeZone, now)}. Nothing was done.`,
        "Stop, and ask the person in words what they want.",
      );
    }
    if ((await store.pending(scope, now)).length >= MAX_WAITING) {
      return refused(
        "paused",
        `${MAX_WAITING} questions wait for the person already. Nothing was done.`,
        "Let the person answer those first; do not ask for more meanwhile.",
      );
    }
    await store.create(approval);
    const created = await store.get(approval.id);
    if (created === null) throw new Error("approval lost");
    log("approval_created", { approval: approval.id, act: plan.act, level: plan.level });
    return { kind: "pending", approval: created };
  }

  /** The store's answer is checked again here: an approval for anything else never counts. */
  function belongs(approval: Approval, { plan, subject, principal }: Request, now: number): boolean {
    return (
      approval.principal === principal &&
      approval.origin === plan.organization.origin &&
      approval.organization_id === plan.organization.id &&
      approval.subject === subject &&
      approval.act === plan.act &&
      (approval.state === "pending" || approval.state === "approved" || approval.state === "declined") &&
      now < approval.expires_at
    );
  }

  /** An approval given under a laxer setting does not outlive it. */
  function stillValid(approval: Approval, plan: Plan): boolean {
    const { approver } = policy;
    // Asked before the owner wanted that, it could not be answered any more.
    if (approver !== "person" && !approval.channels.includes(approver)) return false;
    if (approval.state !== "approved") return true;
    if (approver !== "person" && approval.channel !== approver) return false;
    if (approval.approved_by === "model") return deps.confirm === "token";
    if (approval.approved_by === "policy") return isUnattended(policy, plan);
    return approval.approved_by === "person";
  }

  /** Whether an approval covers a plan read anew: the same facts, shown with at least the care they take now. */
  function covers(approval: Approval, plan: Plan): boolean {
    const snapshot = readSnapshot(approval);
    return (
      snapshot !== null && approval.digest === plan.digest && isShown(snapshot, plan) && stillValid(approval, plan)
    );
  }

  return { findOrCreate, covers };
}

/** Reasons for more care that were not there when the person was asked. */
function unseenRisks({ view }: PlanSnapshot, plan: Plan): Plan["risks"] {
  return plan.risks.filter((risk) => risk.raises && !view.warnings.some(({ code }) => code === risk.code));
}

/** What was asked took at least the care that the plan takes now, for the same reasons. */
function isShown(snapshot: PlanSnapshot, plan: Plan): boolean {
  return (snapshot.level === "typed" || plan.level === "approve") && unseenRisks(snapshot, plan).length === 0;
}
