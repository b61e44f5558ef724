import type { Invoice } from "../domain/invoice.ts";
import { type Decimal, sumPerCurrency } from "../domain/money.ts";
import { InputError } from "../errors.ts";
import { describeChanges } from "./facts.ts";
import { amountForms, document, documentLabel, finish, type PlanInput, paidFacts } from "./plan-parts.ts";
import type { Policy } from "./policy.ts";
import type { BankLine, Plan } from "./port.ts";
import { PAID_RULES, risksOf } from "./risks.ts";
import { amountText, type Language, languageOf, say } from "./wording.ts";

export type BatchEntry = Omit<PlanInput, "organization" | "policy" | "locale"> & {
  readonly send_notification: boolean;
  /** What paid it; absent when it is settled free-hand. */
  readonly bank_line?: BankLine | undefined;
};

export const MAX_BATCH = 50;

/** Marks several invoices as paid: one approval over the whole ordered list, its count and its totals per currency. */
export function planBatch(input: {
  readonly entries: readonly BatchEntry[];
  readonly organization: Plan["organization"];
  readonly policy: Policy;
  readonly locale: string;
}): Plan {
  const { entries, organization, policy, locale } = input;
  const language = languageOf(locale);
  if (entries.length === 0 || entries.length > MAX_BATCH) {
    throw new InputError(`A batch holds 1 to ${MAX_BATCH} invoices; this one has ${entries.length}.`);
  }
  if (new Set(entries.map((entry) => entry.invoice.id)).size !== entries.length) {
    throw new InputError("An invoice is listed twice in this batch.");
  }
  const totals = totalsPerCurrency(entries.map((entry) => entry.invoice));
  const shown = totals.map(({ currency, gross }) => amountText(gross, currency, language)).join(" + ");
  const risks = entries.flatMap((entry) =>
    risksOf({ ...entry, policy, act: "settle_payments", former_customer: null, language }, PAID_RULES).map((risk) => ({
      ...risk,
      sentence: `${documentLabel(entry.invoice, language)}: ${risk.sentence}`,
    })),
  );
  return finish({
    act: "settle_payments",
    organization,
    locale,
    title: say(
      language,
      `Mark ${entries.length} invoices as paid: ${shown}`,
      `${entries.length} Rechnungen als bezahlt markieren: ${shown}`,
    ),
    documents: entries.map((entry) => ({
      ...document(entry.invoice, entry.customer, entry.send_notification),
      ...(entry.bank_line === undefined ? {} : { bank_line: entry.bank_line }),
    })),
    details: detailsOf(entries, shown, language),
    consequences: consequencesOf(entries, language),
    risks,
    level: "typed",
    typed: typedOf(totals, entries.length, shown, language),
    facts: factsOf(entries, totals),
  });
}

type CurrencyTotal = ReturnType<typeof totalsPerCurrency>[number];

function factsOf(entries: readonly BatchEntry[], totals: readonly CurrencyTotal[]): Record<string, string> {
  const facts: Record<string, string> = { count: String(entries.length) };
  for (const { currency, gross } of totals) facts[`total ${currency}`] = gross.toFixed();
  entries.forEach((entry, index) => {
    const own = paidFacts(entry);
    for (const [label, value] of Object.entries(own)) facts[`document ${index + 1} ${label}`] = value;
    facts[`bank line ${index + 1}`] = lineFact(entry.bank_line);
  });
  return facts;
}

function detailsOf(entries: readonly BatchEntry[], shown: string, language: Language): Plan["details"] {
  const notified = entries.filter((entry) => entry.send_notification).length;
  const freehand = entries.filter((entry) => entry.bank_line === undefined).length;
  return [
    { label: say(language, "Invoices", "Rechnungen"), value: String(entries.length) },
    { label: say(language, "Total", "Summe"), value: shown },
    { label: say(language, "Customers e-mailed", "Kunden mit E-Mail"), value: String(notified) },
    ...(freehand === 0
      ? []
      : [{ label: say(language, "Without a bank line", "Ohne Bankbuchung"), value: String(freehand) }]),
  ];
}

function consequencesOf(entries: readonly BatchEntry[], language: Language): string[] {
  const notified = entries.filter((entry) => entry.send_notification).length;
  return [
    say(
      language,
      "Each counts as fully paid, reminders stop; no money is moved.",
      "Jede gilt als vollständig bezahlt, Mahnungen enden; es wird kein Geld bewegt.",
    ),
    notified === 0
      ? say(language, "No customer is e-mailed.", "Kein Kunde erhält eine E-Mail.")
      : say(
          language,
          `${notified} of the customers are e-mailed a payment confirmation.`,
          `${notified} der Kunden erhalten eine Zahlungsbestätigung per E-Mail.`,
        ),
    say(
      language,
      "This cannot be undone; they are done one after the other, and the first doubtful one stops the rest.",
      "Das lässt sich nicht rückgängig machen; sie werden nacheinander gebucht, und die erste zweifelhafte hält die übrigen an.",
    ),
  ];
}

/** The total where there is one, else the number of invoices. */
function typedOf(
  totals: readonly CurrencyTotal[],
  count: number,
  shown: string,
  language: Language,
): NonNullable<Plan["typed"]> {
  return totals.length === 1
    ? {
        prompt: say(language, `Type the total: ${shown}`, `Geben Sie die Summe ein: ${shown}`),
        accepted: totals.flatMap(({ currency, gross }) => amountForms(gross, currency)),
      }
    : {
        prompt: say(
          language,
          `Type the number of invoices: ${count}`,
          `Geben Sie die Anzahl der Rechnungen ein: ${count}`,
        ),
        accepted: [String(count)],
      };
}

/**
 * What changed in one document of a batch, or in whom it is mailed to, since the batch was approved; in sentences. Acts of
 * a batch take minutes: each is compared once more right before it is done.
 */
export function changesSince(
  approved: Pick<Plan, "facts" | "locale">,
  now: Pick<BatchEntry, "invoice" | "customer" | "send_notification">,
): string[] {
  const found = Object.entries(approved.facts).find(
    ([label, value]) => /^document \d+ invoice id$/.test(label) && value === now.invoice.id,
  );
  const language = languageOf(approved.locale);
  const prefix = found?.[0].slice(0, -"invoice id".length);
  if (prefix === undefined) {
    return [say(language, "it is not part of what you approved", "es gehört nicht zu Ihrer Freigabe")];
  }
  const facts = Object.fromEntries(
    Object.entries(approved.facts).flatMap(([label, value]) =>
      label.startsWith(prefix) ? [[label.slice(prefix.length), value]] : [],
    ),
  );
  return describeChanges({ facts }, { facts: paidFacts(now) }, language);
}

/** The bank line is part of what is approved, and so is that there is none. */
function lineFact(line: BankLine | undefined): string {
  return line === undefined ? "none" : [line.day, line.payer, line.amount, line.text].join(" | ");
}

function totalsPerCurrency(invoices: readonly Invoice[]): { currency: string; gross: Decimal }[] {
  const totals = invoices.map((invoice) => {
    const { currency, total } = invoice;
    if (total !== null) return { currency, amount: total };
    throw new InputError(`The API states no total for ${documentLabel(invoice, "en")}; leave it out of the batch.`);
  });
  return [...sumPerCurrency(totals)].map(([currency, gross]) => ({ currency, gross }));
}
