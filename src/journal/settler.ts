import type { ActContext, Shown, Verdict } from "../acts/act.ts";
import { ACTS, createdId, isActKind, publicArgs } from "../acts/index.ts";
import type { JsonObject } from "../domain/json.ts";
import type { Place } from "../domain/scope.ts";
import { InvoicingError, JournalError } from "../errors.ts";
import { isOpen } from "./record.ts";
import type { Change } from "./rules/transition.ts";
import type { JournalOptions, SettleSettings } from "./settings.ts";
import type { AuditEvent, OperationRow } from "./store-port.ts";

/** Waits between readings; the last one repeats. */
const WAITS_MS = [300, 700, 1000, 3000, 5000];
/** Between the two negative readings that a "not done" needs. */
const SECOND_READING_MS = 1000;
const PROGRESS_MS = 10_000;
const DAY_MS = 86_400_000;
const UNRECORDED = "The journal could not record this.";

type Reading = Verdict<JsonObject>;

export interface SettleRun {
  /** Instant at which to stop reading, whatever is known. */
  readonly until: number;
  /** Read at once instead of waiting first. */
  readonly now?: boolean;
  /** The call that dispatched the row: it knows that its request has ended. */
  readonly own?: boolean;
  readonly onProgress?: ((message: string) => void) | undefined;
}

/**
 * Finds out by reading what became of an operation. It never sends. Verdicts are monotonic: a final state is reached by
 * compare-and-set and never left, so that no settler can overrule another.
 */
export class Settler {
  readonly #options: JournalOptions;
  readonly #settings: SettleSettings;
  readonly #closing: AbortSignal;
  /** What the API showed when a row was concluded by this process. */
  readonly #shown = new WeakMap<OperationRow, Shown>();
  /** Ids of rows whose dispatch runs in this process. */
  readonly #dispatching: ReadonlySet<string>;
  readonly #onLeftOpen: (row: Place) => void;

  constructor(
    options: JournalOptions,
    settings: SettleSettings,
    closing: AbortSignal,
    dispatching: ReadonlySet<string>,
    /** Told of each row that is left as it was because the journal could not be written. */
    onLeftOpen: (row: Place) => void,
  ) {
    this.#options = options;
    this.#settings = settings;
    this.#closing = closing;
    this.#dispatching = dispatching;
    this.#onLeftOpen = onLeftOpen;
  }

  context(place: Place, signal: AbortSignal = this.#closing): ActContext {
    const { api, clock, store } = this.#options;
    return {
      api,
      signal,
      now: clock.now(),
      isTaken: async (kind, resourceId) => isActKind(kind) && store.operations.isTaken(place, kind, resourceId),
    };
  }

