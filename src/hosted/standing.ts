import { systemClock } from "../domain/clock.ts";
import { ConfigError, type InvoicingError, PermissionError, RefusedError } from "../errors.ts";
import { APPROVERS, type Approval, TAKES } from "../guard/port.ts";
import type { Ledger } from "../journal/ledger.ts";
import { hasRight, type Membership, placeOf, type Tenant } from "./access.ts";
import { approversIn } from "./approvers.ts";
import { type Right, rightOfAct, scopeOf } from "./scopes.ts";

/** Who makes a request, for as long as it takes. */
export interface Caller {
  readonly principal: string;
  /** What the files say of them now; `null`: they are no member any more. */
  readonly membership: () => Membership | null;
}

/** What a caller may do now: asked when a call comes, and again right before something is changed. */
export interface Standing {
  has(right: Right): boolean;
  /** What stands against a call that takes this right; a file that is being written is given a moment. */
  refusal(right: Right, signal: AbortSignal): Promise<InvoicingError | null>;
  /** Throws where the caller, or whoever gave the approval for them, may not do it any more. */
  stillAllowed(right: Right, approvalId: string | null): Promise<void>;
}

const PATIENCE_MS = 3_000;
const LOOK_MS = 250;

/** `tenant`: as the call began with it. */
export function createStanding(tenant: Tenant, caller: Caller, ledger: () => Ledger): Standing {
  function against(right: Right): InvoicingError | null {
    const now = caller.membership();
    if (now === null) return gone();
    if (right !== "read" && now.tenant.isDoubtful) return unreadable();
    if (!now.rights.has(right)) return now.given.has(right) ? missingRight(right) : notGiven(right);
    return now.tenant.settings === tenant.settings ? null : otherSettings();
  }

  async function checkApprover(id: string): Promise<void> {
    const { approvals, facts } = ledger();
    const approval = await approvals.get(id);
    if (approval === null || !isOthers(approval)) return;
    const approver = await approversIn(facts, placeOf(tenant)).of(id);
    const now = caller.membership();
    if (now === null) throw gone();
    if (approver !== null && hasRight(now.tenant, approver.isMember, rightOfAct(approval.act))) return;
    await approvals.expire(id, systemClock.now());
    throw new RefusedError("Whoever approved this may not do so any more. Nothing was changed.", {
      next: "Make the same call again: somebody else is asked.",
    });
  }

  return {
    has: (right) => against(right) === null,
    async refusal(right, signal) {
      const until = systemClock.now() + PATIENCE_MS;
      while (right !== "read" && caller.membership()?.tenant.isDoubtful === true && systemClock.now() < until) {
        await systemClock.sleep(LOOK_MS, signal);
      }
      return against(right);
    },
    async stillAllowed(right, approvalId) {
      if (approvalId !== null) await checkApprover(approvalId);
      const refusal = against(right);
      if (refusal !== null) throw refusal;
    },
  };
}

/** Given by somebody else than who asked. */
function isOthers({ channel }: Approval): boolean {
  return APPROVERS.some((approver) => approver === channel && TAKES[approver].other);
}

export function missingRight(right: Right): PermissionError {
  return new PermissionError(`You are signed in without ${scopeOf(right)}, which this takes.`, {
    next: `The person signs in again and allows ${scopeOf(right)}; if it is not offered there, whoever runs this server gives it.`,
  });
}

/** Of the file, which no sign-in changes. */
function notGiven(right: Right): PermissionError {
  return new PermissionError(`In this organization you are without ${scopeOf(right)}, which this takes.`, {
    next: "Whoever runs this server gives it; to sign in again does not help. Tell the person.",
  });
}

function gone(): PermissionError {
  return new PermissionError("You have no access to this organization any more. Nothing was changed.", {
    next: "Whoever runs this server gives it. Tell the person.",
  });
}

function unreadable(): ConfigError {
  return new ConfigError("Who may change something here cannot be read at the moment. Nothing was changed.", {
    next: "Make the same call again in a minute. If it stays, tell the person: whoever runs this server looks at its log.",
  });
}

function otherSettings(): RefusedError {
  return new RefusedError("The settings of this organization changed during the call. Nothing was changed.", {
    next: "Make the same call again.",
  });
}
