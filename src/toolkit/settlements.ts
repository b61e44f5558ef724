import { documentName, type Invoice } from "../domain/invoice.ts";
import { type Decimal, decimal, formatMoney, moneyText, sum, zero } from "../domain/money.ts";
import { cited, oneLine } from "../domain/untrusted.ts";
import { InputError } from "../errors.ts";
import type { BankLine } from "../guard/port.ts";
import { type Language, languageOf, say } from "../guard/wording.ts";
import type { Journal } from "../journal/port.ts";
import type { Fact } from "../payments/evidence.ts";
import type { ReadContext } from "./context.ts";
import { findInvoiceId } from "./references.ts";
import { handleOf, type SeenLine, seenLines } from "./seen-lines.ts";

/** One payment as it is asked for: a bank line by its handle, an invoice with the amount received, or both. */
export interface AskedPayment {
  readonly line?: string | undefined;
  readonly invoice_id?: string | undefined;
  readonly amount?: number | undefined;
}

/** One invoice to be settled, and what pays it. */
export interface Settlement {
  readonly invoice_id: string;
  /** How the caller named it, for rows of invoices that were not read. */
  readonly named: string;
  /** Bank lines that pay it; empty when it is settled free-hand. */
  readonly lines: readonly SeenLine[];
  /** Received without a bank line. */
  readonly received: Decimal | null;
  /** Keys under which the journal remembers the lines as used. */
  readonly keys: readonly string[];
}

/**
 * Resolves what was asked for: one line for one invoice, one line for several, several lines for one. A bank line pays once;
 * a line of which something is not proven pays nothing.
 */
export async function settlementsOf(payments: readonly AskedPayment[], context: ReadContext): Promise<Settlement[]> {
  const found = new Map<string, Settlement>();
  /** How many invoices each line pays, so that each part has a key of its own and the first stands for the line. */
  const parts = new Map<string, number>();
  const usesOf = new Map<string, Set<string>>();
  const seen = await seenLines(
    payments.flatMap(({ line }) => line ?? []),
    context,
  );
  for (const payment of payments) {
    const line = payment.line === undefined ? null : lineOf(payment.line, seen);
    for (const { id, named } of await invoicesOf(payment, line, context)) {
      const before = found.get(id);
      if (before !== undefined && (line === null || before.lines.length === 0)) {
        throw new InputError("settle_payments: an invoice is listed twice.");
      }
      const used = usesOf.get(line?.handle ?? "") ?? new Set();
      if (line !== null && used.has(id)) throw new InputError(`settle_payments: line ${line.handle} is listed twice.`);
      if (line !== null) usesOf.set(line.handle, used.add(id));
      const part = line === null ? 0 : (parts.get(line.handle) ?? 0) + 1;
      if (line !== null) parts.set(line.handle, part);
      found.set(id, {
        invoice_id: id,
        named,
        lines: [...(before?.lines ?? []), ...(line === null ? [] : [line])],
        received: payment.amount === undefined ? null : decimal(payment.amount),
        keys: [...(before?.keys ?? []), ...(line === null ? [] : [`${line.handle}/${part}`])],
      });
    }
  }
  const mixed = [...found.values()].find(
    ({ lines }) => lines.length > 1 && lines.some(({ handle }) => (parts.get(handle) ?? 0) > 1),
  );
  if (mixed !== undefined) {
    throw new InputError("settle_payments: a bank line pays several invoices of which one is paid by several lines.", {
      next: "Settle them in two calls.",
    });
  }
  return [...found.values()];
}

function lineOf(handle: string, seen: ReadonlyMap<string, SeenLine>): SeenLine {
  const line = seen.get(handleOf(handle));
  if (line === undefined) {
    throw new InputError(`settle_payments: no bank line ${cited(handle, 20)} was read lately.`, {
      next: "Call match_payments with the statement again; its handles stay the same.",
    });
  }
  const [doubt] = line.doubts;
  if (doubt !== undefined || line.currency === null) {
    throw new InputError(
      `settle_payments: line ${line.handle} is not understood: ${doubt ?? "its currency is not named"}`,
      { next: "Ask the person, then call match_payments again with the answer." },
    );
  }
  return line;
}

async function invoicesOf(payment: AskedPayment, line: SeenLine | null, context: ReadContext) {
  if (payment.invoice_id !== undefined) {
    if (line === null && payment.amount === undefined) {
      throw new InputError("settle_payments: a payment without a bank line needs the amount received.");
    }
    return [{ id: await findInvoiceId(payment.invoice_id, context), named: payment.invoice_id }];
  }
  if (line === null) throw new InputError("settle_payments: each payment names a line or an invoice_id.");
  if (line.settles.length === 0) {
    throw new InputError(`settle_payments: line ${line.handle} is not sure: name the invoice_id the person chose.`);
  }
  return line.settles.map((id) => ({ id, named: id }));
}

