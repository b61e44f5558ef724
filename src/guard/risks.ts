import { addDays, daysBetween, type IsoDate } from "../domain/clock.ts";
import { type Invoice, isOpen } from "../domain/invoice.ts";
import { type Decimal, decimal } from "../domain/money.ts";
import { itemTotals, totalsDifference } from "../domain/totals.ts";
import { emailView, isLong } from "./email.ts";
import { isMarked } from "./email-mark.ts";
import type { Risk } from "./port.ts";
import { countryOf } from "./risk-law.ts";
import { issued, type RiskSubject, type Rule, risk } from "./risk-rule.ts";
import { printed, soundsParked } from "./signs.ts";
import { hiddenCharacters, imperativeText } from "./text-risks.ts";
import { amountText, countryText, dateText, type Language, quotedText, rateText, referenceText } from "./wording.ts";

const LOOK_ALIKE_DAYS = 45;

function money(invoice: Invoice, value: Decimal, language: Language): string {
  return amountText(value, invoice.currency, language);
}

export const overLimit: Rule = ({ invoice, policy, language }) => {
  const limits = policy.levels.typed_over;
  if (limits === undefined) return null;
  const limit = Object.hasOwn(limits, invoice.currency) ? limits[invoice.currency] : undefined;
  if (limit === undefined || invoice.total === null) {
    // A limit that does not speak of this amount is no proof that it is below.
    return risk(
      "over_limit",
      true,
      language,
      "The owner's limit for extra care cannot be compared with this amount.",
      "Die Grenze des Inhabers für besondere Sorgfalt lässt sich mit diesem Betrag nicht vergleichen.",
    );
  }
  if (!invoice.total.abs().gt(limit)) return null;
  const shown = money(invoice, decimal(limit), language);
  return risk(
    "over_limit",
    true,
    language,
    `The gross is over ${shown}, the owner's limit for extra care.`,
    `Der Bruttobetrag liegt über ${shown}, der Grenze des Inhabers für besondere Sorgfalt.`,
  );
};

export const firstInvoice: Rule = (subject) => {
  const { context, policy, language, customer } = subject;
  if (customer === null || issued(subject).length > 0) return null;
  const raises = policy.levels.first_invoice === "typed";
  return context.earlier_complete
    ? risk(
        "first_invoice",
        raises,
        language,
        "This is the first invoice to this customer.",
        "Das ist die erste Rechnung an diesen Kunden.",
      )
    : risk(
        "first_invoice",
        raises,
        language,
        "No earlier invoice to this customer was found, but not all invoices could be read.",
        "Es wurde keine frühere Rechnung an diesen Kunden gefunden, aber nicht alle Rechnungen konnten gelesen werden.",
      );
};

export const emailChanged: Rule = ({ customer, context, language }) => {
  const before = context.last_email;
  const now = customer?.email ?? null;
  if (before === null || now === null || isMarked(now, before)) return null;
  return risk(
    "email_changed",
    true,
    language,
    "The customer's e-mail changed since the last invoice: that one went to another address.",
    "Die E-Mail-Adresse des Kunden hat sich seit der letzten Rechnung geändert: diese ging an eine andere.",
  );
};

export const emailNotAscii: Rule = ({ customer, language }) => {
  const view = emailView(customer?.email ?? null, language);
  if (view === null || view.note === null) return null;
  return risk(
    "email_not_ascii",
    true,
    language,
    "The e-mail address contains letters that can be mistaken for others.",
    "Die E-Mail-Adresse enthält Zeichen, die mit anderen verwechselt werden können.",
  );
};

