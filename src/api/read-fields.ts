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

/** UTC offsets with minutes; whole hours count from -12 to +14. */
const ODD_OFFSETS_MIN = [-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825];

/**
 * The calendar day of a date or date-time. Midnight in the offset it is written with is that day; any other time is an
 * instant (an API that stores local midnight in UTC writes the evening before), and its day is the one in the
 * organization's time zone, else in the configured one. `isDate`: the field never is a moment, so that where the
 * configured zone is not the organization's, the midnight that was meant is found all the same.
 */
export function day(fields: Fields, name: string, zones: Zones, isDate = false): IsoDate | null {
  const text = fields.text(name);
  if (text === null || text === "") return null;
  const date = text.slice(0, 10);
  const time = text.slice(10);
  if (!isIsoDate(date) || !/^$|^[T ]/.test(time)) throw unreadable(name, text, "a date");
  const instant = /^[T ](?!00:00(:00(\.0+)?)?(Z|[+-]))\d{2}:\d{2}.*(Z|[+-]\d{2}:?\d{2})$/.test(time)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(instant)) return date;
  const { organization, configured } = zones;
  if (organization !== null && isTimeZone(organization)) return dayOf(instant, organization);
  const here = configured === null ? date : dayOf(instant, configured);
  // The second before midnight belongs to another day.
  const isMidnight = configured !== null && here !== dayOf(instant - 1, configured);
  return isMidnight || !isDate ? here : (dayOfMidnight(instant) ?? here);
}

/** Which clocks decide what day an instant is. */
export interface Zones {
  /** What the document itself says about its seller. */
  readonly organization: string | null;
  readonly configured: string | null;
}

/** The day that begins at this instant somewhere; of two such days the one nearer to UTC. */
function dayOfMidnight(instant: number): IsoDate | null {
  const minutes = (instant / 60_000) % 1440;
  // West of Greenwich midnight comes later than in UTC, east of it earlier.
  const offsets = [-minutes, 1440 - minutes].filter(
    (offset) => (offset % 60 === 0 && offset >= -720 && offset <= 840) || ODD_OFFSETS_MIN.includes(offset),
  );
  const [offset] = offsets.sort((a, b) => Math.abs(a) - Math.abs(b));
  return offset === undefined ? null : dayOf(instant + offset * 60_000);
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
