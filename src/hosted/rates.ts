import type { Clock } from "../domain/clock.ts";
import { refuse } from "./refusal.ts";

export interface RateLimits {
  readonly perMinute: number;
  readonly concurrent: number;
}

interface Bucket {
  tokens: number;
  at: number;
  running: number;
}

/** Callers that are remembered; idle ones are forgotten first. */
const MOST_KEPT = 10_000;
const MINUTE_MS = 60_000;

/** Counts requests per caller, in this process. A full minute's worth may come at once. */
export function createRates({ perMinute, concurrent }: RateLimits, clock: Clock) {
  const buckets = new Map<string, Bucket>();

  function bucketOf(key: string): Bucket {
    const now = clock.now();
    const bucket = buckets.get(key) ?? { tokens: perMinute, at: now, running: 0 };
    // A clock that was set back gives nothing, and takes nothing.
    const passed = Math.max(0, now - bucket.at);
    bucket.tokens = Math.min(perMinute, bucket.tokens + (passed * perMinute) / MINUTE_MS);
    bucket.at = now;
    buckets.delete(key);
    buckets.set(key, bucket);
    for (const [oldest, { running }] of buckets) {
      if (buckets.size <= MOST_KEPT) break;
      if (running === 0) buckets.delete(oldest);
    }
    return bucket;
  }

  return {
    /** Takes a place until the returned function is called, once. Throws a `RefusedRequest` when there is none. */
    enter(key: string): () => void {
      const bucket = bucketOf(key);
      if (bucket.running >= concurrent) {
        throw refuse(
          429,
          "too_many_requests",
          `${concurrent} requests of yours are under way. Nothing was done by this one.`,
          1,
        );
      }
      spend(bucket);
      bucket.running += 1;
      return () => {
        bucket.running -= 1;
      };
    },
  };

  function spend(bucket: Bucket): void {
    if (bucket.tokens < 1) throw tooMany();
    bucket.tokens -= 1;
  }

  function tooMany() {
    const wait = Math.max(1, Math.ceil(MINUTE_MS / perMinute / 1000));
    return refuse(
      429,
      "too_many_requests",
      `More than ${perMinute} requests a minute. Nothing was done by this one.`,
      wait,
    );
  }
}