  /** Whether nobody else is, or will be, sending for this row. */
  isAbandoned(row: OperationRow): boolean {
    if (row.state !== "dispatching") return true;
    if (row.owner === this.#options.owner) return !this.#dispatching.has(row.id);
    return this.#options.isOwnerAlive(row.owner) === false || row.lease_until <= this.#options.clock.now();
  }

  /** Reads until the row is final or the time is up. Returns the row as it is then. */
  async settle(start: OperationRow, run: SettleRun): Promise<OperationRow> {
    const { clock, store } = this.#options;
    const begun = clock.now();
    let progress = begun;
    let row = start;
    let last: Reading | null = null;
    for (let round = 0; isOpen(row); round += 1) {
      if (round > 0 || !run.now) {
        const wait = this.#wait(row, last, run.now ? round - 1 : round);
        if (clock.now() + wait > run.until || !(await this.#sleep(wait))) return row;
      }
      if (run.onProgress && clock.now() - progress >= PROGRESS_MS) {
        progress = clock.now();
        run.onProgress(`Still finding out what became of ${row.kind} (${Math.round((progress - begun) / 1000)} s).`);
      }
      if (round > 0) {
        const stored = await this.guarded(() => store.operations.get(row, row.id));
        if (stored !== null) row = { ...stored, applied: stored.applied || row.applied };
      }
      if (!isOpen(row)) return row;
      if (row.state === "dispatching" && !run.own) {
        if (!this.isAbandoned(row)) continue;
        row = await this.#takeOver(row);
        if (!isOpen(row)) return row;
      }
      const reading = await this.read(row);
      row = await this.#weigh(row, reading, last);
      // Only readings after the horizon count towards a verdict that needs two.
      last = reading !== null && this.#isPast(row, reading) ? reading : null;
    }
    return row;
  }

  /** One reading. `null`: the API, or the journal that knows whose the found documents are, could not be read. */
  async read(row: OperationRow): Promise<Reading | null> {
    const operation = ACTS[row.kind];
    try {
      const args = operation.schemas.args.parse(row.args);
      const before = operation.schemas.before.parse(row.before);
      return await operation.reconcile(args, before, this.context(row), row.applied);
    } catch (error) {
      if (error instanceof JournalError) this.#options.onProblem?.(error);
      if (error instanceof InvoicingError) return null;
      if (this.#closing.aborted) return null;
      throw error;
    }
  }

  async done(row: OperationRow, result: JsonObject, event: AuditEvent = "settled"): Promise<OperationRow> {
    return this.#finish(row, { state: "done", result, why: null }, event);
  }

  async notDone(row: OperationRow, why: string, rearm = false): Promise<OperationRow> {
    return this.change(row, {
      state: "not_done",
      event: "settled",
      now: this.#options.clock.now(),
      why,
      candidates: [],
      args: publicArgs(row.kind, row.args),
      remember: null,
      rearm,
    });
  }

  /** Records a verdict that is final at once: done or a mismatch. */
  async conclude(row: OperationRow, verdict: Extract<Reading, { is: "done" | "mismatch" }>): Promise<OperationRow> {
    const { document, made } = verdict;
    const ended =
      verdict.is === "done"
        ? await this.done(row, verdict.result)
        : await this.#finish(row, { state: "mismatch", result: verdict.result, why: verdict.why }, "settled");
    this.#shown.set(ended, { ...(document ? { document } : {}), ...(made ? { made } : {}) });
    return ended;
  }

  shownOf(row: OperationRow): Shown {
    return this.#shown.get(row) ?? {};
  }

  /**
   * Compare-and-set. When somebody else was faster, their row counts. When the journal cannot be written, what is proven
   * to have been done is still told, and everything else is `unknown`: the row stays open and is settled by reading later.
   */
  async change(row: OperationRow, change: Change): Promise<OperationRow> {
    const { operations } = this.#options.store;
    const changed = await this.guarded(async () => {
      const next = await operations.transition(row, change);
      if (next !== null && !("refused" in next)) return next;
      return (await operations.get(row, row.id)) ?? row;
    });
    if (changed !== null) return changed;
    this.#onLeftOpen(row);
    const why = change.why ?? (change.why === undefined ? row.why : null) ?? "";
    return {
      ...row,
      state: change.state === "not_done" ? "unknown" : change.state,
      result: change.result ?? row.result,
      why: why.endsWith(UNRECORDED) ? why : `${why} ${UNRECORDED}`.trim(),
      candidates: change.candidates ?? row.candidates,
      applied: change.applied ?? row.applied,
    };
  }

  /** How a request that left is told when the journal failed: never as "nothing happened". */
  unrecorded(row: OperationRow): OperationRow {
    return { ...row, state: "unknown", why: `The request may have left. ${UNRECORDED}` };
  }

  /** After a claim no failure of the journal may look like a failure of the act: it is reported, and `null`. */
  async guarded<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      this.#options.onProblem?.(
        error instanceof InvoicingError
          ? error
          : new JournalError("The journal failed after a request left.", { cause: error }),
      );
      return null;
    }
  }

  async #finish(
    row: OperationRow,
    end: { readonly state: "done" | "mismatch"; readonly result: JsonObject; readonly why: string | null },
    event: AuditEvent,
  ): Promise<OperationRow> {
    const operation = ACTS[row.kind];
    const now = this.#options.clock.now();
    const remember = operation.repeat === "open" ? null : { until: operation.repeat === "day" ? now + DAY_MS : null };
    return this.change(row, {
      ...end,
      event,
      now,
      candidates: [],
      resource_id: createdId(row.kind, end.result),
      subject_id: operation.subject(operation.schemas.args.parse(row.args), end.result).id,
      args: publicArgs(row.kind, row.args),
      remember,
    });
  }

