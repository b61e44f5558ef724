import { z } from "zod";
import type { ReadContext } from "./context.ts";
import type { Result } from "./define.ts";
import { invoiceData, invoiceText, toInvoice } from "./invoices.ts";
import { readInvoice } from "./read-back.ts";
import { readOnlyCard } from "./card.ts";

/** The shared answer of tools that change a draft: what was done, and the draft as the API has it now. */
export const draftOutput = z.object({
  done: z.string(),
  invoice_id: z.string(),
  invoice: invoiceData.optional().describe("As the API has it now."),
});
export type DraftData = z.infer<typeof draftOutput>;

export async function draftAnswer(id: string, context: ReadContext, done: string, next: string): Promise<Result<DraftData>> {
  const { invoice, note } = await readInvoice(id, context);
  if (invoice === null) return { data: { done: `${done} ${note}`, invoice_id: id }, next: `get_invoice ${id}.` };
  return {
    data: { done, invoice_id: id, invoice: toInvoice(invoice, context.today) },
    next,
    meta: readOnlyCard(invoice, context),
  };
}

export function draftText(data: DraftData): string {
  return data.invoice === undefined ? `${data.done} id ${data.invoice_id}` : `${data.done}\n${invoiceText(data.invoice)}`;
}
