/** A format costs a hundred times more to make than to use. */
const dates = new Map<DateShape, Map<string, Intl.DateTimeFormat>>();
const numbers = new Map<string, Intl.NumberFormat>();
/** Zones and currencies come from data: a hostile one must not fill the memory. */
const MOST_KEPT = 100;

/** What of a date is written and how: a constant, because formats are kept by it. */
export type DateShape = Readonly<Omit<Intl.DateTimeFormatOptions, "timeZone">>;

/** The format for dates of a language in a time zone (IANA name). Throws a RangeError where there is no such zone. */
export function dateFormat(locale: string, timeZone: string, shape: DateShape): Intl.DateTimeFormat {
  const formats = dates.get(shape) ?? new Map<string, Intl.DateTimeFormat>();
  if (dates.size < MOST_KEPT) dates.set(shape, formats);
  return kept(formats, `${locale} ${timeZone}`, () => new Intl.DateTimeFormat(locale, { ...shape, timeZone }));
}

/** The format for numbers of a language with this many decimals. */
export function numberFormat(locale: string, digits: number): Intl.NumberFormat {
  return kept(
    numbers,
    `${locale} ${digits}`,
    () => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
  );
}

function kept<Format>(formats: Map<string, Format>, name: string, make: () => Format): Format {
  const known = formats.get(name);
  if (known !== undefined) return known;
  const made = make();
  if (formats.size < MOST_KEPT) formats.set(name, made);
  return made;
}