export const lookAlike: Rule = (subject) => {
  const { invoice, context, language } = subject;
  const total = invoice.total;
  if (total === null) return null;
  const since = addDays(context.today, -LOOK_ALIKE_DAYS);
  const twin = issued(subject)
    .filter((other) => other.currency === invoice.currency && other.total?.eq(total) === true)
    .map((other) => ({ other, day: other.issued_at ?? other.created_at?.slice(0, 10) ?? null }))
    .filter((entry): entry is { other: Invoice; day: IsoDate } => entry.day !== null && entry.day >= since)
    .sort((a, b) => (a.day < b.day ? 1 : -1))[0];
  if (twin === undefined) return null;
  const number = referenceText(twin.other.number ?? twin.other.id);
  const days = Math.max(0, daysBetween(twin.day, context.today));
  const amount = money(invoice, total, language);
  const when = dateText(twin.day, language);
  return risk(
    "look_alike",
    true,
    language,
    `An invoice for the same amount, ${amount}, was issued to this customer ${days === 1 ? "1 day" : `${days} days`} ago (${when}): ${number}.`,
    `Eine Rechnung über denselben Betrag, ${amount}, ging vor ${days === 1 ? "1 Tag" : `${days} Tagen`} (${when}) an diesen Kunden: ${number}.`,
  );
};

export const parked: Rule = ({ invoice, context, language }) => {
  const siblings = context.earlier.filter(
    (other) => other.id !== invoice.id && other.status === "draft" && !other.is_quote,
  ).length;
  const said = printed(invoice).find(soundsParked);
  if (said !== undefined) {
    const quote = quotedText(said, 100);
    return risk(
      "parked",
      true,
      language,
      `It reads as if it were waiting for a consolidated invoice: ${quote}`,
      `Der Text klingt, als warte der Entwurf auf eine Sammelrechnung: ${quote}`,
    );
  }
  if (invoice.reference === null && siblings < 2) return null;
  return risk(
    "parked",
    false,
    language,
    invoice.reference !== null
      ? "This draft was made for a booking, order or subscription; make sure that it is not being collected for a consolidated invoice."
      : `This customer has ${siblings} other drafts; make sure that they are not being collected for a consolidated invoice.`,
    invoice.reference !== null
      ? "Dieser Entwurf gehört zu einer Buchung, Bestellung oder einem Abo; prüfen Sie, ob er für eine Sammelrechnung vorgemerkt ist."
      : `Dieser Kunde hat ${siblings} weitere Entwürfe; prüfen Sie, ob sie für eine Sammelrechnung vorgemerkt sind.`,
  );
};

export const totalsDiffer: Rule = ({ invoice, language }) => {
  const items = invoice.items;
  if (items === null || items.length === 0) return null;
  if (invoice.total === null) {
    return risk(
      "totals_differ",
      true,
      language,
      "The invoicing system states no total for this invoice.",
      "Das Rechnungssystem nennt keine Summe für diese Rechnung.",
    );
  }
  const totals = itemTotals(items, invoice.calculate_from_net, invoice.currency);
  const difference = totalsDifference(invoice.total, totals, items.length, invoice.currency);
  if (difference === null || totals === null) return null;
  const ours = money(invoice, totals.gross, language);
  const theirs = money(invoice, invoice.total, language);
  return risk(
    "totals_differ",
    true,
    language,
    `The lines add up to ${ours} gross, but the invoicing system states ${theirs}.`,
    `Die Positionen ergeben ${ours} brutto, das Rechnungssystem nennt aber ${theirs}.`,
  );
};

/** So long that no mailbox can have it: shown cut, before the @. */
export const longEmail: Rule = ({ customer, language }) =>
  customer === null || customer.email === null || !isLong(customer.email)
    ? null
    : risk(
        "long_email",
        true,
        language,
        "The customer's e-mail is longer than any real address.",
        "Die E-Mail-Adresse des Kunden ist länger, als es echte Adressen sein können.",
      );

export const noEmail: Rule = ({ customer, language }) =>
  customer !== null && customer.email !== null && customer.email.trim() !== ""
    ? null
    : risk(
        "no_email",
        false,
        language,
        customer === null
          ? "No customer is linked, so nothing can be delivered by e-mail."
          : "The customer has no e-mail address, so nothing can be delivered by e-mail.",
        customer === null
          ? "Es ist kein Kunde verknüpft; per E-Mail kann nichts zugestellt werden."
          : "Der Kunde hat keine E-Mail-Adresse; per E-Mail kann nichts zugestellt werden.",
      );

