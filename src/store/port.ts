import type { JsonObject } from "../domain/json.ts";
import type { Breach, SendLimits } from "../domain/send-limits.ts";
import type { ApprovalStore } from "../guard/port.ts";
import type { OperationFilter, OperationRecord, OperationState } from "../journal/port.ts";
import type { OperationKind } from "../operations/operation.ts";

/**
 * Operations, approvals and audit in one database, because a claim, the approval it consumes and the audit row must
 * commit together. Nothing here knows SQLite: PostgreSQL can implement it. Failures are `JournalError`.
 */
export interface Store {
  readonly operations: OperationStore;
  readonly approvals: ApprovalStore;
  readonly audit: AuditStore;
  close(): Promise<void>;
}

/** An operation as stored. Instants are milliseconds since the epoch. */
export interface OperationRow {
  readonly id: string;
  readonly organization_id: string;
  readonly principal: string;
  readonly kind: OperationKind;
  /** sha256 over organization, kind, identity and `duplicate_of`: equal calls have equal fingerprints. */
  readonly fingerprint: string;
  /** The same without `duplicate_of`. */
  readonly identity_hash: string;
  readonly lock: string;
  readonly subject_type: "customer" | "invoice";
  readonly subject_id: string | null;
  /** Complete while the operation is open; reduced to ids and amounts once it is final. */
  readonly args: JsonObject;
  readonly before: JsonObject | null;
  readonly state: OperationState;
  /** Goes up with every change: transitions are compare-and-set on it. */
  readonly version: number;
  readonly attempts: number;
  /** A 2xx was seen: a negative reading is lag, never "not done". */
  readonly applied: boolean;
  /** The settle horizon counts from here: nothing of ours is under way since. */
  readonly quiet_at: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly owner: string;
  readonly lease_until: number;
  readonly result: JsonObject | null;
  /** Id of what the operation brought into being. */
  readonly resource_id: string | null;
  readonly why: string | null;
  readonly candidates: readonly string[];
  readonly approval_id: string | null;
  readonly duplicate_of: string | null;
  readonly note: OperationRecord["note"];
  /** A done operation answers equal calls until then; `null`: for ever. */
  readonly repeat_until: number | null;
  /** A person has looked at this mismatch: it no longer keeps the draft from being sent. */
  readonly acknowledged: boolean;
}

export interface NewOperation
  extends Pick<
    OperationRow,
    | "id"
    | "organization_id"
    | "principal"
    | "kind"
    | "fingerprint"
    | "identity_hash"
    | "lock"
    | "subject_type"
    | "subject_id"
    | "args"
    | "before"
    | "owner"
    | "lease_until"
    | "duplicate_of"
    | "note"
  > {
  readonly now: number;
  /** `Look.latest` from before the pre-read: a claim on an outdated pre-read is `stale`. */
  readonly seen: number | null;
  readonly approval: {
    readonly id: string;
    readonly digest: string;
    readonly subject: string;
    /** What has to hold besides; whoever breaks it leaves the approval unused. */
    readonly limits?: SendLimits | null;
  } | null;
}

export interface Look {
  /** What keeps another operation from starting: an open one on the same lock or document, or a mismatch before a send. */
  readonly holder: OperationRow | null;
  /** Position of the newest operation on this lock. */
  readonly latest: number | null;
}

export type Claim =
  | { readonly is: "claimed"; readonly row: OperationRow }
  /** An equal one is open, or done and still remembered. */
  | { readonly is: "equal"; readonly row: OperationRow }
  | { readonly is: "held"; readonly row: OperationRow }
  | { readonly is: "stale" }
  /** The approval cannot be used. */
  | { readonly is: "refused"; readonly reason: string }
  | { readonly is: "over_limit"; readonly breach: Breach };

/** What a transition sets besides the state. */
export interface Change {
  readonly state: OperationState;
  readonly event: AuditEvent;
  readonly now: number;
  readonly applied?: boolean;
  readonly quiet_at?: number;
  readonly owner?: string;
  readonly lease_until?: number;
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
  readonly verdict?: {
    readonly principal: string;
    readonly approval: { readonly id: string; readonly digest: string; readonly subject: string };
  };
}

export interface OperationStore {
  get(organizationId: string, id: string): Promise<OperationRow | null>;
  /** The open or remembered operation with this fingerprint. */
  findEqual(organizationId: string, fingerprint: string, now: number): Promise<OperationRow | null>;
  look(key: Pick<NewOperation, "organization_id" | "lock" | "kind" | "subject_id">): Promise<Look>;
  /** One transaction: repeat, lock and limit checks, approval consumed, row inserted as dispatching with attempt 1, audit row. */
  claim(operation: NewOperation): Promise<Claim>;
  /** Records a further attempt before it is made. `null`: somebody else changed the row. */
  attempt(
    row: OperationRow,
    attempt: { readonly now: number; readonly lease_until: number },
  ): Promise<OperationRow | null>;
  /** Compare-and-set on the version; final states cannot be left. `null`: somebody else changed the row. */
  transition(row: OperationRow, change: Change): Promise<OperationRow | null | { readonly refused: string }>;
  open(organizationId: string): Promise<readonly OperationRow[]>;
  list(organizationId: string, filter: OperationFilter): Promise<readonly OperationRow[]>;
  /** Organizations that have operations here. */
  organizations(): Promise<readonly string[]>;
  /** Whether a done operation brought this resource into being. */
  isTaken(organizationId: string, kind: OperationKind, resourceId: string): Promise<boolean>;
}

export const AUDIT_EVENTS = [
  "dispatched",
  "attempted",
  "taken_over",
  "read",
  "settled",
  "resolved",
  "approval_asked",
  "approval_answered",
  "approval_expired",
] as const;
export type AuditEvent = (typeof AUDIT_EVENTS)[number];

/** One line of the audit trail: ids, amounts, kinds, states. `hash` covers the line and the hash before it. */
export interface AuditRow {
  readonly seq: number;
  readonly at: number;
  readonly event: AuditEvent;
  readonly organization_id: string;
  readonly principal: string;
  readonly operation_id: string | null;
  readonly approval_id: string | null;
  readonly data: JsonObject;
  readonly prev_hash: string;
  readonly hash: string;
}

export interface AuditReport {
  readonly rows: number;
  readonly operations: number;
  /** Empty: the chain is whole, every operation matches its last line, and the database file is sound. */
  readonly problems: readonly string[];
}

export interface AuditStore {
  /** Oldest first, after `seq`. */
  page(after: number, limit: number): Promise<readonly AuditRow[]>;
  verify(): Promise<AuditReport>;
}
