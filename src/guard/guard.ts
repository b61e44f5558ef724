import { dayOf } from "../domain/clock.ts";
import { DAY_MS } from "../domain/send-limits.ts";
import { PolicyError } from "../errors.ts";
import { createAnswerDesk } from "./answer.ts";
import { refused } from "./ask-words.ts";
import { placeOf } from "./asked.ts";
import { createAsking } from "./asking.ts";
import { createCardDesk } from "./card-desk.ts";
import type { GuardDeps } from "./deps.ts";
import { createFinding } from "./finding.ts";
import { checkPolicy } from "./policy.ts";
import type { Approval, ApprovalRequest, Authorisation, Guard, Plan } from "./port.ts";
import { readSnapshot } from "./snapshot.ts";

export type { GuardDeps, PageChannel } from "./deps.ts";

export function createGuard(deps: GuardDeps): Guard {
  const { store, clock, policy, log } = deps;
  const desk = createAnswerDesk(deps);
  const asking = createAsking(deps, desk);
  const finding = createFinding(deps);
  const cards = createCardDesk(deps, desk, asking);
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

  async function authorise(request: ApprovalRequest): Promise<Authorisation> {
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

  async function decide(request: ApprovalRequest, since: number): Promise<Authorisation> {
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
      finding.findOrCreate(request),
    );
    if (found.kind !== "pending") return found;
    const { approval, joined } = found;
    const snapshot = readSnapshot(approval);
    if (snapshot === null) throw new Error("unreadable approval");
    if (request.token !== undefined && deps.confirm === "token") return asking.redeemToken(approval, request.token);
    return asking.ask({ request, approval, snapshot, changes: snapshot.view.changes, since, joined });
  }

  async function checkLimits(plan: Plan): Promise<void> {
    const now = clock.now();
    const spent = await store.spentSince(placeOf(plan), "send_invoice", now - DAY_MS);
    checkPolicy(policy, plan, spent, dayOf(now));
  }

  async function covers(approval: Approval, plan: Plan): Promise<boolean> {
    await checkLimits(plan);
    return finding.covers(approval, plan);
  }

  return { authorise, covers, answered: asking.answered, answer: cards.answer };
}