const COUNTRIES: Readonly<Record<string, { readonly currency: string; readonly rates: readonly string[] }>> = {
  DE: { currency: "EUR", rates: ["0", "7", "19"] },
  AT: { currency: "EUR", rates: ["0", "10", "13", "20"] },
  CH: { currency: "CHF", rates: ["0", "2.6", "3.8", "8.1"] },
  LI: { currency: "CHF", rates: ["0", "2.6", "3.8", "8.1"] },
};

export const unusualCurrency: Rule = (subject) => {
  const { invoice, language } = subject;
  const country = countryOf(subject);
  const usual = country !== null && Object.hasOwn(COUNTRIES, country) ? COUNTRIES[country]?.currency : undefined;
  const before = issued(subject).map((other) => other.currency);
  const expected = usual === undefined ? before : [usual, ...before];
  if (expected.length === 0 || expected.includes(invoice.currency)) return null;
  const code = referenceText(invoice.currency);
  return risk(
    "unusual_currency",
    true,
    language,
    `${code} is an unusual currency here; ${referenceText(expected[0] ?? "")} is usual.`,
    `${code} ist hier eine ungewöhnliche Währung; üblich ist ${referenceText(expected[0] ?? "")}.`,
  );
};

export const unusualRate: Rule = (subject) => {
  const { invoice, language } = subject;
  const country = countryOf(subject);
  const rates = country !== null && Object.hasOwn(COUNTRIES, country) ? COUNTRIES[country]?.rates : undefined;
  if (rates === undefined || country === null) return null;
  const odd = (invoice.items ?? []).find((item) => !rates.some((rate) => item.tax_rate.eq(rate)));
  if (odd === undefined) return null;
  const shown = rateText(odd.tax_rate, language);
  return risk(
    "unusual_tax_rate",
    true,
    language,
    `A line has ${shown} tax, which is not a rate of ${countryText(country, language)}.`,
    `Eine Position hat ${shown} Steuer; das ist kein Steuersatz in ${countryText(country, language)}.`,
  );
};

export const dueInPast: Rule = ({ invoice, context, language }) =>
  invoice.due_date === null || invoice.due_date >= context.today
    ? null
    : risk(
        "due_in_past",
        false,
        language,
        `The due date, ${dateText(invoice.due_date, language)}, is already past.`,
        `Das Fälligkeitsdatum ${dateText(invoice.due_date, language)} liegt in der Vergangenheit.`,
      );

export const notPositive: Rule = ({ invoice, language }) => {
  if (invoice.total === null || invoice.total.gt(0)) return null;
  const zero = invoice.total.eq(0);
  return risk(
    "total_not_positive",
    false,
    language,
    zero ? "The total is zero." : "The total is negative: the document credits the customer.",
    zero ? "Die Summe ist null." : "Die Summe ist negativ: das Dokument schreibt dem Kunden Geld gut.",
  );
};

/** Two open invoices over one amount: a payment is easily booked on the wrong one. */
const twinOpen: Rule = ({ invoice, context, language }) => {
  const total = invoice.total;
  if (total === null) return null;
  const twin = context.earlier.find(
    (other) =>
      other.id !== invoice.id &&
      isOpen(other) &&
      other.currency === invoice.currency &&
      other.total?.eq(total) === true,
  );
  if (twin === undefined) return null;
  const number = referenceText(twin.number ?? twin.id);
  return risk(
    "twin_open",
    false,
    language,
    `Another open invoice of this customer is over the same amount: ${number}. Make sure which one was paid.`,
    `Eine weitere offene Rechnung dieses Kunden lautet auf denselben Betrag: ${number}. Prüfen Sie, welche bezahlt wurde.`,
  );
};

export const TEXT_RULES: readonly Rule[] = [hiddenCharacters, imperativeText];

/** Of a payment that is recorded: which invoice it is for, and texts that try to steer. */
export const PAID_RULES: readonly Rule[] = [overLimit, twinOpen, ...TEXT_RULES];

/** Every reason to look twice, those that raise the level first. */
export function risksOf(subject: RiskSubject, rules: readonly Rule[]): Risk[] {
  const found = rules.map((rule) => rule(subject)).filter((entry): entry is Risk => entry !== null);
  return [...found.filter((entry) => entry.raises), ...found.filter((entry) => !entry.raises)];
}
