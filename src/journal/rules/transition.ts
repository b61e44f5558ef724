import type { JsonObject } from "../../domain/json.ts";
import type { OperationState } from "../port.ts";
import type { AuditEvent, OperationRow } from "../store-port.ts";
import type { Wanted } from "./use.ts";

const FINAL: readonly OperationState[] = ["done", "not_done", "mismatch"];

/** What a transition sets besides the state. */
export interface Change {
  readonly state: OperationState;
  readonly event: AuditEvent;
  readonly now: number;
  readonly applied?: boolean;
  readonly quiet_at?: number;
  readonly owner?: string;
  readonly lease_until?: number;
  /** What a final operation keeps of them: ids and amounts. Left out, it keeps none. */
  readonly args?: JsonObject;
  readonly result?: JsonObject | null;
  readonly resource_id?: string | null;
  readonly subject_id?: string | null;
  readonly why?: string | null;
  readonly candidates?: readonly string[];
  /** For final states: whether equal calls find this operation, and until when. */
  readonly remember?: { readonly until: number | null } | null;
  /** Nothing left this machine: the approval may be used again while it lasts. */
  readonly rearm?: boolean;
  /** A person's verdict: who gave it and with which approval, consumed in the same transaction. */
  readonly verdict?: { readonly principal: string; readonly approval: Wanted };
}

export function isFinal({ state }: Pick<OperationRow, "state">): boolean {
  return FINAL.includes(state);
}

/** The row after the change; `null` when it may not be made: final states are never left. */
export function nextRow(row: OperationRow, change: Change): OperationRow | null {
  const version = row.version + 1;
  if (isFinal(row)) {
    // A mismatch is final; a person may only note that it was looked at.
    const acknowledges = row.state === "mismatch" && change.verdict !== undefined;
    return acknowledges ? { ...row, version, updated_at: change.now, acknowledged: true } : null;
  }
  const final = isFinal(change);
  return {
    ...row,
    version,
    state: change.state,
    updated_at: change.now,
    applied: change.applied ?? row.applied,
    quiet_at: change.quiet_at ?? row.quiet_at,
    owner: change.owner ?? row.owner,
    lease_until: change.lease_until ?? row.lease_until,
    args: change.args ?? (final ? {} : row.args),
    before: final ? null : row.before,
    result: change.result === undefined ? row.result : change.result,
    resource_id: change.resource_id === undefined ? row.resource_id : change.resource_id,
    subject_id: change.subject_id === undefined ? row.subject_id : change.subject_id,
    why: change.why === undefined ? row.why : change.why,
    candidates: change.candidates ?? row.candidates,
    remembered: change.remember === undefined ? row.remembered : change.remember !== null,
    repeat_until: change.remember?.until ?? null,
  };
}

/** A further attempt, recorded before it is made; `null` when the operation is not under way any more. */
export function attempted(
  row: OperationRow,
  attempt: { readonly now: number; readonly lease_until: number },
): OperationRow | null {
  if (row.state !== "dispatching") return null;
  return {
    ...row,
    version: row.version + 1,
    attempts: row.attempts + 1,
    quiet_at: attempt.now,
    updated_at: attempt.now,
    lease_until: attempt.lease_until,
  };
}
