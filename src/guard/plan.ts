import { type Customer, customerName } from "../domain/customer.ts";
import type { Invoice } from "../domain/invoice.ts";
import { type Decimal, decimal, formatMoney, moneyText, sum } from "../domain/money.ts";
import { InputError } from "../errors.ts";
import { customerFacts, digestOf, type Facts, invoiceFacts } from "./facts.ts";
import type { Policy } from "./policy.ts";
import type { Act, ApprovalLevel, Plan, PlanDocument, Risk, RiskContext } from "./port.ts";
import { risksOf } from "./risks.ts";
import { type Language, languageOf, quotedText, referenceText, say } from "./wording.ts";

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

interface Draft {
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

function finish(draft: Draft): Plan {
  const level = draft.level === "typed" || draft.risks.some((risk) => risk.raises) ? "typed" : "approve";
  return {
    ...draft,
    details: draft.details ?? [],
    level,
    typed: level === "typed" ? draft.typed : null,
    digest: digestOf(draft.act, draft.organization, draft.facts),
  };
}

/** Sends a draft: it is locked, numbered and e-mailed. */
export function planSend(input: PlanInput): Plan {
  const { invoice, customer, language, who, what, amount } = parts(input);
  const email = customer?.email ?? null;
  const consequences = [
    say(
      language,
      `${what} is issued: it gets its final number and can no longer be changed.`,
      `${what} wird ausgestellt: mit endgültiger Nummer und danach unveränderlich.`,
    ),
    email === null || email.trim() === ""
      ? say(
          language,
          "There is no e-mail address, so the customer will probably not receive it.",
          "Es gibt keine E-Mail-Adresse; der Kunde erhält das Dokument vermutlich nicht.",
        )
      : say(
          language,
          `The customer is e-mailed at ${quotedText(email, 160)}.`,
          `Der Kunde erhält eine E-Mail an ${quotedText(email, 160)}.`,
        ),
    say(
      language,
      invoice.is_quote
        ? "This cannot be undone; a quote that went out can only be followed by another."
        : "This cannot be undone; the way back is to cancel it with a credit note.",
      invoice.is_quote
        ? "Das lässt sich nicht rückgängig machen; einem versendeten Angebot kann nur ein neues folgen."
        : "Das lässt sich nicht rückgängig machen; der Weg zurück ist eine Stornorechnung.",
    ),
  ];
  return finish({
    act: "send_invoice",
    organization: input.organization,
    locale: input.locale,
    title: say(language, `Send ${what}: ${amount}${who}`, `${what} versenden: ${amount}${who}`),
    documents: [document(invoice, customer, true)],
    consequences,
    risks: risksOf({ ...input, act: "send_invoice", former_customer: null, language }),
    level: "approve",
    typed: typedFor(invoice, language),
    facts: { ...invoiceFacts(invoice), ...(customer === null ? {} : customerFacts("customer", customer)) },
  });
}

/** Marks a sent invoice as paid, without a payment; with or without an e-mail to the customer. */
export function planMarkPaid(input: PlanInput & { readonly send_notification: boolean }): Plan {
  const { invoice, customer, language, who, what, amount } = parts(input);
  return finish({
    act: "mark_paid",
    organization: input.organization,
    locale: input.locale,
    title: say(language, `Mark ${what} as paid: ${amount}${who}`, `${what} als bezahlt markieren: ${amount}${who}`),
    documents: [document(invoice, customer, input.send_notification)],
    consequences: paidConsequences(input, language),
    risks: risksOf({ ...input, act: "mark_paid", former_customer: null, language }),
    level: input.send_notification ? input.policy.levels.mark_paid_with_notice : "approve",
    typed: typedFor(invoice, language),
    facts: paidFacts(input),
  });
}

function paidFacts(input: PlanInput & { readonly send_notification: boolean }): Facts {
  return {
    ...invoiceFacts(input.invoice),
    ...(input.customer === null ? {} : customerFacts("customer", input.customer)),
    "send notification": String(input.send_notification),
  };
}

function paidConsequences(
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
            `The customer is e-mailed a payment confirmation at ${quotedText(email, 160)}.`,
            `Der Kunde erhält eine Zahlungsbestätigung per E-Mail an ${quotedText(email, 160)}.`,
          ),
    say(
      language,
      "The API has no way to set it back to unpaid; only cancelling it with a credit note remains.",
      "Die API kann das nicht zurücknehmen; danach bleibt nur eine Stornorechnung.",
    ),
  ];
}

