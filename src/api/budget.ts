import type { Clock } from "../domain/clock.ts";
import { RateLimitedError } from "../errors.ts";
import type { SharedBudget } from "./shared-budget.ts";

export interface BudgetLimits {
  readonly reads_per_minute: number;
  readonly writes_per_minute: number;
  readonly identical_per_second: number;
  /** Longest wait for a free place; beyond it the request is not sent. */
  readonly max_wait_ms: number;
}

/** Below the published 400 reads and 100 writes a minute and 4 identical requests a second (wire facts 2.9). */
export const DEFAULT_BUDGET: BudgetLimits = {
  reads_per_minute: 380,
  writes_per_minute: 95,
  identical_per_second: 4,
  max_wait_ms: 10_000,
};

const MINUTE_MS = 60_000;
/** A second, and what two requests may drift apart on their way. */
const IDENTICAL_WINDOW_MS = 1_200;
/** How long nobody asks again after what is shared could not be reached. */
const ALONE_MS = 5_000;

/** Counts requests before they leave, so that the API's limits are not met at all. One per API client. */
export class Budget {
  readonly #limits: BudgetLimits;
  readonly #clock: Clock;
  readonly #windows: Readonly<Record<"read" | "write", number[]>> = { read: [], write: [] };
  readonly #identical = new Map<string, number[]>();
  readonly #shared: SharedBudget | null;
  #blockedUntil = 0;
  #aloneUntil = 0;

  /** With `shared`, what other processes send with the same credential counts as well. */
  constructor(limits: BudgetLimits, clock: Clock, shared: SharedBudget | null = null) {
    this.#limits = limits;
    this.#clock = clock;
    this.#shared = shared;
  }

  /**
   * Resolves when the request may leave and counts it. `key` is equal for identical requests. Throws RateLimitedError
   * when the wait would be too long (nothing was sent), and the signal's reason when aborted.
   */
  async acquire(kind: "read" | "write", key: string, signal?: AbortSignal): Promise<void> {
    const deadline = this.#clock.now() + this.#limits.max_wait_ms;
    for (;;) {
      const now = this.#clock.now();
      let wait = this.#waitMs(kind, key, now);
      if (wait <= 0) {
        this.#windows[kind].push(now);
        this.#identical.set(key, [...this.#recent(key, now), now]);
        wait = await this.#sharedWaitMs(kind);
        if (wait <= 0) return;
        this.#giveBack(kind, key, now);
      }
      if (now + wait > deadline) {
        throw new RateLimitedError(
          `The request was not sent: it would exceed the API's limit (${this.#limits.reads_per_minute} reads and ${this.#limits.writes_per_minute} writes a minute).`,
          { retry_after_ms: wait },
        );
      }
      await this.#clock.sleep(wait, signal);
    }
  }

  /** After a 429: nothing leaves before the API's own time is over. */
  block(retryAfterMs: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, this.#clock.now() + retryAfterMs);
    // Those who cannot be told meet the API's own limit.
    void this.#shared?.block(retryAfterMs).catch(() => undefined);
  }

  /** Without the others' counts ours alone are kept: reading goes on while what is shared is out of reach. */
  async #sharedWaitMs(kind: "read" | "write"): Promise<number> {
    if (this.#shared === null || this.#clock.now() < this.#aloneUntil) return 0;
    const most = kind === "read" ? this.#limits.reads_per_minute : this.#limits.writes_per_minute;
    return this.#shared.take(kind, { most }).catch(() => {
      this.#aloneUntil = this.#clock.now() + ALONE_MS;
      return 0;
    });
  }

  #giveBack(kind: "read" | "write", key: string, time: number): void {
    const window = this.#windows[kind];
    window.splice(window.lastIndexOf(time), 1);
    const same = this.#identical.get(key) ?? [];
    const at = same.lastIndexOf(time);
    this.#identical.set(key, at === -1 ? same : same.toSpliced(at, 1));
  }

  #waitMs(kind: "read" | "write", key: string, now: number): number {
    const window = this.#windows[kind];
    while (window[0] !== undefined && window[0] <= now - MINUTE_MS) window.shift();
    const most = kind === "read" ? this.#limits.reads_per_minute : this.#limits.writes_per_minute;
    const oldest = window[window.length - most];
    const same = this.#recent(key, now);
    const oldestSame = same[same.length - this.#limits.identical_per_second];
    return Math.max(
      this.#blockedUntil - now,
      oldest === undefined ? 0 : oldest + MINUTE_MS - now,
      oldestSame === undefined ? 0 : oldestSame + IDENTICAL_WINDOW_MS - now,
    );
  }

  #recent(key: string, now: number): number[] {
    for (const [other, times] of this.#identical) {
      const last = times[times.length - 1];
      if (last === undefined || last <= now - IDENTICAL_WINDOW_MS) this.#identical.delete(other);
    }
    return (this.#identical.get(key) ?? []).filter((time) => time > now - IDENTICAL_WINDOW_MS);
  }
}
