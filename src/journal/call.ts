import type { Shown } from "../acts/act.ts";
import type { ActKind, StoredAct } from "../acts/index.ts";
import type { CallOptions, WriteSlot } from "../api/port.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Scope } from "../domain/scope.ts";
import { type InvoicingError, RefusedError } from "../errors.ts";
import type { GivenApproval, Outcome, PerformOptions } from "./port.ts";
import { recordOf } from "./record.ts";
import type { OperationRow } from "./store-port.ts";

export type Ended = Outcome<JsonObject>;

export type CallWishes = PerformOptions & { readonly approval?: GivenApproval };

export interface PreparedCall {
  readonly operation: StoredAct;
  readonly kind: ActKind;
  readonly args: JsonObject;
  readonly options: CallWishes;
  readonly scope: Scope;
  readonly fingerprint: string;
  readonly identityHash: string;
  readonly key: string;
  readonly duplicateOf: string | null;
  /** Instant at which the call answers at the latest. */
  readonly deadline: number;
}

/** What one request is allowed: a place in the write budget, and until when what was read counts as fresh. */
export interface Permit {
  readonly slot: WriteSlot;
  readonly fresh_until: number;
}

/** Proven after the claim: nothing happened. Kept apart from what is merely thrown. */
export class Refuted {
  readonly error: InvoicingError;
  /** Nothing left this machine. */
  readonly isUnsent: boolean;
  constructor(error: InvoicingError, isUnsent: boolean) {
    this.error = error;
    this.isUnsent = isUnsent;
  }
}

export function signalOf({ options }: PreparedCall): CallOptions {
  return options.signal ? { signal: options.signal } : {};
}

export function refusedApproval(reason: string): RefusedError {
  return new RefusedError(`${reason} Nothing was sent.`, {
    next: "Make the same call again to ask for a new approval.",
  });
}

export function endedOf(row: OperationRow, shown: Shown = {}): Ended {
  const operation = recordOf(row);
  if (row.result !== null && (row.state === "done" || row.state === "mismatch")) {
    return { outcome: row.state, operation, result: row.result, ...shown };
  }
  return { outcome: row.state === "ambiguous" ? "ambiguous" : "unknown", operation, result: null };
}
