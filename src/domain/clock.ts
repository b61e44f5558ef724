import { dateFormat } from "./formats.ts";

/** Time, injected so that tests and the simulator can hold or move it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};

/** A calendar day, `YYYY-MM-DD`. */
export type IsoDate = string;

const ISO_DAY = { year: "numeric", month: "2-digit", day: "2-digit" } as const;

/** The calendar day of an instant in a time zone (IANA name). */
export function dayOf(epochMs: number, timeZone = "UTC"): IsoDate {
  return dateFormat("en-CA", timeZone, ISO_DAY).format(epochMs);
}

/** Whole days from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: IsoDate, to: IsoDate): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** The day `days` after `from`. */
export function addDays(from: IsoDate, days: number): IsoDate {
  return new Date(Date.parse(`${from}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** True for a real calendar day in `YYYY-MM-DD` form (2026-02-30 is not). */
export function isIsoDate(value: string): boolean {
  if (!/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/.test(value)) return false;
  if (value.slice(8) <= "28") return true;
  // A day that a month may lack.
  return new Date(Date.parse(`${value.slice(0, 8)}01T00:00:00Z`) + (Number(value.slice(8)) - 1) * 86_400_000)
    .toISOString()
    .startsWith(value);
}