/** Cancels: a credit note over the same lines, negative, and a void original. */
export function planCancel(input: PlanInput): Plan {
  const { invoice, customer, language, who, what, amount } = parts(input);
  return finish({
    act: "cancel_invoice",
    organization: input.organization,
    locale: input.locale,
    title: say(language, `Cancel ${what}: ${amount}${who}`, `${what} stornieren: ${amount}${who}`),
    documents: [document(invoice, customer, false)],
    consequences: [
      creditNoteSentence(invoice, language),
      say(language, `${what} becomes void.`, `${what} wird ungültig (storniert).`),
      paymentSentence(invoice, language),
      say(
        language,
        "The API may e-mail the customer; this cannot be controlled from here.",
        "Die API benachrichtigt den Kunden möglicherweise; das lässt sich von hier nicht steuern.",
      ),
      say(
        language,
        "This cannot be undone; the way back is a new invoice.",
        "Das lässt sich nicht rückgängig machen; der Weg zurück ist eine neue Rechnung.",
      ),
    ],
    risks: risksOf({ ...input, act: "cancel_invoice", former_customer: null, language }),
    level: "typed",
    typed: typedFor(invoice, language),
    facts: { ...invoiceFacts(invoice), ...(customer === null ? {} : customerFacts("customer", customer)) },
  });
}

/** Re-addresses: a credit note for the old recipient, a copy for the new one. */
export function planChangeRecipient(input: PlanInput & { readonly new_customer: Customer }): Plan {
  const { invoice, customer, language, what, amount } = parts(input);
  const next = input.new_customer;
  const name = quotedText(customerName(next));
  const email = next.email === null ? null : quotedText(next.email, 160);
  return finish({
    act: "change_recipient",
    organization: input.organization,
    locale: input.locale,
    title: say(
      language,
      `Re-address ${what}: ${amount}, new recipient ${name}`,
      `Empfänger ändern, ${what}: ${amount}, neuer Empfänger ${name}`,
    ),
    documents: [document(invoice, customer, false)],
    details: [
      { label: say(language, "New recipient", "Neuer Empfänger"), value: `${referenceText(next.id)} ${name}` },
      {
        label: say(language, "E-mail of the new recipient", "E-Mail des neuen Empfängers"),
        value: email ?? say(language, "none", "keine"),
      },
    ],
    consequences: [
      creditNoteSentence(invoice, language),
      say(
        language,
        `${what} becomes void, and a copy over ${amount} is made for ${name} with a number of its own.`,
        `${what} wird storniert, und ${name} erhält eine Kopie über ${amount} mit eigener Nummer.`,
      ),
      paymentSentence(invoice, language),
      say(
        language,
        `The copy may be e-mailed at once${email === null ? "" : ` to ${email}`}; the API does not say.`,
        `Die Kopie wird möglicherweise sofort per E-Mail versendet${email === null ? "" : ` an ${email}`}; die API legt das nicht offen.`,
      ),
      say(
        language,
        "This cannot be undone; the way back is to cancel the copy and write a new invoice.",
        "Das lässt sich nicht rückgängig machen; der Weg zurück ist ein Storno der Kopie und eine neue Rechnung.",
      ),
    ],
    risks: risksOf({ ...input, act: "change_recipient", customer: next, former_customer: customer, language }),
    level: "typed",
    typed: typedFor(invoice, language),
    facts: {
      ...invoiceFacts(invoice),
      ...(customer === null ? {} : customerFacts("customer", customer)),
      ...customerFacts("new customer", next),
    },
  });
}

export type BatchEntry = Omit<PlanInput, "organization" | "policy" | "locale"> & { readonly send_notification: boolean };

