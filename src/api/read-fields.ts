import { dayOf, type IsoDate, isIsoDate } from "../domain/clock.ts";
import { type Decimal, decimal } from "../domain/money.ts";
import { UnreadableAnswerError } from "../errors.ts";
import { unreadable } from "../jsonapi/decode.ts";
import type { Fields } from "../jsonapi/fields.ts";

/** Domain values out of wire attributes. */

export function amount(fields: Fields, name: string): Decimal | null {
  const text = fields.decimalText(name);
  return text === null ? null : decimal(text);
}

/**
 * The calendar day of a date or date-time. Midnight in the offset it is written with is that day; any other time is an
 * instant, and its day is the one on the seller's calendar (an API that stores local midnight in UTC writes the evening
 * before). Without a known zone the written day stands.
 */
export function day(fields: Fields, name: string, timeZone: string | null): IsoDate | null {
  const text = fields.text(name);
  if (text === null || text === "") return null;
  const date = text.slice(0, 10);
  const time = text.slice(10);
  if (!isIsoDate(date) || !/^$|^[T ]/.test(time)) throw unreadable(name, text, "a date");
  const instant = /^[T ](?!00:00(:00(\.0+)?)?(Z|[+-]))\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})$/.test(time)
    ? Date.parse(text)
    : Number.NaN;
  return Number.isNaN(instant) || timeZone === null || !isTimeZone(timeZone) ? date : dayOf(instant, timeZone);
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

export function required<T>(value: T | null, field: string, expected: string): T {
  if (value === null) throw unreadable(field, undefined, expected);
  return value;
}

/** An answer about another document than the one asked for must not be taken for it. */
export function otherResource(kind: "invoice" | "customer", id: string): UnreadableAnswerError {
  return new UnreadableAnswerError(`The API answered with another ${kind} than ${id}, which was asked for.`);
}

/** `""` says nothing. */
export function filled(text: string | null): string | null {
  return text === null || text.trim() === "" ? null : text;
}
