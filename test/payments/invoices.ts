import { type Invoice, statusOf } from "../../src/domain/invoice.ts";
import { decimal } from "../../src/domain/money.ts";

export interface Sample {
  readonly number: string;
  readonly total: string;
  readonly status?: string;
  readonly currency?: string;
  readonly name?: string;
  readonly customer?: string;
  readonly quote?: boolean;
  readonly credit?: boolean;
}

/** An invoice with what matching looks at. */
export function invoice(sample: Sample): Invoice {
  const word = sample.status ?? "sent";
  const customer = sample.customer ?? sample.name ?? sample.number;
  return {
    id: `id-${sample.number}`,
    number: sample.number,
    status: statusOf(word),
    status_word: word,
    currency: sample.currency ?? "EUR",
    total: decimal(sample.total),
    net_amount: null,
    tax_amount: null,
    vat_breakdown: [],
    is_quote: sample.quote ?? false,
    is_cancellation: sample.credit ?? false,
    is_credit: false,
    has_payment: false,
    locked: true,
    calculate_from_net: true,
    recipient: null,
    invoicing_party: null,
    notes: null,
    vat_number: null,
    issued_at: "2026-11-01",
    due_date: "2026-11-15",
    created_at: null,
    updated_at: null,
    customer_id: customer,
    customer: { id: customer, name: sample.name ?? "Nobody Known", email: null },
    reference: null,
    items: null,
    buyer: null,
    seller: null,
    documents: { pdf: null, xml: null, quote_pdf: null },
  };
}

/** A small firm's receivables; the names are those of the tables. */
export const FIRM: readonly Invoice[] = [
  invoice({ number: "RE-2026-0042", total: "1785.00", name: "Acme GmbH (Jane Doe)" }),
  invoice({ number: "RE-2026-0043", total: "119.00", name: "Acme GmbH (Jane Doe)" }),
  invoice({ number: "RE-2026-0044", total: "238.00", name: "Müller & Söhne KG (Karl Müller)" }),
  invoice({ number: "RE-2026-0045", total: "238.00", name: "Anna Weiß" }),
  invoice({ number: "RE-2026-0011", total: "899.64", name: "Brandt & Töchter Buchhandlung (Sonja Brandt)" }),
  invoice({ number: "RE-2026-0051", total: "899.64", name: "Brandt & Töchter Buchhandlung (Sonja Brandt)" }),
  invoice({ number: "RE-2026-0060", total: "500.00", currency: "CHF", name: "Alpenblick Yoga GmbH (Urs Keller)" }),
  invoice({ number: "RE-2026-0130", total: "75.50", name: "Michael Schmidt", customer: "schmidt-1" }),
  invoice({ number: "RE-2026-0131", total: "75.50", name: "Michael Schmidt", customer: "schmidt-2" }),
  invoice({ number: "RE-2026-0007", total: "300.00", status: "paid", name: "Tanzschule Weber (Anja Weber)" }),
  invoice({ number: "RE-2026-0008", total: "310.00", status: "void", name: "Tanzschule Weber (Anja Weber)" }),
  invoice({ number: "ST-2026-0042", total: "-1785.00", credit: true, name: "Acme GmbH (Jane Doe)" }),
  invoice({ number: "AN-2026-0020", total: "640.00", quote: true, name: "Hart & Finch Ltd (Olivia Hart)" }),
];
