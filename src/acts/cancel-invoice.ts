import { z } from "zod";
import { type Invoice, isCreditNote } from "../domain/invoice.ts";
import { customerFacts, invoiceFacts, mergeFacts } from "../guard/facts.ts";
import { document, finish, type PlanInput, typedFor } from "../guard/plan-parts.ts";
import { creditNoteSentence, parts, paymentSentence } from "../guard/plan-words.ts";
import type { Plan } from "../guard/port.ts";
import type { Rule } from "../guard/risk-rule.ts";
import { overLimit, risksOf, TEXT_RULES } from "../guard/risks.ts";
import { say } from "../guard/wording.ts";
import type { ActContext, GuardedAct, ReadingContext } from "./act.ts";
import { customerLocks, planInput } from "./asking.ts";
import { type DocumentReading, gone, readDocument, readInvoiceAgain, resetSince, untaken } from "./reading.ts";
import { invoicesSince, type Snapshot, snapshotInvoices, snapshotSchema, UNSEARCHABLE } from "./search.ts";
import { notRevocable } from "./states.ts";

const args = z.object({ invoice_id: z.string() });
const before = snapshotSchema.extend({
  customer_id: z.string().nullable(),
  total: z.string().nullable(),
  /** Rows of earlier versions lack it. */
  is_quote: z.boolean().exactOptional(),
});
const result = z.object({
  invoice_id: z.string(),
  credit_note_id: z.string().nullable(),
  credit_note_number: z.string().nullable(),
});

export type CancelInvoiceArgs = z.infer<typeof args>;
export type CancelInvoiceResult = z.infer<typeof result>;

/** The document, and right before the act the customer's newest documents: what comes after them is new. */
interface CancelReading extends DocumentReading {
  readonly snapshot: Snapshot | null;
  /** Of an invoice that is void already. */
  readonly credit_note: Invoice | null;
}

/** Voids an invoice and has the API make its credit note. Once, for ever. */
export const cancelInvoice: GuardedAct<
  CancelInvoiceArgs,
  z.infer<typeof before>,
  CancelInvoiceResult,
  CancelReading
> = {
  kind: "cancel_invoice",
  schemas: { args, before, result },
  guarded: {
    plan: (_args, reading, asking) => planCancel(planInput(reading, asking)),
    locks: (_args, { customer }) => customerLocks(customer),
    receiver: () => null,
    bills: false,
  },
  repeat: "always",
  duplicable: false,
  created: "credit_note_id",
  keeps: ["invoice_id"],
  identity: ({ invoice_id }) => ({ invoice_id }),
  locks: ({ invoice_id }) => [`inv:${invoice_id}`],
  subject: ({ invoice_id }) => ({ type: "invoice", id: invoice_id }),

  async read({ invoice_id }, context, moment) {
    const reading = await readDocument(invoice_id, context, moment, { customer: true, earlier: false });
    const { invoice } = reading;
    if (moment === "asked") return { ...reading, snapshot: null, credit_note: null };
    if (invoice.status === "void")
      return { ...reading, snapshot: null, credit_note: await creditNoteOf(invoice, context) };
    const isGoing = notRevocable(invoice, "cancel") === null;
    return {
      ...reading,
      snapshot: isGoing ? await snapshotInvoices(context, invoice.customer_id) : null,
      credit_note: null,
    };
  },

  allowed: (_args, { invoice }) => notRevocable(invoice, "cancel"),

  prepare({ invoice_id }, { invoice, snapshot, credit_note }) {
    if (invoice.status === "void" && !invoice.is_cancellation) {
      return { state: "already", result: cancelled(invoice_id, credit_note) };
    }
    return {
      state: "go",
      before: {
        ...(snapshot ?? { ids: [], newest: null, partial: true }),
        customer_id: invoice.customer_id,
        total: invoice.total?.toFixed() ?? null,
        is_quote: invoice.is_quote,
      },
    };
  },

  async dispatch({ invoice_id }, _before, api, options) {
    const evidence = await api.cancelInvoice(invoice_id, options);
    // Whatever the answer shows, there are two documents to look at.
    return evidence.kind === "applied" ? { kind: "applied", resource: null } : evidence;
  },

  async reconcile({ invoice_id }, snapshot, context, applied) {
    const invoice = await readInvoiceAgain(context, invoice_id);
    if (invoice === null) return gone(invoice_id);
    const { notes, isComplete } = await creditNotes(invoice_id, snapshot, context);
    const [first] = notes;
    const isVoid = invoice.status === "void" || invoice.status === "refunded";
    if (isVoid && first && notes.length === 1)
      return { is: "done", result: cancelled(invoice_id, first), document: invoice, made: first };
    // A quote bills nobody: whether voiding one makes a credit note is not documented.
    if (isVoid && notes.length === 0 && snapshot.is_quote) {
      return { is: "done", result: cancelled(invoice_id, null), document: invoice };
    }
    if (notes.length === 0 && !isComplete) {
      if (isVoid && applied) return { is: "done", result: cancelled(invoice_id, null) };
      return {
        is: "ambiguous",
        why: `The invoice is ${isVoid ? "void" : "not void"}. Whether it has a credit note cannot be read: ${UNSEARCHABLE}.`,
        candidates: [invoice_id],
        ...(isVoid ? {} : { blind: true }),
      };
    }
    if (!isVoid && notes.length === 0) return { is: "not_done" };
    return {
      is: "ambiguous",
      why: isVoid
        ? notes.length === 0
          ? "The invoice is void, but no credit note was found."
          : `The invoice is void and ${notes.length} credit notes were made for it.`
        : "A credit note was made, but the invoice is not void.",
      candidates: [invoice_id, ...notes.map(({ id }) => id)],
    };
  },

  stated: ({ invoice_id }, credit_note_id) => ({ invoice_id, credit_note_id, credit_note_number: null }),

  undone: ({ invoice_id }, context) =>
    resetSince(context, invoice_id, ({ status }) => status === "sent" || status === "paid"),
};