/** A bank line that settled something settles nothing else; the same batch called again goes on. */
export async function requireUnused(settlements: readonly Settlement[], journal: Journal): Promise<void> {
  const used = await journal.usedBankLines(settlements.flatMap(({ keys }) => keys));
  for (const { invoice_id, keys } of settlements) {
    const [before] = keys.flatMap((key) => used.get(key) ?? []);
    if (before === undefined || before.invoice_id === invoice_id) continue;
    throw new InputError(
      `settle_payments: a bank line was used before, for invoice ${before.invoice_id} (${before.operation_id}). Each pays once.`,
      { next: "Look at get_operation; leave the line out." },
    );
  }
}

/** What came in for each invoice has to be its gross: the API knows no partial payments. */
export function requireAmounts(settlements: readonly Settlement[], invoices: ReadonlyMap<string, Invoice>): void {
  const paidBy = new Map<string, Invoice[]>();
  for (const settlement of settlements) {
    const invoice = invoices.get(settlement.invoice_id);
    if (invoice === undefined) continue;
    const [line, second] = settlement.lines;
    if (line === undefined) requireGross(invoice, settlement.received, invoice.currency);
    else if (second !== undefined) {
      requireGross(invoice, sum(settlement.lines.map(({ amount }) => amount)), currencyOf(settlement.lines));
    } else paidBy.set(line.handle, [...(paidBy.get(line.handle) ?? []), invoice]);
  }
  for (const { lines } of settlements) {
    const [line, second] = lines;
    const paid = line === undefined || second !== undefined ? undefined : paidBy.get(line.handle);
    if (line === undefined || paid === undefined) continue;
    const [only, other] = paid;
    if (only !== undefined && other === undefined) requireGross(only, line.amount, line.currency ?? "", line.gross);
    else requireSum(paid, line);
  }
}

function currencyOf(lines: readonly SeenLine[]): string {
  const [code, other] = new Set(lines.map(({ currency }) => currency ?? ""));
  return code !== undefined && other === undefined ? code : "several currencies";
}

function requireGross(
  invoice: Invoice,
  received: Decimal | null,
  currency: string,
  gross: Decimal | null = null,
): void {
  const isDue = (value: Decimal | null) => value !== null && invoice.total?.eq(value) === true;
  if (currency === invoice.currency && (isDue(received) || isDue(gross))) return;
  const due = invoice.total === null ? "an unknown amount" : formatMoney(invoice.total, invoice.currency);
  const came = received === null ? "nothing" : `${moneyText(received, invoice.currency)} ${currency}`;
  throw new InputError(
    `settle_payments: ${documentName(invoice)} is over ${due}, but ${came} was received. The API knows no partial payments.`,
    { next: "Leave it out, or ask the person; mark_paid settles one invoice by itself." },
  );
}

function requireSum(invoices: readonly Invoice[], line: SeenLine): void {
  const due = sum(invoices.map(({ total }) => total ?? zero));
  const isAll = invoices.every(({ total, currency }) => total !== null && currency === line.currency);
  if (isAll && due.eq(line.amount)) return;
  throw new InputError(
    `settle_payments: line ${line.handle} brought ${formatMoney(line.amount, line.currency ?? "")}, which is not the sum of ${invoices.map(documentName).join(", ")}.`,
    { next: "Name the invoices that it pays, all of them." },
  );
}

/** The bank line as the person sees it beside the invoice. Several lines of one invoice stand in one. */
export function shownLine(settlement: Settlement, locale: string): BankLine | undefined {
  const { lines } = settlement;
  const [first] = lines;
  if (first === undefined) return undefined;
  const language = languageOf(locale);
  const joined = (parts: readonly (string | null)[]) => [...new Set(parts.filter((part) => part !== null))].join(" + ");
  const facts = new Set(lines.flatMap((line) => line.differs.get(settlement.invoice_id) ?? []));
  return {
    day: joined(lines.map(({ day }) => day)),
    payer: oneLine(joined(lines.map(({ payer }) => payer)), 80),
    amount: lines.map(({ amount, currency }) => formatMoney(amount, currency ?? "", language)).join(" + "),
    text: oneLine(joined(lines.map(({ text }) => text)), 140),
    differs: [...facts].map((fact) => differs(fact, language)),
  };
}

function differs(fact: Fact, language: Language): string {
  switch (fact) {
    case "payer":
      return say(language, "the payer is not the customer", "der Zahler ist nicht der Kunde");
    case "number":
      return say(language, "the text names another number", "der Text nennt eine andere Nummer");
    case "reference":
      return say(language, "the reference is another", "die Referenz ist eine andere");
    case "amount":
      return say(language, "the amount differs", "der Betrag weicht ab");
    case "currency":
      return say(language, "the currency differs", "die Währung weicht ab");
    case "day":
      return say(language, "it came before the invoice", "sie kam vor der Rechnung");
  }
}

/** `2026-11-12 606.90 EUR (k3f…)`: how records name a bank line. No names, no texts. */
export function recordedLine({ lines }: Settlement): string | undefined {
  if (lines.length === 0) return undefined;
  return lines
    .map(({ day, amount, currency, handle }) =>
      [day ?? "", moneyText(amount, currency ?? ""), currency ?? "", `(${handle})`]
        .filter((part) => part !== "")
        .join(" "),
    )
    .join(" + ");
}
