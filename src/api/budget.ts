import type { Clock } from "../domain/clock.ts";
import { RateLimitedError } from "../errors.ts";

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

/** Counts requests before they leave, so that the API's limits are not met at all. One per API client. */
export class Budget {
  readonly #limits: BudgetLimits;
  readonly #clock: Clock;
  readonly #windows: Readonly<Record<"read" | "write", number[]>> = { read: [], write: [] };
  readonly #identical = new Map<string, number[]>();
  #blockedUntil = 0;

  constructor(limits: BudgetLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * Resolves when the request may leave and counts it. `key` is equal for identical requests. Throws RateLimitedError
   * when the wait would be too long (nothing was sent), and the signal's reason when aborted.
   */
  async acquire(kind: "read" | "write", key: string, signal?: AbortSignal): Promise<void> {
    const deadline = this.#clock.now() + this.#limits.max_wait_ms;
    for (;;) {
      const now = this.#clock.now();
      const wait = this.#waitMs(kind, key, now);
      if (wait <= 0) {
        this.#windows[kind].push(now);
        this.#identical.set(key, [...this.#recent(key, now), now]);
        return;
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