  /** The owner of the dispatch is dead or its lease is over. The horizon starts now: when it died is not known. */
  async #takeOver(row: OperationRow): Promise<OperationRow> {
    const now = this.#options.clock.now();
    return this.change(row, {
      state: "unknown",
      event: "taken_over",
      now,
      quiet_at: now,
      owner: this.#options.owner,
      why: "The process that sent it ended before the answer was recorded.",
    });
  }

  async #weigh(row: OperationRow, reading: Reading | null, last: Reading | null): Promise<OperationRow> {
    if (reading === null) return this.#unread(row);
    if (reading.is === "done" || reading.is === "mismatch") return this.conclude(row, reading);
    const twice = this.#isPast(row, reading) && last !== null && same(reading, last);
    const now = this.#options.clock.now();
    if (reading.is === "not_done" && twice && !row.applied) {
      return this.notDone(row, "The request left, but it was not processed.");
    }
    const why =
      reading.is === "ambiguous"
        ? reading.why
        : row.applied
          ? "The API confirmed the request, but what it made cannot be found."
          : (row.why ?? "The request left, but no answer says what became of it.");
    const candidates = reading.is === "ambiguous" ? reading.candidates : [];
    const state = twice
      ? "ambiguous"
      : row.state === "ambiguous" && reading.is === "ambiguous"
        ? "ambiguous"
        : "unknown";
    if (row.state === state && row.why === why && sameIds(row.candidates, candidates)) return row;
    return this.change(row, { state, event: "read", now, why, candidates, ...this.#quiet(row, now) });
  }

  /** A row still dispatching (its own call is settling it) is recorded as open before the first wait. */
  async #unread(row: OperationRow): Promise<OperationRow> {
    if (row.state !== "dispatching") return row;
    const now = this.#options.clock.now();
    const why = row.why ?? "The request left, but the API cannot be read to see what became of it.";
    return this.change(row, {
      state: "unknown",
      event: "read",
      now,
      why,
      applied: row.applied,
      ...this.#quiet(row, now),
    });
  }

  #quiet(row: OperationRow, now: number): { quiet_at?: number; applied?: boolean } {
    return row.state === "dispatching" ? { quiet_at: now, applied: row.applied } : {};
  }

  /** A 2xx leaves only lag to wait for, except for "confirmed, but nowhere to be found". */
  #isPast(row: OperationRow, reading: Reading): boolean {
    const { horizon_ms, lag_ms } = this.#settings;
    const wait = row.applied && reading.is === "ambiguous" ? Math.min(lag_ms, horizon_ms) : horizon_ms;
    return this.#options.clock.now() >= row.quiet_at + wait;
  }

  #wait(row: OperationRow, last: Reading | null, round: number): number {
    if (last !== null) return SECOND_READING_MS;
    const planned = WAITS_MS[Math.min(round, WAITS_MS.length - 1)] ?? SECOND_READING_MS;
    // The horizon itself is worth a reading.
    const horizon = row.quiet_at + this.#settings.horizon_ms - this.#options.clock.now();
    return horizon > 0 ? Math.min(planned, horizon) : planned;
  }

  async #sleep(ms: number): Promise<boolean> {
    try {
      await this.#options.clock.sleep(ms, this.#closing);
      return true;
    } catch {
      return false;
    }
  }
}

function same(a: Reading, b: Reading): boolean {
  if (a.is === "ambiguous" && b.is === "ambiguous") return a.why === b.why && sameIds(a.candidates, b.candidates);
  return a.is === b.is;
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && [...a].sort().join() === [...b].sort().join();
}
