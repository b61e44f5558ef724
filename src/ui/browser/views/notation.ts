/** Amounts, days and months as the reader writes them. */
export interface Notation {
  /** `1785.00`, `EUR` → `1.785,00 EUR`; a text that is no decimal stays as it is. */
  money(decimal: string, currency: string): string;
  /** `1785.00 EUR` → `1.785,00 EUR`. */
  moneyText(text: string): string;
  /** `2026-11-12` → `12.11.2026`, `12 Nov 2026`. */
  day(iso: string): string;
  /** `2026-11` → `November 2026`. */
  month(iso: string): string;
  /** An instant as the time of day in the reader's zone, with the day where it is not `today`. */
  time(instant: string, zone: string | null, today: string | null): string;
  /** `19` → `19 %`. */
  rate(decimal: string): string;
}

const NO_BREAK = "\u00a0";

export function notationOf(lang: string): Notation {
  const german = lang === "de";
  const locale = german ? "de-DE" : "en-GB";
  const [group, point] = german ? [".", ","] : [",", "."];
  const decimal = (value: string): string => {
    const parts = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value);
    if (parts === null) return value;
    const whole = (parts[2] ?? "").replace(/\B(?=(\d{3})+$)/g, group);
    return `${parts[1] === "-" ? "\u2212" : ""}${whole}${parts[3] === undefined ? "" : `${point}${parts[3]}`}`;
  };
  const money = (value: string, currency: string) => `${decimal(value)}${NO_BREAK}${currency}`;
  const day = (iso: string): string => {
    const at = /^\d{4}-\d{2}-\d{2}$/.test(iso) ? Date.parse(`${iso}T00:00:00Z`) : Number.NaN;
    if (Number.isNaN(at)) return iso;
    return new Intl.DateTimeFormat(locale, {
      timeZone: "UTC",
      year: "numeric",
      month: german ? "2-digit" : "short",
      day: "2-digit",
    }).format(at);
  };
  return {
    money,
    moneyText(text) {
      const parts = /^(-?\d+(?:\.\d+)?)(?: ([A-Z]{3}))?$/.exec(text);
      if (parts === null) return text;
      return parts[2] === undefined ? decimal(parts[1] ?? "") : money(parts[1] ?? "", parts[2]);
    },
    day,
    month(iso) {
      const at = /^\d{4}-\d{2}$/.test(iso) ? Date.parse(`${iso}-01T00:00:00Z`) : Number.NaN;
      if (Number.isNaN(at)) return iso;
      return new Intl.DateTimeFormat(locale, { timeZone: "UTC", month: "long", year: "numeric" }).format(at);
    },
    time(instant, zone, today) {
      const at = Date.parse(instant);
      if (Number.isNaN(at)) return instant;
      const options = zone === null ? {} : { timeZone: zone };
      const dayOf = new Intl.DateTimeFormat("en-CA", { ...options, dateStyle: "short" }).format(at);
      const clock = new Intl.DateTimeFormat(locale, { ...options, hour: "2-digit", minute: "2-digit" }).format(at);
      return dayOf === today ? clock : `${day(dayOf)}, ${clock}`;
    },
    rate: (value) => (/^\d/.test(value) ? `${decimal(value)}${NO_BREAK}%` : value),
  };
}
