import { type IsoDate, isIsoDate } from "../domain/clock.ts";
import { type Decimal, decimal } from "../domain/money.ts";
import { unreadable } from "../jsonapi/decode.ts";
import type { Fields } from "../jsonapi/fields.ts";

/** Domain values out of wire attributes. */

export function amount(fields: Fields, name: string): Decimal | null {
  const text = fields.decimalText(name);
  return text === null ? null : decimal(text);
}

/** The calendar day of a date or date-time, in the offset it is written with: the day the document shows. */
export function day(fields: Fields, name: string): IsoDate | null {
  const text = fields.text(name);
  if (text === null || text === "") return null;
  const date = text.slice(0, 10);
  if (!isIsoDate(date) || !/^$|^[T ]/.test(text.slice(10))) throw unreadable(name, text, "a date");
  return date;
}

export function required<T>(value: T | null, field: string, expected: string): T {
  if (value === null) throw unreadable(field, undefined, expected);
  return value;
}

/** `""` says nothing. */
export function filled(text: string | null): string | null {
  return text === null || text.trim() === "" ? null : text;
}