const MAX_BATCH = 50;

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
  const shown = totals.map(({ currency, gross }) => formatMoney(gross, currency, language));
  const facts: Record<string, string> = { count: String(entries.length) };
  for (const { currency, gross } of totals) facts[`total ${currency}`] = gross.toFixed();
  entries.forEach((entry, index) => {
    const own = paidFacts({ ...entry, organization, policy, locale });
    for (const [label, value] of Object.entries(own)) facts[`document ${index + 1} ${label}`] = value;
  });
  const notified = entries.filter((entry) => entry.send_notification).length;
  const risks = entries.flatMap((entry) =>
    risksOf({ ...entry, policy, act: "settle_payments", former_customer: null, language }).map((risk) => ({
      ...risk,
      sentence: `${documentLabel(entry.invoice, language)}: ${risk.sentence}`,
    })),
  );
  const gross = totals.map(({ currency, gross: value }) => amountForms(value, currency)).flat();
  return finish({
    act: "settle_payments",
    organization,
    locale,
    title: say(
      language,
      `Mark ${entries.length} invoices as paid: ${shown.join(" + ")}`,
      `${entries.length} Rechnungen als bezahlt markieren: ${shown.join(" + ")}`,
    ),
    documents: entries.map((entry) => document(entry.invoice, entry.customer, entry.send_notification)),
    details: [
      { label: say(language, "Invoices", "Rechnungen"), value: String(entries.length) },
      { label: say(language, "Total", "Summe"), value: shown.join(" + ") },
      { label: say(language, "Customers e-mailed", "Kunden mit E-Mail"), value: String(notified) },
    ],
    consequences: [
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
        "The API has no way to set them back to unpaid; they are done one after the other, and the first doubtful one stops the rest.",
        "Die API kann das nicht zurücknehmen; sie werden nacheinander gebucht, und die erste zweifelhafte hält die übrigen an.",
      ),
    ],
    risks,
    level: "typed",
    typed:
      totals.length === 1
        ? {
            prompt: say(language, `Type the total: ${shown[0]}`, `Geben Sie die Summe ein: ${shown[0]}`),
            accepted: gross,
          }
        : {
            prompt: say(
              language,
              `Type the number of invoices: ${entries.length}`,
              `Geben Sie die Anzahl der Rechnungen ein: ${entries.length}`,
            ),
            accepted: [String(entries.length)],
          },
    facts,
  });
}

/** A person's verdict on an operation whose outcome only a person can tell. */
export function planResolve(input: {
  readonly operation: {
    readonly id: string;
    readonly kind: string;
    readonly state: string;
    readonly subject_id: string | null;
    /** In the server's own words. */
    readonly why: string | null;
    readonly amount: string | null;
  };
  readonly verdict: { readonly is: "done"; readonly resource_id?: string } | { readonly is: "not_done" };
  readonly organization: Plan["organization"];
  readonly locale: string;
}): Plan {
  const { operation, verdict, organization, locale } = input;
  const language = languageOf(locale);
  const id = referenceText(operation.id);
  const resource = verdict.is === "done" ? (verdict.resource_id ?? null) : null;
  const is = verdict.is === "done" ? say(language, "done", "erledigt") : say(language, "not done", "nicht erledigt");
  const rows: [string, string | null][] = [
    [say(language, "Operation", "Vorgang"), `${id} (${referenceText(operation.kind)})`],
    [say(language, "State", "Stand"), referenceText(operation.state)],
    [say(language, "Document", "Dokument"), operation.subject_id === null ? null : referenceText(operation.subject_id)],
    [say(language, "Amount", "Betrag"), operation.amount === null ? null : quotedText(operation.amount, 40)],
    [say(language, "Resulting document", "Entstandenes Dokument"), resource === null ? null : referenceText(resource)],
    [say(language, "Why it is open", "Warum es offen ist"), operation.why === null ? null : quotedText(operation.why, 300)],
  ];
  const lastFour = operation.id.slice(-4);
  return finish({
    act: "resolve_operation",
    organization,
    locale,
    title: say(language, `Record operation ${id} as ${is}`, `Vorgang ${id} als ${is} festhalten`),
    documents: [],
    details: rows.flatMap(([label, value]) => (value === null ? [] : [{ label, value }])),
    consequences: [
      verdict.is === "done"
        ? say(
            language,
            "The records will say that it happened; the same call will not be carried out again.",
            "Die Aufzeichnungen sagen dann, dass es geschehen ist; derselbe Aufruf wird nicht erneut ausgeführt.",
          )
        : say(
            language,
            "The records will say that it did not happen; the same call may then be carried out again, a second time if you are wrong.",
            "Die Aufzeichnungen sagen dann, dass es nicht geschehen ist; derselbe Aufruf kann erneut ausgeführt werden, bei Irrtum ein zweites Mal.",
          ),
      say(
        language,
        "Nothing is sent to the API now. Check the document there first; this verdict cannot be changed.",
        "Jetzt wird nichts an die API gesendet. Prüfen Sie dort zuerst das Dokument; das Urteil ist endgültig.",
      ),
    ],
    risks: [],
    level: "typed",
    typed: {
      prompt: say(
        language,
        `Type the last four characters of the operation: ${lastFour}`,
        `Geben Sie die letzten vier Zeichen des Vorgangs ein: ${lastFour}`,
      ),
      accepted: [lastFour],
    },
    facts: {
      operation: operation.id,
      kind: operation.kind,
      state: operation.state,
      verdict: verdict.is,
      ...(resource === null ? {} : { resource }),
    },
  });
}

