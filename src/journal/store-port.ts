import type { ActKind } from "../acts/index.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Place, Scope } from "../domain/scope.ts";
import type { Approval } from "../guard/port.ts";
import type { OperationFilter, OperationRecord, OperationState } from "./port.ts";

/**
 * The database under journal and approvals: rows and transactions, no rules. An adapter keeps three promises: what a
 * transaction read is still true when it commits, a committed one survives power loss, an interrupted one leaves nothing.
 * `test/store/port-tests.ts` holds any adapter to them. Failures are `JournalError`.
 */
export interface JournalStore {
  /** All or nothing, one after the other: across calls and processes. `work` may be run again after a conflict. */
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Several readings of one state. Writing in it fails. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** What is wrong with the database itself, in words; empty when it is sound. */
  check(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/**
 * The tables inside a transaction. Every key of a `find` has an index: its cost does not grow with the journal. A place
 * matches rows of its own origin and those of `ANY_ORIGIN`.
 */
export interface Tx {
  readonly operations: OperationTable;
  readonly approvals: ApprovalTable;
  readonly uses: UseTable;
  readonly bankLines: BankLineTable;
  readonly seenLines: SeenLineTable;
  readonly facts: FactTable;
  readonly audit: AuditTable;
}

/** A row that holds what no version of this program writes. Met in pages alone; anywhere else it is a `JournalError`. */
export interface Unreadable<K> {
  readonly unreadable: K;
}

/** An operation as stored. Instants are milliseconds since the epoch. */
export interface OperationRow extends Scope {
  readonly id: string;
  readonly kind: ActKind;
  /** sha256 over organization, kind, identity and `duplicate_of`: equal calls of one place have equal fingerprints. */
  readonly fingerprint: string;
  /** The same without `duplicate_of`. */
  readonly identity_hash: string;
  /** Hashes of what it holds while it is open (`rules/digest.ts` lockKey). */
  readonly locks: readonly string[];
  readonly subject_type: "customer" | "invoice";
  readonly subject_id: string | null;
  /** Complete while the operation is open; reduced to ids and amounts once it is final. */
  readonly args: JsonObject;
  /** `null` once it is final. */
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
  /** Equal calls find this operation. */
  readonly remembered: boolean;
  /** A done operation answers equal calls until then; `null`: for ever. */
  readonly repeat_until: number | null;
  /** A person has looked at this mismatch: it no longer keeps the draft from being sent. */
  readonly acknowledged: boolean;
  /** The request by which it was claimed, as logs and traces name it; not vouched for. */
  readonly request_id: string | null;
  readonly trace_id: string | null;
}

export type OperationKey =
  /** Remembered ones. */
  | { readonly by: "fingerprint"; readonly place: Place; readonly fingerprint: string }
  /** Open ones that hold any of these (hashes). */
  | { readonly by: "locks"; readonly place: Place; readonly locks: readonly string[] }
  /** Open ones that name this document as a candidate. */
  | { readonly by: "candidate"; readonly place: Place; readonly id: string }
  /** Open ones, oldest first. */
  | { readonly by: "open"; readonly place: Place }
  /** Mismatches nobody has looked at. */
  | { readonly by: "mismatch"; readonly place: Place; readonly subject_id: string }
  /** Created at or after `since`, but not proven not done. */
  | { readonly by: "since"; readonly place: Place; readonly kinds: readonly ActKind[]; readonly since: number }
  /** What brought this resource into being. */
  | { readonly by: "resource"; readonly place: Place; readonly kind: ActKind; readonly resource_id: string };

export interface OperationTable {
  get(id: string): Promise<OperationRow | null>;
  find(key: OperationKey): Promise<readonly OperationRow[]>;
  /** Newest first. */
  list(place: Place, filter: OperationFilter): Promise<readonly OperationRow[]>;
  /** Position of the newest operation on any of these locks (hashes), open or not. */
  latest(place: Place, locks: readonly string[]): Promise<number | null>;
  places(): Promise<readonly Place[]>;
  /** All, by id, after that id. */
  page(after: string, limit: number): Promise<readonly (OperationRow | Unreadable<string>)[]>;
  /** Fails when an equal one is remembered or an open one holds one of its locks. */
  insert(row: OperationRow): Promise<void>;
  /** Writes `version` over `version - 1`; fails when that is not there, or when the stored one is final and differs. */
  update(row: OperationRow): Promise<void>;
}

export type ApprovalKey =
  /** Pending or approved, not expired, newest first. */
  | { readonly by: "subject"; readonly scope: Scope; readonly subject: string; readonly now: number }
  /** Pending, not expired, newest first; of every scope that fits. */
  | { readonly by: "pending"; readonly scope: Partial<Scope>; readonly now: number }
  /** Pending or approved, not expired, that depend on any of these (hashes). */
  | { readonly by: "locks"; readonly place: Place; readonly locks: readonly string[]; readonly now: number }
  /** Declined at or after `since`, oldest first. */
  | { readonly by: "declined"; readonly scope: Scope; readonly since: number }
  /** Used ones that delivered something to this customer, the newest alone. */
  | { readonly by: "delivered"; readonly place: Place; readonly customer_id: string }
  /** Those that keep their plan and whose time was over by then. */
  | { readonly by: "kept"; readonly expired_by: number };

export interface ApprovalTable {
  get(id: string): Promise<Approval | null>;
  find(key: ApprovalKey): Promise<readonly Approval[]>;
  page(after: string, limit: number): Promise<readonly (Approval | Unreadable<string>)[]>;
  insert(approval: Approval): Promise<void>;
  update(approval: Approval): Promise<void>;
}

/** A document for which a batch's approval was used. */
export interface ApprovalUse {
  readonly approval_id: string;
  readonly subject_id: string;
  readonly operation_id: string;
}

export interface UseTable {
  of(approvalId: string): Promise<readonly ApprovalUse[]>;
  insert(use: ApprovalUse): Promise<void>;
  remove(approvalId: string, subjectId: string): Promise<void>;
}

/** A line of a bank statement that paid an invoice: held while its operation is open, and for good once that is done. */
export interface BankLine extends Place {
  /** Hash of the line's identity. */
  readonly key: string;
  readonly operation_id: string;
  readonly invoice_id: string;
  readonly at: number;
  /** How the person saw the line; `null` once the operation is final. */
  readonly shown: string | null;
}

export interface BankLineTable {
  find(place: Place, keys: readonly string[]): Promise<readonly BankLine[]>;
  of(operationId: string): Promise<readonly BankLine[]>;
  /** Fails when the line is held. */
  insert(line: BankLine): Promise<void>;
  update(line: BankLine): Promise<void>;
  /** Sets all lines of an operation free. */
  remove(operationId: string): Promise<void>;
}

/** A line of a bank statement that somebody had read, for as long as it may be named by its handle. */
export interface SeenLineRow extends Scope {
  readonly handle: string;
  /** The line as it was understood; with names and texts. */
  readonly content: JsonObject;
  readonly seen_at: number;
  readonly until: number;
}

export interface SeenLineTable {
  /** Those of these handles, whether their time is over or not. */
  find(scope: Scope, handles: readonly string[]): Promise<readonly SeenLineRow[]>;
  /** Of every scope. */
  all(): Promise<readonly SeenLineRow[]>;
  /** Takes the place of lines with the same scope and handle. */
  put(lines: readonly SeenLineRow[]): Promise<void>;
  /** Leaves the newest of a scope. */
  trim(scope: Scope, most: number): Promise<void>;
  /** Of every scope that can be seen: those whose time was over by then. */
  removeUntil(until: number): Promise<void>;
}

/** Something small that was found out and holds until it is found out anew. `kind` and `key` name it. */
export interface Fact extends Place {
  readonly kind: string;
  readonly key: string;
  readonly value: JsonObject;
  readonly at: number;
}

export interface FactTable {
  get(place: Place, kind: string, key: string): Promise<Fact | null>;
  /** By key. */
  list(place: Place, kind: string): Promise<readonly Fact[]>;
  /** Of every place and kind. */
  all(): Promise<readonly Fact[]>;
  put(fact: Fact): Promise<void>;
  remove(place: Place, kind: string, key: string): Promise<void>;
}

export const AUDIT_EVENTS = [
  "dispatched",
  "attempted",
  "taken_over",
  "read",
  "settled",
  "resolved",
  "repeat_over",
  "approval_asked",
  "approval_answered",
  "approval_expired",
  "approval_told",
  "migrated",
] as const;
export type AuditEvent = (typeof AUDIT_EVENTS)[number];

/** One line of the audit trail: ids, amounts, kinds, states. `hash` covers the line and the hash before it. */
export interface AuditRow extends Scope {
  readonly seq: number;
  readonly at: number;
  readonly event: AuditEvent;
  readonly operation_id: string | null;
  readonly approval_id: string | null;
  readonly data: JsonObject;
  /** Which fields `hash` covers (`rules/digest.ts` LINE_FIELDS). */
  readonly fields_version: number;
  readonly prev_hash: string;
  readonly hash: string;
}

export interface AuditHead {
  readonly seq: number;
  readonly hash: string;
}

/** Lines form trails, each a chain of its own: one for the whole database, or one per organization. */
export interface AuditTable {
  /** Organizations that have a trail of their own; `WHOLE` alone where there is one for all. */
  trails(): Promise<readonly string[]>;
  /** The last line of an organization's trail: 0 and an empty hash where there is none. Held until the transaction ends. */
  head(organizationId: string): Promise<AuditHead>;
  append(row: AuditRow): Promise<void>;
  /** Oldest first, after `seq`. */
  page(organizationId: string, after: number, limit: number): Promise<readonly (AuditRow | Unreadable<number>)[]>;
  /** Lines about an operation or the approval it was done with, oldest first. */
  about(operationId: string, approvalId: string | null): Promise<readonly (AuditRow | Unreadable<number>)[]>;
}

/** Stands for every organization where there is one trail for all. */
export const WHOLE = "";
