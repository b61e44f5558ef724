import { z } from "zod";
import type { Invoice } from "../domain/invoice.ts";
import type { FreeAct } from "./act.ts";
import { callOptions } from "./act.ts";
import { readInvoiceAgain } from "./reading.ts";
import { invoicesSince, UNSEARCHABLE } from "./search.ts";
import { irreplaceable, notEditable } from "./states.ts";

const args = z.object({ invoice_id: z.string() });
/** What was deleted, as far as figures say, and where a list would show it. */
const before = z.object({
  total: z.string().nullable(),
  currency: z.string(),
  lines: z.int().nullable(),
  customer_id: z.string().nullable(),
  created_at: z.string().nullable(),
});
const result = z.object({
  invoice_id: z.string(),
  total: z.string().nullable(),
  currency: z.string().nullable(),
  lines: z.int().nullable(),
});

export type DeleteDraftArgs = z.infer<typeof args>;
export type DeleteDraftResult = z.infer<typeof result>;

/**
 * Deletes a draft. It cannot come back, so only what nobody else relies on: no number that would leave a gap, no order,
 * subscription or pass that it bills. Whose draft it is, the record knows (`toolkit/own-draft.ts`).
 */
export const deleteDraft: FreeAct<
  DeleteDraftArgs,
  z.infer<typeof before>,
  DeleteDraftResult,
  { readonly invoice: Invoice }
> = {
  kind: "delete_draft",
  schemas: { args, before, result },
  guarded: false,
  repeat: "always",
  duplicable: false,
  created: null,
  keeps: ["invoice_id"],
  identity: ({ invoice_id }) => ({ invoice_id }),
  locks: ({ invoice_id }) => [`inv:${invoice_id}`],
  subject: ({ invoice_id }) => ({ type: "invoice", id: invoice_id }),
  replaces: ({ invoice_id }) => ({ is: "gone", draft: invoice_id }),

  read: async ({ invoice_id }, context) => ({
    invoice: await context.api.getInvoice(invoice_id, callOptions(context)),
  }),

  allowed: (_args, { invoice }) => notEditable(invoice) ?? irreplaceable(invoice, "deleting"),

  prepare: (_args, { invoice }) => ({
    state: "go",
    before: {
      total: invoice.total?.toFixed() ?? null,
      currency: invoice.currency,
      lines: invoice.items?.length ?? null,
      customer_id: invoice.customer_id,
      created_at: invoice.created_at,
    },
  }),

  async dispatch({ invoice_id }, _before, api, options) {
    const evidence = await api.deleteInvoice(invoice_id, options);
    return evidence.kind === "applied" ? { kind: "applied", resource: null } : evidence;
  },

  async reconcile({ invoice_id }, draft, context) {
    if ((await readInvoiceAgain(context, invoice_id)) !== null) return { is: "not_done" };
    // One 404 is the word of whatever answered; a list that does not show the draft is the API's own.
    const { customer_id, created_at, total, currency, lines } = draft;
    const listed = await invoicesSince(context, customer_id, { ids: [], newest: created_at });
    if (listed.invoices.some(({ id }) => id === invoice_id)) return { is: "not_done" };
    if (listed.isComplete) return { is: "done", result: { invoice_id, total, currency, lines } };
    return {
      is: "ambiguous",
      why: `The API does not find the draft, but whether it is gone cannot be read: ${UNSEARCHABLE}.`,
      candidates: [invoice_id],
    };
  },

  stated: ({ invoice_id }) => ({ invoice_id, total: null, currency: null, lines: null }),
};
