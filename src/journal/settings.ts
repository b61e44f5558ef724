import type { InvoicesApi } from "../api/port.ts";
import type { Clock } from "../domain/clock.ts";
import type { Tracing } from "../domain/tracing.ts";
import type { InvoicingError } from "../errors.ts";
import type { Ledger } from "./ledger.ts";

/** Moments of a call, in order; tests stop or kill the process there. */
export const POINTS = ["prepared", "claimed", "answered", "settled"] as const;
export type Point = (typeof POINTS)[number];

export interface JournalOptions {
  readonly store: Ledger;
  readonly api: InvoicesApi;
  readonly clock: Clock;
  /** This process, as `processOwner()` names it. */
  readonly owner: string;
  /** Whether another owner lives; `null` when that cannot be told. */
  readonly isOwnerAlive: (owner: string) => boolean | null;
  readonly settle?: Partial<SettleSettings>;
  /** Keeps reading what is open while this process lives. */
  readonly background?: boolean;
  /** Told when the journal could not record something that happened, or a background reading failed. */
  readonly onProblem?: (error: InvoicingError) => void;
  readonly random?: () => number;
  readonly onPoint?: (point: Point) => void | Promise<void>;
  readonly tracing?: Tracing;
}

export interface SettleSettings {
  /** Longest time between the last byte we sent and the API's commit. Negative readings before it prove nothing. */
  readonly horizon_ms: number;
  /** After a 2xx the effect is there; readings may lag this long. */
  readonly lag_ms: number;
  /** A call returns after this at the latest, then with `unknown`. Clients give up at 60 s. */
  readonly budget_ms: number;
  /** Of which settling takes at most this. */
  readonly settle_ms: number;
  /** How long a dispatch owns its row. Covers connecting (5 s) and waiting for the answer (25 s), twice. */
  readonly lease_ms: number;
  /** Longest time between the reading that an approval is compared with and the request. */
  readonly fresh_ms: number;
  /** What `close()` waits for calls under way. */
  readonly close_ms: number;
}

export const SETTLE_DEFAULTS: SettleSettings = {
  horizon_ms: 120_000,
  lag_ms: 20_000,
  budget_ms: 45_000,
  settle_ms: 25_000,
  lease_ms: 60_000,
  fresh_ms: 1_500,
  close_ms: 20_000,
};
