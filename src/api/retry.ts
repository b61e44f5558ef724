/** When a request may be tried again. Pure: the caller sleeps. */

export const MOST_ATTEMPTS = 3;
const BASE_DELAY_MS = 200;
/** No caller waits longer than this for one retry; a longer Retry-After is handed to the caller instead. */
export const LONGEST_WAIT_MS = 10_000;

const RETRYABLE_STATUS: readonly number[] = [408, 429, 500, 502, 503, 504];

export type ReadFailure =
  | { readonly kind: "network" }
  | { readonly kind: "status"; readonly status: number; readonly retry_after_ms: number | null };

/**
 * Delay in ms before the next attempt of a read, or `null` for "give up". `attempt` counts those already made.
 * Full jitter; a Retry-After is waited for in full, with jitter on top, or not at all.
 */
export function readDelay(failure: ReadFailure, attempt: number, random: number): number | null {
  if (attempt >= MOST_ATTEMPTS) return null;
  const jitter = Math.floor(random * BASE_DELAY_MS * 2 ** attempt);
  if (failure.kind === "network") return jitter;
  if (!RETRYABLE_STATUS.includes(failure.status)) return null;
  if (failure.retry_after_ms === null) return jitter;
  return failure.retry_after_ms > LONGEST_WAIT_MS ? null : failure.retry_after_ms + jitter;
}

/**
 * Delay before a mutation that provably never left is tried again, or `null`. At most 3 attempts within 10 s.
 * There is no such function for a mutation that left.
 */
export function unsentDelay(attempt: number, elapsedMs: number, random: number): number | null {
  if (attempt >= MOST_ATTEMPTS) return null;
  const jitter = Math.floor(random * BASE_DELAY_MS * 2 ** attempt);
  return elapsedMs + jitter > LONGEST_WAIT_MS ? null : jitter;
}

/** Retries are at most a tenth of the reads, after a small allowance: an API in trouble is not loaded further. */
export class RetryBudget {
  #tokens: number;
  readonly #most: number;

  constructor(most = 10) {
    this.#most = most;
    this.#tokens = most;
  }

  /** Called once per read. */
  earn(): void {
    this.#tokens = Math.min(this.#most, this.#tokens + 0.1);
  }

  /** True when a retry may be made, and takes it. */
  spend(): boolean {
    // Ten tenths in floating point are a little less than one.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens -= 1;
    return true;
  }
}

const DAY_MS = 86_400_000;

/** `Retry-After` in seconds or as an HTTP date, as milliseconds from now. `null` when absent or beyond a day. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text)
    ? Number(text) * 1000
    : /^[A-Za-z]{3},/.test(text)
      ? Date.parse(text) - nowMs
      : Number.NaN;
  return Number.isNaN(ms) || ms > DAY_MS ? null : Math.max(0, ms);
}
