import { z } from "zod";
import type { Address } from "../domain/customer.ts";
import type { Invoice } from "../domain/invoice.ts";
import { readOnlyCard } from "./card.ts";
import type { ReadContext } from "./context.ts";
import { invoiceData, invoiceText, toInvoice } from "./invoices.ts";
import { readInvoice } from "./read-back.ts";
import { candidateData } from "./resolve-customer.ts";
import { marked, supersededAmong } from "./superseded.ts";
import type { Result } from "./tool.ts";

/** The shared answer of tools that change a draft: what was done, and the draft as the API has it now. */
export const draftOutput = z.object({
  done: z.string(),
  invoice_id: z.string(),
  invoice: invoiceData.optional().describe("As the API has it now."),
});
export type DraftData = z.infer<typeof draftOutput>;

/** Answer of tools that may ask back instead of creating. */
export const preparedOutput = draftOutput.partial().extend({
  question: z.string().optional().describe("Put it to the person; nothing was created."),
  candidates: z.array(candidateData).optional(),
});

export async function draftAnswer(
  id: string,
  context: ReadContext,
  done: string,
  next: string,
  /** What was read after the last change. */
  document: Invoice | null = null,
  /** The customer's address, where the tool read it; `null`: there is none. */
  address?: Address | null,
): Promise<Result<DraftData>> {
  const { invoice, note } = document === null ? await readInvoice(id, context) : { invoice: document };
  if (invoice === null) return { data: { done: `${done} ${note}`, invoice_id: id }, next: `get_invoice ${id}.` };
  const superseded = await supersededAmong([invoice], context);
  const by = superseded.get(id);
  return {
    data: { done, invoice_id: id, invoice: marked(toInvoice(invoice, context.today, { address }), id, superseded) },
    next: by === undefined ? next : `Its corrected copy ${by} counts; this one is not to be sent.`,
    meta: readOnlyCard(invoice, context, address ?? null),
  };
}

export function draftText({ done, invoice, invoice_id }: z.infer<typeof preparedOutput>): string {
  return [done ?? "", invoice === undefined ? `id ${invoice_id ?? "?"}` : invoiceText(invoice)].join("\n");
}
