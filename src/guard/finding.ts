import { declined, type Refused, refused } from "./ask-words.ts";
import { askedApproval, placeOf } from "./asked.ts";
import type { GuardDeps } from "./deps.ts";
import { describeChanges } from "./facts.ts";
import type { Joined } from "./joined.ts";
import { PAUSE_LOOKBACK_MS, pausedUntil } from "./ladder.ts";
import { isUnattended } from "./policy.ts";
import type { Approval, ApprovalRequest, Authorisation, Plan } from "./port.ts";
import { type PlanSnapshot, readSnapshot } from "./snapshot.ts";
import { languageOf, say, timeText } from "./wording.ts";

/** What is there for a call: approved, refused, or a question that waits for its person. */
export type Found =
  | Extract<Authorisation, { kind: "approved" | "refused" }>
  | {
      readonly kind: "pending";
      readonly approval: Approval;
      readonly joined: Joined;
    };

/** Questions that wait for one person at a time; more are not read, and each opens something on their screen. */
const MAX_WAITING = 20;
/** Equal calls that come this close to each other are of one moment: each read the API before it asked. */
const MOMENT_MS = 2_000;
/** How often an equal call may come between looking and asking before that is a fault. */
const MAX_ROUNDS = 5;

/** Finds the approval of an equal earlier call, or makes one; says whether an approval still covers a plan. */
export function createFinding(deps: GuardDeps) {
  const { store, clock, policy, log } = deps;
  /** What this process asked of late, and when. */
  const asked = new Map<string, number>();

  async function findOrCreate(request: ApprovalRequest): Promise<Found> {
    let changes: readonly string[] = [];
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const found = await find(request, clock.now(), changes);
      if ("kind" in found) return found;
      changes = found.changes;
      const made = await make(request, clock.now(), changes);
      // An equal call was faster: what it asks is found now.
      if (made !== null) return made;
    }
    throw new Error("asked again and again");
  }

  /** What an equal call left; else what changed since. What does not hold any more is withdrawn. */
  async function find(
    request: ApprovalRequest,
    now: number,
    known: readonly string[],
  ): Promise<Found | { readonly changes: readonly string[] }> {
    const { plan, subject, principal } = request;
    const open = await store.findOpen({ ...placeOf(plan), principal, subject, now });
    let changes = known;
    let pending: Approval | null = null;
    for (const approval of open) {
      if (!belongs(approval, request, now)) continue;
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
      const snapshot = readSnapshot(approval);
      const same = snapshot !== null && snapshot.level === plan.level && isShown(snapshot, plan);
      if (!same || approval.digest !== plan.digest || !stillValid(approval, plan)) {
        await withdraw(approval, !same || approval.digest !== plan.digest, now);
        if (snapshot !== null && changes.length === 0) changes = changesSince(snapshot, approval, plan);
      } else if (approval.state === "approved") {
        return { kind: "approved", approval, changes: snapshot.view.changes };
      } else if (isPolicys(approval)) {
        const approved = await answerByPolicy(approval.id, now, snapshot.view.changes);
        if (approved !== null) return approved;
      } else if (pending === null) {
        pending = approval;
      }
    }
    if (pending === null) return { changes };
    return { kind: "pending", approval: pending, joined: joinedTo(pending, now) };
  }

  function joinedTo({ id, created_at }: Approval, now: number): Joined {
    if (Math.abs(now - created_at) >= MOMENT_MS) return null;
    return asked.has(id) ? "here" : "elsewhere";
  }

  async function withdraw({ id, state }: Approval, changed: boolean, now: number): Promise<void> {
    await store.expire(id, now);
    log("approval_withdrawn", { approval: id, state, changed });
  }

  /** A new question, or the policy's own answer. `null`: an equal one was there first. */
  async function make(request: ApprovalRequest, now: number, changes: readonly string[]): Promise<Found | null> {
    const { plan } = request;
    const approval = askedApproval(request, { confirm: deps.confirm, policy, now }, changes);
    if (isUnattended(policy, plan)) {
      const reason = "the owner's policy, unattended";
      const by = { channels: ["policy"], channel: "policy", channel_reason: reason } as const;
      return (await store.create({ ...approval, ...by })) ? answerByPolicy(approval.id, now, changes) : null;
    }
    const full = await enoughAsked(request, now);
    if (full !== null) return full;
    if (!(await store.create(approval))) return null;
    // Done since it was read, by an equal call whose approval is used by now: nobody is asked about that.
    if ((await request.isDone?.()) === true) {
      await store.expire(approval.id, now);
      return refused(
        "unavailable",
        "An equal call did this a moment ago. Nothing was done by this call.",
        "Make the same call again to hear what became of it.",
      );
    }
    const created = await store.get(approval.id);
    if (created === null) throw new Error("approval lost");
    log("approval_created", { approval: approval.id, act: plan.act, level: plan.level });
    for (const [id, at] of asked) if (now - at >= MOMENT_MS) asked.delete(id);
    asked.set(approval.id, now);
    return { kind: "pending", approval: created, joined: null };
  }

  /** `null`: an equal call was faster and has used it. */
  async function answerByPolicy(id: string, now: number, changes: readonly string[]): Promise<Found | null> {
    await store.answer(id, { state: "approved", channel: "policy", approved_by: "policy", now });
    const approval = await store.get(id);
    return approval?.state === "approved" ? { kind: "approved", approval, changes } : null;
  }

  /** Why a person is not asked for more now. */
  async function enoughAsked({ plan, principal }: ApprovalRequest, now: number): Promise<Refused | null> {
    const scope = { ...placeOf(plan), principal };
    const until = pausedUntil(await store.declinedSince({ ...scope, since: now - PAUSE_LOOKBACK_MS }), now);
    if (until !== null) {
      return refused(
        "paused",
        `The person declined several times; asking is paused until ${timeText(until, "en", deps.timeZone, now)}. Nothing was done.`,
        "Stop, and ask the person in words what they want.",
      );
    }
    if ((await store.pending(scope, now)).length < MAX_WAITING) return null;
    return refused(
      "paused",
      `${MAX_WAITING} questions wait for the person already. Nothing was done.`,
      "Let the person answer those first; do not ask for more meanwhile.",
    );
  }

  /** The store's answer is checked again here: an approval for anything else never counts. */
  function belongs(approval: Approval, { plan, subject, principal }: ApprovalRequest, now: number): boolean {
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
    if (isPolicys(approval) && !isUnattended(policy, plan)) return false;
    if (approval.state !== "approved") return true;
    if (approver !== "person" && approval.channel !== approver) return false;
    if (approval.approved_by === "model") return deps.confirm === "token";
    return approval.approved_by === (isPolicys(approval) ? "policy" : "person");
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

/** The owner's policy answers it, and no person can. */
function isPolicys({ channels }: Approval): boolean {
  return channels.includes("policy");
}

/** In words, for the next question. */
function changesSince(snapshot: PlanSnapshot, { state }: Approval, plan: Plan): readonly string[] {
  const language = languageOf(plan.locale);
  return [
    ...describeChanges(snapshot, plan, language, state === "approved"),
    ...unseenRisks(snapshot, plan).map((risk) => `${say(language, "New:", "Neu:")} ${risk.sentence}`),
  ];
}

/** Reasons for more care that were not there when the person was asked. */
function unseenRisks({ view }: PlanSnapshot, plan: Plan): Plan["risks"] {
  return plan.risks.filter((risk) => risk.raises && !view.warnings.some(({ code }) => code === risk.code));
}

/** What was asked took at least the care that the plan takes now, for the same reasons. */
function isShown(snapshot: PlanSnapshot, plan: Plan): boolean {
  return (snapshot.level === "typed" || plan.level === "approve") && unseenRisks(snapshot, plan).length === 0;
}
