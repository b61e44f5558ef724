import { randomBytes } from "node:crypto";
import { dayOf } from "../domain/clock.ts";
import { DAY_MS } from "../domain/send-limits.ts";
import { PolicyError } from "../errors.ts";
import { answerText, CLOSED, createAnswerDesk } from "./answer.ts";
import { askedApproval, placeOf } from "./asked.ts";
import { createAsking, declined, type GuardDeps, refused } from "./asking.ts";
import { describeChanges } from "./facts.ts";
import { PAUSE_LOOKBACK_MS, pausedUntil } from "./ladder.ts";
import { checkPolicy, isUnattended } from "./policy.ts";
import type { Approval, Authorisation, Guard, Plan } from "./port.ts";
import { type PlanSnapshot, readSnapshot } from "./snapshot.ts";
import { cardHash, cardMatches } from "./typed.ts";
import { languageOf, say } from "./wording.ts";

export type { GuardDeps, PageChannel } from "./asking.ts";

type Request = Parameters<Guard["authorise"]>[0];

/** Questions that wait for one person at a time; more are not read, and each opens something on their screen. */
const MAX_WAITING = 20;

export function createGuard(deps: GuardDeps): Guard {
  const { store, clock, policy, log } = deps;
  const desk = createAnswerDesk(deps);
  const asking = createAsking(deps, desk);
  const turns = new Map<string, Promise<unknown>>();

  /** One after the other per key, so that two equal calls at once make one approval. */
  async function inTurn<T>(turn: string, work: () => Promise<T>): Promise<T> {
    const before = turns.get(turn) ?? Promise.resolve();
    const mine = before.then(work, work);
    turns.set(turn, mine);
    try {
      return await mine;
    } finally {
      if (turns.get(turn) === mine) turns.delete(turn);
    }
  }

  async function authorise(request: Request): Promise<Authorisation> {
    try {
      asking.forgetExpired(clock.now());
      return await decide(request, clock.now());
    } catch (error) {
      if (error instanceof PolicyError) {
        return { kind: "refused", reason: "policy", message: error.message, next: error.next };
      }
      log("approval_failed", { act: request.plan.act, error: error instanceof Error ? error.name : "unknown" });
      return refused(
        "unavailable",
        "The approval could not be handled. Nothing was done.",
        "Try again; if it stays, look at the server's log.",
      );
    }
  }

  async function decide(request: Request, since: number): Promise<Authorisation> {
    const { plan, subject, principal } = request;
    await checkLimits(plan);
    if (deps.confirm === "deny") {
      return refused(
        "unavailable",
        "This server was started with --confirm deny: nothing leaves it.",
        "Only the owner can change that.",
      );
    }
    const found = await inTurn(`${principal}\n${plan.organization.origin}\n${plan.organization.id}\n${subject}`, () =>
      findOrCreate(request),
    );
    if (found.kind !== "pending") return found;
    const { approval } = found;
    const snapshot = readSnapshot(approval);
    if (snapshot === null) throw new Error("unreadable approval");
    if (request.token !== undefined && deps.confirm === "token") return asking.redeemToken(approval, request.token);
    return asking.ask({ request, approval, snapshot, changes: snapshot.view.changes, since });
  }

  async function checkLimits(plan: Plan): Promise<void> {
    const now = clock.now();
    const spent = await store.spentSince(placeOf(plan), "send_invoice", now - DAY_MS);
    checkPolicy(policy, plan, spent, dayOf(now));
  }

  type Found =
    | Extract<Authorisation, { kind: "approved" | "refused" }>
    | { readonly kind: "pending"; readonly approval: Approval };

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
      return asking.approvedFresh(approval.id, changes);
    }
    const until = pausedUntil(await store.declinedSince({ ...scope, since: now - PAUSE_LOOKBACK_MS }), now);
    if (until !== null) {
      return refused(
        "paused",
        `The person declined several times; asking is paused until ${new Date(until).toISOString()}. Nothing was done.`,
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
    if (approval.state !== "approved") return true;
    if (approval.approved_by === "model") return deps.confirm === "token";
    if (approval.approved_by === "policy") return isUnattended(policy, plan);
    return approval.approved_by === "person";
  }

  async function covers(approval: Approval, plan: Plan): Promise<boolean> {
    await checkLimits(plan);
    const snapshot = readSnapshot(approval);
    return (
      snapshot !== null && approval.digest === plan.digest && isShown(snapshot, plan) && stillValid(approval, plan)
    );
  }

  /** Compared with when there is nothing to compare with, so that a wrong id costs the same. */
  const noHash = cardHash(randomBytes(32).toString("hex"));

  async function answer(request: Parameters<Guard["answer"]>[0]): Promise<{ ok: boolean; message: string }> {
    try {
      const approval = await store.get(request.id);
      const hash = approval?.secret_hash ?? null;
      const matches = cardMatches(request.secret, hash ?? noHash);
      if (approval === null || hash === null || !matches) return { ok: false, message: CLOSED };
      if (request.decision === "shown") {
        asking.cardStands(approval.id);
        return { ok: true, message: "" };
      }
      const language = readSnapshot(approval)?.view.locale ?? "en";
      const result = await desk.take(approval, request.decision, request.typed, "card");
      log("approval_card_answered", { approval: approval.id, result });
      return { ok: result === "approved" || result === "declined", message: answerText(result, language) };
    } catch {
      return { ok: false, message: CLOSED };
    }
  }

  return { authorise, covers, answered: asking.answered, answer };
}

/** Reasons for more care that were not there when the person was asked. */
function unseenRisks({ view }: PlanSnapshot, plan: Plan): Plan["risks"] {
  return plan.risks.filter((risk) => risk.raises && !view.warnings.some(({ code }) => code === risk.code));
}

/** What was asked took at least the care that the plan takes now, for the same reasons. */
function isShown(snapshot: PlanSnapshot, plan: Plan): boolean {
  return (snapshot.level === "typed" || plan.level === "approve") && unseenRisks(snapshot, plan).length === 0;
}