function parts(input: PlanInput) {
  const { invoice, customer } = input;
  const language = languageOf(input.locale);
  const name = customer === null ? (invoice.customer?.name ?? null) : customerName(customer);
  return {
    invoice,
    customer,
    language,
    what: documentLabel(invoice, language),
    amount: grossText(invoice, language),
    who: name === null ? "" : say(language, ` to ${quotedText(name)}`, ` an ${quotedText(name)}`),
  };
}

function document(invoice: Invoice, customer: Customer | null, mailed: boolean): PlanDocument {
  return {
    invoice,
    email: mailed ? (customer?.email ?? null) : null,
    customer_name: customer === null ? (invoice.customer?.name ?? null) : customerName(customer),
  };
}

/** `invoice R-2026-0042`, `Rechnung R-2026-0042`, `draft 9b1c…`. */
export function documentLabel(
  invoice: Pick<Invoice, "id" | "number" | "status" | "is_quote" | "is_cancellation">,
  language: Language,
): string {
  const kind = invoice.is_quote
    ? say(language, "quote", "Angebot")
    : invoice.is_cancellation
      ? say(language, "credit note", "Stornorechnung")
      : invoice.status === "draft"
        ? say(language, "draft", "Entwurf")
        : say(language, "invoice", "Rechnung");
  return `${kind} ${referenceText(invoice.number ?? invoice.id)}`;
}

function grossText(invoice: Invoice, language: Language): string {
  return invoice.total === null
    ? say(language, "total unknown", "Summe unbekannt")
    : formatMoney(invoice.total, invoice.currency, language);
}

function creditNoteSentence(invoice: Invoice, language: Language): string {
  const count = invoice.items?.length ?? 0;
  const amount =
    invoice.total === null
      ? say(language, "its total, negative", "die negative Summe")
      : formatMoney(invoice.total.times(-1), invoice.currency, language);
  const lines =
    count === 0
      ? ""
      : say(
          language,
          ` with ${count === 1 ? "its line" : `its ${count} lines`}, negative`,
          ` mit ${count === 1 ? "der Position" : `den ${count} Positionen`}, negativ`,
        );
  return say(
    language,
    `A credit note over ${amount} is created${lines}.`,
    `Eine Stornorechnung über ${amount} wird erstellt${lines}.`,
  );
}

function paymentSentence(invoice: Invoice, language: Language): string {
  return invoice.status === "paid" || invoice.has_payment
    ? say(
        language,
        "It is paid or has a payment: whether the API refunds it is not documented, so check the refund yourself.",
        "Es liegt eine Zahlung vor: ob die API sie erstattet, ist nicht dokumentiert; prüfen Sie die Erstattung selbst.",
      )
    : say(language, "No payment is recorded on it.", "Es ist keine Zahlung verbucht.");
}

function totalsPerCurrency(invoices: readonly Invoice[]): { currency: string; gross: Decimal }[] {
  const groups = new Map<string, Decimal[]>();
  for (const { currency, total, id } of invoices) {
    if (total === null) throw new InputError(`The API states no total for invoice ${id}; leave it out of the batch.`);
    groups.set(currency, [...(groups.get(currency) ?? []), total]);
  }
  return [...groups.entries()].map(([currency, values]) => ({ currency, gross: sum(values) }));
}

/** The gross amount, or the last four characters of the number where there is one. */
function typedFor(invoice: Invoice, language: Language): NonNullable<Plan["typed"]> {
  const number = invoice.number !== null && /^[A-Za-z0-9._/#-]{4,40}$/.test(invoice.number) ? invoice.number : null;
  const lastFour = number?.slice(-4) ?? null;
  const gross = invoice.total === null ? null : formatMoney(invoice.total, invoice.currency, language);
  if (gross === null) {
    const tail = lastFour ?? invoice.id.slice(-4);
    return {
      prompt:
        lastFour === null
          ? say(language, `Type the last four characters of the id: ${tail}`, `Geben Sie die letzten vier Zeichen der ID ein: ${tail}`)
          : say(language, `Type the last four characters of the number: ${tail}`, `Geben Sie die letzten vier Zeichen der Nummer ein: ${tail}`),
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
function amountForms(value: Decimal, currency: string): string[] {
  const plain = moneyText(value, currency);
  const english = formatMoney(value, currency, "en").replace(` ${currency}`, "");
  const german = formatMoney(value, currency, "de").replace(` ${currency}`, "");
  const forms = [plain, plain.replace(".", ","), english, german];
  if (value.eq(value.round(0))) forms.push(decimal(value).toFixed(0), english.split(".")[0] ?? english);
  return [...new Set(forms)];
}
