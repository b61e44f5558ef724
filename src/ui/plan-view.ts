import { z } from "zod";
import { ACTS } from "../domain/guarded-acts.ts";

/**
 * What the card, the approval page and the terminal show: JSON-safe, display-ready strings in the plan's locale. Every
 * text that came from data is already cleaned (one line, capped, no hidden characters); show it as text, never as HTML.
 */
const lineViewSchema = z.strictObject({
  title: z.string(),
  subtitle: z.string().nullable(),
  quantity: z.string(),
  /** In the invoice's direction (`amounts_are`). */
  unit_price: z.string().nullable(),
  tax_rate: z.string(),
  /** Quantity × unit price in the same direction, our own arithmetic. */
  total: z.string().nullable(),
});

export const invoiceViewSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(["draft", "invoice", "quote", "credit_note"]),
  number: z.string().nullable(),
  /** `draft`, `sent`, `paid` … in the view's language. */
  status: z.string(),
  recipient: z.array(z.string()),
  /** What the API will fill a blank recipient with, from the customer record. */
  buyer_address: z.array(z.string()),
  /** The sender's block, where one is set by hand. */
  sender: z.array(z.string()),
  vat_number: z.string().nullable(),
  customer: z.string().nullable(),
  customer_id: z.string().nullable(),
  email: z.string().nullable(),
  /** Punycode form and a warning when the address holds other than ASCII characters. */
  email_note: z.string().nullable(),
  issued_at: z.string().nullable(),
  due_date: z.string().nullable(),
  amounts_are: z.enum(["net", "gross"]),
  lines: z.array(lineViewSchema),
  /** Lines beyond the shown ones. */
  more_lines: z.int(),
  net: z.string().nullable(),
  taxes: z.array(z.strictObject({ rate: z.string(), net: z.string().nullable(), tax: z.string().nullable() })),
  tax: z.string().nullable(),
  gross: z.string().nullable(),
  currency: z.string(),
  /** In full, line by line. */
  notes: z.array(z.string()),
  /** Of a batch: the payment it is settled by; `differs` says in what. */
  bank_line: z
    .strictObject({
      day: z.string(),
      payer: z.string(),
      amount: z.string(),
      text: z.string(),
      differs: z.array(z.string()),
    })
    .nullable()
    .default(null),
});
export type InvoiceView = z.infer<typeof invoiceViewSchema>;

export const planViewSchema = z.strictObject({
  act: z.enum(ACTS),
  /** The question, in the view's language, e.g. `Send 1,785.00 EUR to "Acme Inc"?`. */
  title: z.string(),
  organization: z.strictObject({ id: z.string(), name: z.string().nullable() }),
  simulator: z.boolean(),
  /** One; none for `resolve_operation`; many for `settle_payments`. */
  documents: z.array(invoiceViewSchema),
  /** Further rows a card shows above the consequences (batch totals, the new recipient, the operation's id). */
  details: z.array(z.strictObject({ label: z.string(), value: z.string() })),
  consequences: z.array(z.string()),
  /** What differs from an earlier question or approval of the same act. */
  changes: z.array(z.string()).default([]),
  warnings: z.array(z.strictObject({ code: z.string(), sentence: z.string(), raises: z.boolean() })),
  level: z.enum(["approve", "typed"]),
  /** What to type, at level `typed`. */
  typed_prompt: z.string().nullable(),
  /** Why a click is not enough, at level `typed`. */
  typed_why: z.string().nullable().default(null),
  /** ISO 8601 instant, UTC; null while no approval exists (a plain preview). */
  expires_at: z.string().nullable(),
  locale: z.enum(["de", "en"]),
});
export type PlanView = z.infer<typeof planViewSchema>;
