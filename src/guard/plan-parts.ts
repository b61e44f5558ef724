import { type Address, type Customer, customerName } from "../domain/customer.ts";
import { type Invoice, shownKind } from "../domain/invoice.ts";
import { type Decimal, decimal, formatMoney, moneyText } from "../domain/money.ts";
import { shownEmail } from "./email.ts";
import { customerFacts, digestOf, type Facts, invoiceFacts, mergeFacts } from "./facts.ts";
import type { Policy } from "./policy.ts";
import type { Act, ApprovalLevel, Plan, PlanDocument, Risk, RiskContext } from "./port.ts";
import { amountText, type Language, quotedText, referenceText, say } from "./wording.ts";

/** What every plan of one document is built from: fresh reads, never the model's words. */
export interface PlanInput {
  /** Items included. */
  readonly invoice: Invoice;
  /** The customer the invoice belongs to; `null` when none is linked. */
  readonly customer: Customer | null;
  readonly organization: Plan["organization"];
  readonly policy: Policy;
  readonly context: RiskContext;
  /** Language of the people who approve. */
  readonly locale: string;
}

export interface Draft {
  readonly act: Act;
  readonly organization: Plan["organization"];
  readonly locale: string;
  readonly title: string;
  readonly documents: readonly PlanDocument[];
  readonly details?: Plan["details"];
  readonly consequences: readonly string[];
  readonly risks: readonly Risk[];
  readonly level: ApprovalLevel;
  readonly typed: NonNullable<Plan["typed"]>;
  readonly facts: Facts;
}

export function finish(draft: Draft): Plan {
  const level = draft.level === "typed" || draft.risks.some((risk) => risk.raises) ? "typed" : "approve";
  return {
    ...draft,
    details: draft.details ?? [],
    level,
    typed: level === "typed" ? draft.typed : null,
    digest: digestOf(draft.act, draft.organization, draft.facts),
  };
}

const KINDS = {
  quote: { en: "quote", de: "Angebot" },
  credit_note: { en: "credit note", de: "Stornorechnung" },
  draft: { en: "draft", de: "Entwurf" },
  invoice: { en: "invoice", de: "Rechnung" },
} as const;

/** `invoice R-2026-0042`, `Rechnung R-2026-0042`, `draft`. */
export function documentLabel(
  invoice: Parameters<typeof shownKind>[0] & Pick<Invoice, "number">,
  language: Language,
): string {
  const kind = KINDS[shownKind(invoice)][language];
  // The id of a draft means nothing to a person.
  return invoice.number === null ? kind : `${kind} ${referenceText(invoice.number)}`;
}

/** In sentences: quoted like all text from data, but never cut at its end. */
export function quotedEmail(raw: string): string {
  return quotedText(shownEmail(raw), 600);
}

export function grossText(invoice: Invoice, language: Language): string {
  return invoice.total === null
    ? say(language, "total unknown", "Summe unbekannt")
    : amountText(invoice.total, invoice.currency, language);
}

export function document(invoice: Invoice, customer: Customer | null, mailed: boolean): PlanDocument {
  return {
    invoice,
    email: mailed ? (customer?.email ?? null) : null,
    customer_name: customer === null ? (invoice.customer?.name ?? null) : customerName(customer),
    buyer_address: filledIn(invoice, customer?.address ?? null),
  };
}

/** What sending writes into a blank recipient. */
export function filledIn(invoice: Invoice, address: Address | null): string[] {
  const isFilled = invoice.status === "draft" && (invoice.recipient ?? "").trim() === "";
  return isFilled ? addressLines(address) : [];
}

export function addressLines(address: Address | null): string[] {
  if (address === null) return [];
  const town = [address.zip_code, address.city].filter((part) => part !== null).join(" ");
  const lines = [address.name, address.street_address, address.address_line_2, town, address.country_code];
  return lines.filter((line): line is string => line !== null && line.trim() !== "");
}

export function paidFacts(
  input: Pick<PlanInput, "invoice" | "customer"> & { readonly send_notification: boolean },
): Facts {
  return mergeFacts(
    invoiceFacts(input.invoice),
    input.customer === null ? {} : customerFacts("customer", input.customer),
    { "send notification": String(input.send_notification) },
  );
}

export function paidConsequences(
  { customer, send_notification }: { readonly customer: Customer | null; readonly send_notification: boolean },
  language: Language,
): string[] {
  const email = customer?.email ?? null;
  return [
    say(
      language,
      "It counts as fully paid, reminders stop; no money is moved.",
      "Sie gilt als vollständig bezahlt, Mahnungen enden; es wird kein Geld bewegt.",
    ),
    !send_notification
      ? say(language, "The customer is not e-mailed.", "Der Kunde erhält keine E-Mail.")
      : email === null
        ? say(
            language,
            "A payment confirmation is asked for, but there is no e-mail address.",
            "Eine Zahlungsbestätigung ist gewünscht, aber es gibt keine E-Mail-Adresse.",
          )
        : say(
            language,
            `The customer is e-mailed a payment confirmation at ${quotedEmail(email)}.`,
            `Der Kunde erhält eine Zahlungsbestätigung per E-Mail an ${quotedEmail(email)}.`,
          ),
    say(
      language,
      "This cannot be undone: only cancelling it with a credit note remains.",
      "Das lässt sich nicht rückgängig machen; danach bleibt nur eine Stornorechnung.",
    ),
  ];
}

/** The gross amount, or the last four characters of the number where there is one. */
export function typedFor(invoice: Invoice, language: Language): NonNullable<Plan["typed"]> {
  const number = invoice.number !== null && /^[A-Za-z0-9._/#-]{4,40}$/.test(invoice.number) ? invoice.number : null;
  const lastFour = number?.slice(-4) ?? null;
  const gross = invoice.total === null ? null : amountText(invoice.total, invoice.currency, language);
  if (gross === null) {
    const tail = lastFour ?? invoice.id.slice(-4);
    return {
      prompt:
        lastFour === null
          ? say(
              language,
              `Type the last four characters of the id: ${referenceText(tail)}`,
              `Geben Sie die letzten vier Zeichen der ID ein: ${referenceText(tail)}`,
            )
          : say(
              language,
              `Type the last four characters of the number: ${tail}`,
              `Geben Sie die letzten vier Zeichen der Nummer ein: ${tail}`,
            ),
      accepted: [tail],
    };
  }
  return {
    prompt:
      lastFour === null
        ? say(language, `Type the gross amount: ${gross}`, `Geben Sie den Bruttobetrag ein: ${gross}`)
        : say(
            language,
            `Type the gross amount (${gross}) or the last four characters of the number (${lastFour})`,
            `Geben Sie den Bruttobetrag (${gross}) oder die letzten vier Zeichen der Nummer (${lastFour}) ein`,
          ),
    accepted: [
      ...(invoice.total === null ? [] : amountForms(invoice.total, invoice.currency)),
      ...(lastFour === null ? [] : [lastFour]),
    ],
  };
}

/** How people write an amount: `1785.00`, `1785,00`, `1,785.00`, `1.785,00`, and without `.00`. */
export function amountForms(value: Decimal, currency: string): string[] {
  const plain = moneyText(value, currency);
  const english = formatMoney(value, currency, "en").replace(` ${currency}`, "");
  const german = formatMoney(value, currency, "de").replace(` ${currency}`, "");
  const forms = [plain, plain.replace(".", ","), english, german];
  if (value.eq(value.round(0))) forms.push(decimal(value).toFixed(0), english.split(".")[0] ?? english);
  return [...new Set(forms)];
}
