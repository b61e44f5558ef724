import { allows, documentName, type Invoice } from "../domain/invoice.ts";
import { inert } from "../domain/untrusted.ts";
import { WrongStateError } from "../errors.ts";
import type { Act } from "../guard/port.ts";
import type { Journal } from "../journal/port.ts";

/** A document that left the house may not be edited (GoBD; the API locks it). Says what is allowed instead. */
export function requireDraft(invoice: Invoice): void {
  if (invoice.status === "draft" && !invoice.locked) return;
  throw new WrongStateError(
    `${documentName(invoice)} is ${inert(invoice.status_word, 30)} and can no longer be edited.`,
    {
      next: wayOfCorrecting(invoice),
    },
  );
}

function wayOfCorrecting(invoice: Invoice): string {
  if (invoice.is_cancellation || invoice.is_credit) return "A credit note stays as it is; write a new invoice instead.";
  switch (invoice.status) {
    case "sent":
    case "paid":
      return `Correct it by a new document: cancel_invoice (Stornorechnung) and bill again; change_recipient if only the customer is wrong; for a part, a new invoice with a negative line that names ${invoice.number ?? invoice.id}.`;
    case "void":
      return "It is void already: write a new invoice with create_invoice.";
    default:
      return "Read it with get_invoice.";
  }
}

/** What was declined may be wrong. The API documents no way of changing or removing a line of a draft. */
export function wayAfterDecline(act: Act): string {
  return act === "send_invoice"
    ? " update_invoice corrects dates, notes and customer. Wrong lines: prepare_invoice with the right ones, and have this draft deleted in the dashboard."
    : "";
}

/** Only a sent invoice can be marked paid (guide, Common Errors); a quote or credit note never. */
export function requireOpen(invoice: Invoice): void {
  const name = documentName(invoice);
  if (invoice.is_quote || invoice.is_cancellation || invoice.is_credit) {
    throw new WrongStateError(`${name} is a ${invoice.is_quote ? "quote" : "credit note"}; only an invoice is paid.`, {
      next: "Check the number with list_invoices.",
    });
  }
  if (allows("mark_paid", invoice.status)) return;
  throw new WrongStateError(
    `${name} is ${inert(invoice.status_word, 30)}; only a sent invoice can be marked as paid.`,
    {
      next:
        invoice.status === "draft"
          ? "send_invoice first."
          : invoice.status === "paid"
            ? "Nothing needs to be done."
            : "Check the number with list_invoices.",
    },
  );
}

/** Cancelling and re-addressing are for documents that left the house. */
export function requireCancellable(
  invoice: Invoice,
  participle: "cancelled" | "re-addressed",
  customerId?: string,
): void {
  const name = documentName(invoice);
  if (invoice.is_cancellation || invoice.is_credit) {
    throw new WrongStateError(`${name} is a credit note and cannot be ${participle}.`, {
      next: "Write a new invoice with create_invoice.",
    });
  }
  if (customerId !== undefined && customerId === invoice.customer_id) {
    throw new WrongStateError(`${name} belongs to this customer already.`, { next: "Check customer_id." });
  }
  if (allows(participle === "cancelled" ? "cancel" : "change_recipient", invoice.status)) return;
  throw new WrongStateError(`${name} is ${inert(invoice.status_word, 30)} and cannot be ${participle}.`, {
    next:
      invoice.status === "draft"
        ? participle === "cancelled"
          ? "A draft was never sent: correct it with update_invoice, or leave it."
          : "Link the right customer with update_invoice."
        : "It is void already; see the credit note with list_invoices.",
  });
}

/**
 * A draft that was to get a number of lines and did not get them all (a fault on the way) must not be sent as if it were
 * whole. Judged by the journal, not by the draft: a line taken out on purpose in the web interface is no gap.
 */
export async function requireAllLines(invoice: Invoice, journal: Journal): Promise<void> {
  const records = await journal.list({ subject_id: invoice.id, limit: 500 });
  const wanted = records.find((record) => record.kind === "create_invoice")?.note?.lines;
  if (wanted === undefined) return;
  // A mismatch was added, too; what differs is settled on its own. Lines added later by themselves do not fill a gap.
  const there = new Set(
    records
      .filter(({ kind, state }) => kind === "add_item" && (state === "done" || state === "mismatch"))
      .map(({ note }) => note?.lines),
  );
  const added = Array.from({ length: wanted }, (_, index) => index + 1).filter((line) => there.has(line)).length;
  if (added >= wanted) return;
  throw new WrongStateError(`${documentName(invoice)} is not complete: ${added} of its ${wanted} lines were added.`, {
    next: "Make the call that prepared it again with the same arguments: it adds the missing lines and repeats nothing.",
  });
}
