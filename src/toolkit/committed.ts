import { z } from "zod";
import type { Invoice } from "../domain/invoice.ts";
import { defined } from "../domain/json.ts";
import { readOnlyCard } from "./card.ts";
import type { ReadContext, Settled } from "./context.ts";
import { invoiceRow, rowText, type ShortRow, toRow } from "./invoices.ts";
import { readInvoice } from "./read-back.ts";
import type { Result } from "./tool.ts";

/** The shared answer of guarded acts: what was done, and the document as the API has it now. */
export const committedOutput = z.object({
  done: z.string(),
  invoice: invoiceRow.optional().describe("As the API has it now."),
  created: invoiceRow.optional().describe("Document the act made: credit note or copy."),
  credit_note: invoiceRow.optional().describe("Where the copy came with one."),
});
export type CommittedData = z.infer<typeof committedOutput>;

export async function committedAnswer<R>(
  id: string,
  context: ReadContext,
  outcome: Settled<R>,
  say: (
    invoice: Invoice,
    created: Invoice | null,
    credited: Invoice | null,
  ) => { readonly done: string; readonly next: string },
  createdId?: string | null,
  /** Looks for the credit note that came with what was made. */
  creditNote?: (invoice: Invoice) => Promise<Invoice | null>,
): Promise<Result<CommittedData>> {
  const { invoice, note } = outcome.document ? { invoice: outcome.document } : await readInvoice(id, context);
  const created = outcome.made ?? (createdId ? (await readInvoice(createdId, context)).invoice : null);
  if (invoice === null) return { data: { done: note }, next: `get_invoice ${id}.` };
  const credited = creditNote === undefined ? null : await creditNote(invoice);
  const { done, next } = say(invoice, created, credited);
  return {
    data: defined({
      done: outcome.outcome === "already_done" ? `${repeated(outcome)} ${done}` : done,
      invoice: toRow(invoice, context.today),
      created: created === null ? undefined : toRow(created, context.today),
      credit_note: credited === null ? undefined : toRow(credited, context.today),
    }),
    next,
    meta: readOnlyCard(created ?? invoice, context),
  };
}

/** A repeat is normal; it says first that this call did nothing, and when the act happened. */
function repeated<R>(outcome: Extract<Settled<R>, { readonly outcome: "already_done" }>): string {
  return outcome.operation === null
    ? "This call changed nothing: it was done already, not by this server."
    : [
        `This call changed nothing: it was done at ${outcome.operation.updated_at} (${outcome.operation.id}).`,
        ...(outcome.operation.why === null ? [] : [outcome.operation.why]),
      ].join(" ");
}

export function committedText(data: CommittedData): string {
  const line = (row: ShortRow) => `  ${rowText(row)}`;
  return [
    data.done,
    ...(data.invoice === undefined ? [] : [line(data.invoice)]),
    ...(data.created === undefined ? [] : [line(data.created)]),
    ...(data.credit_note === undefined ? [] : [line(data.credit_note)]),
  ].join("\n");
}
