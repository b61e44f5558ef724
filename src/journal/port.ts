import type { Act, FreeAct, Shown } from "../acts/act.ts";
import type { ActKind } from "../acts/index.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Scope } from "../domain/scope.ts";
import type { SendLimits } from "../domain/send-limits.ts";
import type { RequestMark } from "../domain/tracing.ts";

/** Where an operation stands. `dispatching`, `unknown` and `ambiguous` are open; the others are final and never change. */
export const OPERATION_STATES = ["dispatching", "unknown", "ambiguous", "mismatch", "done", "not_done"] as const;
/** What is not settled. Only these are indexed by state: a list of others is read from the newest backwards. */
export const OPEN_STATES = ["dispatching", "unknown", "ambiguous"] as const satisfies readonly OperationState[];
export type OperationState = (typeof OPERATION_STATES)[number];

/** A journal entry as the owner and the assistant see it. No names, no tokens; ids and amounts. */
export interface OperationRecord {
  /** `op_…`, time-ordered. */
  readonly id: string;
  readonly kind: ActKind;
  readonly state: OperationState;
  readonly organization_id: string;
  readonly principal: string;
  readonly subject: { readonly type: "customer" | "invoice"; readonly id: string | null };
  readonly args: JsonObject;
  readonly result: JsonObject | null;
  /** Why it is not done, unknown, ambiguous or a mismatch, in the server's own words. */
  readonly why: string | null;
  /** Resource ids to look at when ambiguous. */
  readonly candidates: readonly string[];
  readonly attempts: number;
  /** ISO 8601, UTC. */
  readonly created_at: string;
  readonly updated_at: string;
  readonly approval_id: string | null;
  /** Amount and number for "what did you do today?", when known; `lines`: how many a prepared draft is to get, and on each of its lines which one it is. */
  readonly note: {
    readonly number?: string | null;
    readonly amount?: string;
    readonly currency?: string;
    readonly customer_id?: string;
    readonly lines?: number;
    /** The bank line that settled it: day, amount and handle; no names, no texts. */
    readonly bank_line?: string;
  } | null;
}

/**
 * How a call ended. Anything that provably changed nothing is thrown as an `InvoicingError` with `effect: "none"`
 * (`not_done`, `blocked`, refused states); everything else comes back as one of these.
 */
export type Outcome<R> =
  | ({ readonly outcome: "done"; readonly operation: OperationRecord; readonly result: R } & Shown)
  /** Done before: by this operation, or (`operation: null`) the API already held the goal. */
  | ({ readonly outcome: "already_done"; readonly operation: OperationRecord | null; readonly result: R } & Shown)
  | ({ readonly outcome: "mismatch"; readonly operation: OperationRecord; readonly result: R } & Shown)
  | { readonly outcome: "unknown" | "ambiguous"; readonly operation: OperationRecord; readonly result: null };

export interface PerformOptions {
  readonly signal?: AbortSignal;
  /** Names the operation this one repeats on purpose; enters the fingerprint. */
  readonly duplicate_of?: string;
  readonly note?: OperationRecord["note"];
  /** The request that it came with. */
  readonly request?: RequestMark;
  /**
   * Lines of a bank statement that the act uses up: `key` identifies the line, `shown` is how the person saw it. Held in the
   * claim's transaction; a line that is held by another operation refuses the call. Free again when it is proven not done.
   */
  readonly bank_lines?: readonly { readonly key: string; readonly shown: string }[];
  /** What was read of it a moment ago by the same call: spares a reading. Never for an act that needs an approval. */
  readonly reading?: object;
  /** When the call has to have ended, in milliseconds since the epoch: a person may have taken most of the client's patience. */
  readonly end_by?: number;
  /** Asked right before it is let go, and before each repetition. Throws where it may not be done any more. */
  stillAllowed?(approvalId: string | null): Promise<void>;
  /** Called about every 10 s while the outcome is being settled. */
  readonly onProgress?: (message: string) => void;
}

/** What an act that leaves the house comes with. Consumed, and `limits` looked at, in the claim's transaction. */
export interface GivenApproval<S extends object = object> {
  readonly id: string;
  readonly digest: string;
  readonly limits?: SendLimits | null;
  /** Of everything that was shown: nothing of it may change while the act is under way. */
  readonly locks: readonly string[];
  /** Throws when the approval does not cover what was read right before the act. Reads nothing itself. */
  covers(reading: S): Promise<void>;
}

/** The journals of a process. Who acts, and where, is said with each use: one process may serve many. */
export interface Journals {
  in(scope: Scope): Journal;
  /** Waits for calls under way, then ends all reading. */
  close(): Promise<void>;
}

/** What we meant to do in one scope and what became of it. */
export interface Journal {
  /** The outcome of an equal earlier call, settled first when it was open; `null` when there is none. Sends nothing. */
  recall<A extends JsonObject, B extends JsonObject, R extends JsonObject, S extends object>(
    act: Act<A, B, R, S>,
    args: A,
    options: PerformOptions,
  ): Promise<Outcome<R> | null>;
  /** Journals, sends, settles. An act that leaves the house comes with its approval, or does not compile. */
  perform<A extends JsonObject, B extends JsonObject, R extends JsonObject, S extends object>(
    act: FreeAct<A, B, R, S>,
    args: A,
    options: PerformOptions,
  ): Promise<Outcome<R>>;
  perform<A extends JsonObject, B extends JsonObject, R extends JsonObject, S extends object>(
    act: Act<A, B, R, S>,
    args: A,
    options: PerformOptions & { readonly approval: GivenApproval<S> },
  ): Promise<Outcome<R>>;
  get(id: string): Promise<OperationRecord | null>;
  list(filter: OperationFilter): Promise<readonly OperationRecord[]>;
  /** Reads the API once more for an open operation; never sends. */
  settle(id: string, signal?: AbortSignal): Promise<OperationRecord>;
  /** A person's verdict on an ambiguous or unknown operation. Guarded by an approval. */
  resolve(
    id: string,
    verdict: { readonly is: "done"; readonly resource_id?: string } | { readonly is: "not_done" },
    approval: { readonly id: string; readonly digest: string },
  ): Promise<OperationRecord>;
  /** Those of these bank lines that are used up or held, by their keys. */
  usedBankLines(keys: readonly string[]): Promise<ReadonlyMap<string, UsedBankLine>>;
  /** Keeps lines of a bank statement for 12 hours, so that any process can be told of them by their handles. */
  keepLines(lines: readonly SeenLine[]): Promise<void>;
  /** Those of these handles that this principal had read lately. */
  keptLines(handles: readonly string[]): Promise<ReadonlyMap<string, JsonObject>>;
  /** Those of these drafts that a corrected copy stands for, with its id. */
  superseded(drafts: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Takes over what a dead process left open in this place: to knowledge, never to action. */
  recover(): Promise<void>;
}

export interface SeenLine {
  readonly handle: string;
  readonly content: JsonObject;
}

export interface UsedBankLine {
  readonly operation_id: string;
  readonly invoice_id: string;
  /** When it was claimed, in milliseconds since the epoch. */
  readonly at: number;
}

export interface OperationFilter {
  readonly states?: readonly OperationState[];
  readonly subject_id?: string;
  /** ISO 8601 instants, `since` inclusive, `until` exclusive. */
  readonly since?: string;
  readonly until?: string;
  readonly limit: number;
}
