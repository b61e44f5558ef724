import type { ActKind } from "../../acts/index.ts";
import type { Place } from "../../domain/scope.ts";
import type { Breach, SendLimits } from "../../domain/send-limits.ts";
import type { RequestMark } from "../../domain/tracing.ts";
import type { Approval } from "../../guard/port.ts";
import type { ApprovalUse, BankLine, OperationRow } from "../store-port.ts";
import { lockKey } from "./digest.ts";
import { overLimits } from "./limits.ts";
import { refusal, type Wanted } from "./use.ts";

export interface NewOperation
  extends Pick<
    OperationRow,
    | "id"
    | "origin"
    | "organization_id"
    | "principal"
    | "kind"
    | "fingerprint"
    | "identity_hash"
    | "subject_type"
    | "subject_id"
    | "args"
    | "before"
    | "owner"
    | "lease_until"
    | "duplicate_of"
    | "note"
  > {
  /** The request it came with. */
  readonly request?: RequestMark | undefined;
  /** Everything that must not change while it is under way, e.g. `inv:4711`, `cust:jane@example.com`. Any overlap holds. */
  readonly locks: readonly string[];
  readonly now: number;
  /** `Look.latest` from before the pre-read: a claim on an outdated pre-read is `stale`. */
  readonly seen: number | null;
  readonly approval: (Wanted & { readonly limits?: SendLimits | null }) | null;
  /** Lines of a bank statement that it uses up: held with it, free again when it is proven not done. */
  readonly bank_lines?: readonly { readonly key: string; readonly shown: string }[];
}

/** What a claim asks about, before it is made. */
export interface LookKey extends Place {
  readonly locks: readonly string[];
  readonly kind: ActKind;
  readonly subject_id: string | null;
}

export interface Look {
  /** What keeps another operation from starting: an open one on a common lock or document, or a mismatch before a send. */
  readonly holder: OperationRow | null;
  /** Position of the newest operation on these locks. */
  readonly latest: number | null;
}

export type Claim =
  | { readonly is: "claimed"; readonly row: OperationRow }
  /** An equal operation is open or remembered. */
  | { readonly is: "equal"; readonly row: OperationRow }
  /** The document is held. */
  | { readonly is: "held"; readonly row: OperationRow }
  | { readonly is: "stale" }
  /** The approval cannot be used. */
  | { readonly is: "refused"; readonly reason: string }
  | { readonly is: "over_limit"; readonly breach: Breach }
  /** A corrected copy stands for the draft, and nobody said otherwise. */
  | { readonly is: "superseded"; readonly by: string };

/** What the database knows when the claim is decided. */
export interface ClaimFacts extends Look {
  /** Remembered, with the same fingerprint. */
  readonly equal: OperationRow | null;
  /** What counts with it within the day; read only where the approval brings limits. */
  readonly day: readonly OperationRow[];
  readonly approval: Approval | null;
  readonly uses: readonly ApprovalUse[];
  /** Held lines among the wanted ones. */
  readonly bank_lines: readonly BankLine[];
  /** The draft that stands for the one to be sent. */
  readonly superseded_by: string | null;
}

/** Repeat, lock, outdated reading, replaced draft, limits, bank lines, approval: in this order, so that what is refused uses nothing up. */
export function decideClaim(operation: NewOperation, facts: ClaimFacts): Claim {
  const { approval, now } = operation;
  const equal = repeatOf(facts.equal, now);
  if (equal !== null) return { is: "equal", row: equal };
  if (facts.holder !== null) return { is: "held", row: facts.holder };
  if (facts.latest !== operation.seen) return { is: "stale" };
  if (facts.superseded_by !== null && operation.args["instead_of"] !== facts.superseded_by) {
    return { is: "superseded", by: facts.superseded_by };
  }
  const over = approval?.limits ? overLimits(approval.limits, facts.day, operation.subject_id) : null;
  if (over !== null) return over;
  const [line] = facts.bank_lines;
  if (line !== undefined) {
    return { is: "refused", reason: `The bank line was used before, by ${line.operation_id}.` };
  }
  if (approval !== null) {
    const reason = refusal(facts.approval, facts.uses, approval, operation);
    if (reason !== null) return { is: "refused", reason };
  }
  return { is: "claimed", row: rowOf(operation) };
}

/** The remembered operation, while it answers equal calls. */
export function repeatOf(row: OperationRow | null, now: number): OperationRow | null {
  return row !== null && row.repeat_until !== null && row.repeat_until <= now ? null : row;
}

/** A mismatch nobody has looked at keeps the draft from being sent. */
export function isHeldByMismatch(kind: ActKind): boolean {
  return kind === "send_invoice";
}

function rowOf(operation: NewOperation): OperationRow {
  const { approval, seen: _seen, now, locks, bank_lines: _lines, request, ...rest } = operation;
  return {
    ...rest,
    locks: lockKeys(locks),
    state: "dispatching",
    version: 1,
    attempts: 1,
    applied: false,
    quiet_at: now,
    created_at: now,
    updated_at: now,
    result: null,
    resource_id: null,
    why: null,
    candidates: [],
    approval_id: approval?.id ?? null,
    remembered: true,
    repeat_until: null,
    acknowledged: false,
    request_id: request?.request_id ?? null,
    trace_id: request?.trace_id ?? null,
  };
}

export function lockKeys(locks: readonly string[]): readonly string[] {
  return [...new Set(locks.map(lockKey))].sort();
}
