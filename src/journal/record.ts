import { publicArgs } from "../acts/index.ts";
import { OPEN_STATES, type OperationRecord, type OperationState } from "./port.ts";
import type { OperationRow } from "./store-port.ts";

const OPEN: readonly OperationState[] = OPEN_STATES;

export function isOpen(row: OperationRow): boolean {
  return OPEN.includes(row.state);
}

/** What may be shown of a row. */
export function recordOf(row: OperationRow): OperationRecord {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    organization_id: row.organization_id,
    principal: row.principal,
    subject: { type: row.subject_type, id: row.subject_id },
    args: publicArgs(row.kind, row.args),
    result: row.result,
    why: row.why,
    candidates: row.candidates,
    attempts: row.attempts,
    created_at: new Date(row.created_at).toISOString(),
    updated_at: new Date(row.updated_at).toISOString(),
    approval_id: row.approval_id,
    note: row.note,
  };
}
