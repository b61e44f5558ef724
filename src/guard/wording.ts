import type { IsoDate } from "../domain/clock.ts";
import { isIsoDate } from "../domain/clock.ts";
import { dateFormat } from "../domain/formats.ts";
import type { InvoiceStatus } from "../domain/invoice.ts";
import { type Decimal, formatMoney } from "../domain/money.ts";
import { quoted } from "../domain/untrusted.ts";

/** Languages the approval is worded in. */
export type Language = "de" | "en";

/** German for any German locale, English for the rest of the world. */
export function languageOf(locale: string): Language {
  return /^de\b/i.test(locale) ? "de" : "en";
}

const STATUS_TEXT: Readonly<Record<Exclude<InvoiceStatus, "other">, Readonly<Record<Language, string>>>> = {
  draft: { en: "draft", de: "Entwurf" },
  sent: { en: "sent", de: "versendet" },
  paid: { en: "paid", de: "bezahlt" },
  void: { en: "void", de: "storniert" },
  refunded: { en: "refunded", de: "erstattet" },
};

const LOCALE: Readonly<Record<Language, string>> = { en: "en-GB", de: "de-DE" };

export function statusText(status: InvoiceStatus, word: string, language: Language): string {
  return status === "other" ? referenceText(word) : STATUS_TEXT[status][language];
}

const DAY = {
  en: { year: "numeric", month: "short", day: "2-digit" },
  de: { year: "numeric", month: "2-digit", day: "2-digit" },
} as const;
const NUMERIC_DAY = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
const TIME = { hour: "2-digit", minute: "2-digit" } as const;

/** `31 Mar 2026`, `31.03.2026`: no order of day and month that could be misread. */
export function dateText(date: IsoDate, language: Language): string {
  const known = texts[language].get(date);
  if (known !== undefined) return known;
  if (!isIsoDate(date)) return quotedText(date, 30);
  const text = dateFormat(LOCALE[language], "UTC", DAY[language]).format(Date.parse(`${date}T00:00:00Z`));
  if (texts[language].size < MOST_DAYS) texts[language].set(date, text);
  return text;
}

/** The days of documents are few and come again; writing one out costs more than the rest of a line. */
const texts: Readonly<Record<Language, Map<IsoDate, string>>> = { de: new Map(), en: new Map() };
const MOST_DAYS = 2_000;

/** `14:02`, `14:02 Uhr`; with the day where it is not today's. In the zone the person lives in. */
export function timeText(at: number, language: Language, timeZone: string, now = at): string {
  const day = (instant: number) => dateFormat(LOCALE[language], timeZone, NUMERIC_DAY).format(instant);
  const time = dateFormat(LOCALE[language], timeZone, TIME).format(at);
  const text = say(language, time, `${time}\u00a0Uhr`);
  return day(at) === day(now) ? text : `${day(at)}, ${text}`;
}

/** A plain number (quantity, rate) with the language's decimal sign, ungrouped. */
export function numberText(value: Decimal, language: Language): string {
  const text = value.toFixed();
  return language === "de" ? text.replace(".", ",") : text;
}

export function rateText(rate: Decimal, language: Language): string {
  return `${numberText(rate, language)} %`;
}

/** The sentence in the plan's language. */
export function say(language: Language, english: string, german: string): string {
  return language === "de" ? german : english;
}

/** For text that is broken into lines where it is shown: in German no amount is torn from its currency, no rate from its %. */
export function unbroken(text: string, language: Language): string {
  return language === "de" ? text.replace(/(\d) (?=[A-Z]{3}(?![A-Za-z])|%|Uhr\b|min\b)/g, "$1\u00a0") : text;
}

/** German sentences get German quotation marks. `quoted` leaves none of its own marks inside a text: they always pair. */
export function typeset(text: string, language: Language): string {
  if (language !== "de") return text;
  return text.replace(/"([^"]*)"/g, (_, inside: string) => germanQuote(inside));
}

/** Marks inside become plain ones: a text from data cannot end its quotation. */
export function germanQuote(inside: string): string {
  return `„${inside.replace(/[„“”]/g, "'")}“`;
}

/** `Deutschland` for `DE`; anything that is no country code stays as it is. */
export function countryText(code: string, language: Language): string {
  if (!/^[A-Z]{2}$/.test(code)) return code;
  return new Intl.DisplayNames([language], { type: "region", fallback: "code" }).of(code) ?? code;
}

/**
 * Untrusted text inside the server's own sentences: one line, quoted, and without what a client that renders Markdown or
 * HTML would turn into links, images or tags.
 */
export function quotedText(raw: string, max = 80): string {
  return quoted(inert(raw), max);
}

/** Markdown and HTML made inert for display; never used on what is written to the API. */
export function inert(text: string): string {
  return text
    .replace(/\]\s*\(/g, "] (")
    .replace(/`/g, "'")
    .replace(/</g, "‹")
    .replace(/>/g, "›")
    .replace(/:\/\//g, ": //");
}

/** A number or id as it is: plain characters unquoted, anything else as quoted untrusted text. */
export function referenceText(raw: string): string {
  return /^[A-Za-z0-9][A-Za-z0-9._/#-]{0,39}$/.test(raw) ? raw : quotedText(raw, 60);
}

/** An amount with its currency; a code that is not one is quoted like any other text. */
export function amountText(value: Decimal, currency: string, language: Language): string {
  return inert(formatMoney(value, currency, language));
}
