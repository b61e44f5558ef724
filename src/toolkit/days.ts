import type { IsoDate } from "../domain/clock.ts";
import { dateFormat } from "../domain/formats.ts";

/** The instant a calendar day begins in a time zone, ISO 8601 in UTC. Right on days of a clock change, too. */
export function startOfDay(day: IsoDate, timeZone: string): string {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // The offset may differ between the guess and the result, so it is taken twice.
  let instant = midnight - offsetAt(midnight, timeZone);
  instant = midnight - offsetAt(instant, timeZone);
  return new Date(instant).toISOString();
}

const TO_THE_SECOND = {
  hourCycle: "h23",
  year: "numeric",
  month: "numeric",
  day: "numeric",
  hour: "numeric",
  minute: "numeric",
  second: "numeric",
} as const;

function offsetAt(instant: number, timeZone: string): number {
  const parts = dateFormat("en-US", timeZone, TO_THE_SECOND).formatToParts(instant);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((one) => one.type === type)?.value ?? "0");
  const local = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return local - Math.floor(instant / 1000) * 1000;
}
