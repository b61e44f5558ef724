import { type IsoDate, isIsoDate } from "../domain/clock.ts";
import { oneLine } from "../domain/untrusted.ts";
import { InputError } from "../errors.ts";
import type { DateOrder } from "./bank-line.ts";
import { entriesOf, keyOf } from "./lexicon.ts";
import { MONTHS } from "./vocabulary/around.ts";

/** A day as written; `slashed` ones wait for `settleDates`, because 03/04/2026 is two days. */
export type WrittenDate =
  | { readonly kind: "day"; readonly day: IsoDate }
  | {
      readonly kind: "slashed";
      readonly first: string;
      readonly second: string;
      readonly year: string;
      /** Dashed days are day first unless the statement proves the other. */
      readonly mark: string;
      readonly raw: string;
    };

const months = new Map(
  MONTHS.flatMap((names, at) => entriesOf(names).map((name) => [keyOf(name), String(at + 1)] as const)),
);

/**
 * Reads a whole token: `2026-11-12`, `2026/11/12`, `12.11.2026`, `12.11.26`, `12-11-2026`, `20261112`, `11/12/2026`,
 * `12 Nov 2026`, `Nov 12, 2026`, each with a time behind it. `null` when it is no day.
 */
export function readDate(raw: string): WrittenDate | null {
  if (raw.length > 60) return null;
  const text = raw.trim().replace(/(?<=\d)(?:T|,? +)\d{1,2}[:.]\d{2}.*$/i, "");
  const iso = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:Z|[+-]\d{2}:\d{2})?$/.exec(text);
  if (iso !== null) return dayOf(iso[1], iso[3], iso[4]);
  const compact = /^((?:19|20)\d{2})(\d{2})(\d{2})(?:[ T]?[0-2]\d{5}(?:\d{3})?)?$/.exec(text);
  if (compact !== null) return dayOf(compact[1], compact[2], compact[3]);
  const dotted = /^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d{2})$/.exec(text);
  if (dotted !== null) return dayOf(dotted[3], dotted[2], dotted[1]);
  const named = namedDay(text);
  if (named !== null) return named;
  const slashed = /^(\d{1,2})([/-])(\d{1,2})\2(\d{4}|\d{2})$/.exec(text);
  if (slashed === null) return null;
  const [, first = "", mark = "", second = "", year = ""] = slashed;
  if (dayOf(year, first, second) === null && dayOf(year, second, first) === null) return null;
  return { kind: "slashed", first, second, year, mark, raw: text };
}

function namedDay(text: string): WrittenDate | null {
  const before =
    /^(?:\p{L}{2,3}\.?,? )?(\d{1,2})(?:\.|st|nd|rd|th)?[ -]?(\p{L}{3,14})\.?[ ,-]{0,2}(\d{4}|\d{2})$/u.exec(text);
  const behind = /^(\p{L}{3,14})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$/u.exec(text);
  const [day, name, year] = before === null ? [behind?.[2], behind?.[1], behind?.[3]] : before.slice(1);
  const month = months.get(keyOf(name ?? ""));
  return month === undefined ? null : dayOf(year, month, day);
}

function dayOf(year = "", month = "", day = ""): { kind: "day"; day: IsoDate } | null {
  const iso = `${year.length === 2 ? `20${year}` : year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  return isIsoDate(iso) ? { kind: "day", day: iso } : null;
}

/**
 * Days of one statement, in its order. Slashed days are read by what the statement itself proves (a 25 in first or
 * second place), else by `order`, else the question is put. Throws `InputError`.
 */
export function settleDates(
  dates: readonly { readonly index: number; readonly date: WrittenDate | null }[],
  order: DateOrder | undefined,
): (IsoDate | null)[] {
  const slashed = dates.flatMap(({ index, date }) => (date?.kind === "slashed" ? [{ index, date }] : []));
  const dayFirst = slashed.every(({ date }) => dayOf(date.year, date.second, date.first) !== null);
  const monthFirst = slashed.every(({ date }) => dayOf(date.year, date.first, date.second) !== null);
  const proven: DateOrder | null = dayFirst === monthFirst ? null : dayFirst ? "day_first" : "month_first";
  if (!dayFirst && !monthFirst) {
    throw new InputError("The statement writes days in two ways: some day first, some month first.", {
      next: "Write all days as YYYY-MM-DD and call again.",
    });
  }
  const dashed = slashed.every(({ date }) => date.mark === "-");
  const meant = proven ?? order ?? (dashed ? "day_first" : null);
  const [doubtful] = slashed;
  const same = slashed.every(({ date }) => Number(date.first) === Number(date.second));
  if (doubtful !== undefined && meant === null && !same) {
    throw new InputError(
      `Line ${doubtful.index}: ${oneLine(doubtful.date.raw, 20)} is two different days, day first or month first.`,
      { next: "Ask the person which is meant, then call again with date_order." },
    );
  }
  return dates.map(({ date }) => {
    if (date === null || date.kind === "day") return date?.day ?? null;
    const { first, second, year } = date;
    return (meant === "month_first" ? dayOf(year, first, second) : dayOf(year, second, first))?.day ?? null;
  });
}