/** The credit note of an invoice that was voided before, where there is exactly one. */
export async function creditNoteOf(invoice: Invoice, context: ReadingContext): Promise<Invoice | null> {
  const since = await invoicesSince(context, invoice.customer_id, { ids: [], newest: invoice.created_at });
  const total = invoice.total?.toFixed() ?? null;
  const [note, more] = since.invoices.filter((other) => isCreditNoteFor(other, invoice.id, total, since.isComplete));
  return more ? null : (note ?? null);
}

async function creditNotes(
  invoiceId: string,
  snapshot: z.infer<typeof before>,
  context: ActContext,
): Promise<{ readonly notes: readonly Invoice[]; readonly isComplete: boolean }> {
  const since = await invoicesSince(context, snapshot.customer_id, snapshot);
  const isNew = !snapshot.partial;
  const notes = await untaken(
    context,
    "cancel_invoice",
    since.invoices.filter((invoice) => isCreditNoteFor(invoice, invoiceId, snapshot.total, isNew)),
  );
  return { notes, isComplete: since.isComplete && isNew };
}

/**
 * By its reference where the API gives one; else, among documents that are known to be new, by being a cancellation over
 * the same amount, of either sign.
 */
function isCreditNoteFor(invoice: Invoice, originalId: string, total: string | null, isNew: boolean): boolean {
  if (invoice.id === originalId || !isCreditNote(invoice)) return false;
  if (invoice.reference?.type === "invoices") return invoice.reference.id === originalId;
  return isNew && (total === null || invoice.total === null || invoice.total.abs().eq(total.replace("-", "")));
}

const cancelled = (invoiceId: string, note: Invoice | null): CancelInvoiceResult => ({
  invoice_id: invoiceId,
  credit_note_id: note?.id ?? null,
  credit_note_number: note?.number ?? null,
});

/** Reasons to look twice. */
const RISKS: readonly Rule[] = [overLimit, ...TEXT_RULES];

/** Cancels: a credit note over the same lines, negative, and a void original. */
export function planCancel(input: PlanInput): Plan {
  const { invoice, customer, language, who, what, amount } = parts(input);
  return finish({
    act: "cancel_invoice",
    organization: input.organization,
    locale: input.locale,
    title: say(language, `Cancel ${what} over ${amount}${who}?`, `${what} über ${amount}${who} stornieren?`),
    documents: [document(invoice, customer, false)],
    consequences: [
      creditNoteSentence(invoice, language),
      say(language, `${what} becomes void.`, `${what} wird ungültig (storniert).`),
      paymentSentence(invoice, language),
      say(
        language,
        "The customer may get an e-mail; this cannot be controlled from here.",
        "Der Kunde erhält möglicherweise eine E-Mail; das lässt sich von hier nicht steuern.",
      ),
      say(
        language,
        "This cannot be undone; the way back is a new invoice.",
        "Das lässt sich nicht rückgängig machen; der Weg zurück ist eine neue Rechnung.",
      ),
    ],
    risks: risksOf({ ...input, act: "cancel_invoice", former_customer: null, language }, RISKS),
    level: "typed",
    typed: typedFor(invoice, language),
    facts: mergeFacts(invoiceFacts(invoice), customer === null ? {} : customerFacts("customer", customer)),
  });
}
