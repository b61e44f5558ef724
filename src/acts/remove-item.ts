import { z } from "zod";
import type { Invoice } from "../domain/invoice.ts";
import type { FreeAct } from "./act.ts";
import { callOptions } from "./act.ts";
import { gone, readInvoiceAgain, totalsVerdict } from "./reading.ts";
import { notEditable } from "./states.ts";

const args = z.object({ invoice_id: z.string(), item_id: z.string() });
const before = z.object({});
const result = z.object({ invoice_id: z.string(), item_id: z.string() });

export type RemoveItemArgs = z.infer<typeof args>;
export type RemoveItemResult = z.infer<typeof result>;

/** Takes a line off a draft. By its id alone: after a removal, another line is at the same place. */
export const removeItem: FreeAct<
  RemoveItemArgs,
  z.infer<typeof before>,
  RemoveItemResult,
  { readonly invoice: Invoice }
> = {
  kind: "remove_item",
  schemas: { args, before, result },
  guarded: false,
  repeat: "always",
  duplicable: false,
  created: null,
  keeps: ["invoice_id", "item_id"],
  identity: (wanted) => ({ ...wanted }),
  locks: ({ invoice_id }) => [`inv:${invoice_id}`],
  subject: ({ invoice_id }) => ({ type: "invoice", id: invoice_id }),

  read: async ({ invoice_id }, context) => ({
    invoice: await context.api.getInvoice(invoice_id, callOptions(context)),
  }),

  allowed: (_args, { invoice }) => notEditable(invoice),

  prepare: (wanted, { invoice }) =>
    isThere(invoice, wanted) ? { state: "go", before: {} } : { state: "already", result: { ...wanted } },

  async dispatch({ invoice_id, item_id }, _before, api, options) {
    // The draft's new total is read.
    const evidence = await api.removeItem(invoice_id, item_id, options);
    return evidence.kind === "applied" ? { kind: "applied", resource: null } : evidence;
  },

  async reconcile(wanted, _before, context) {
    const invoice = await readInvoiceAgain(context, wanted.invoice_id);
    if (invoice === null) return gone(wanted.invoice_id);
    return isThere(invoice, wanted)
      ? { is: "not_done" }
      : totalsVerdict(invoice, { ...wanted }, "The line was removed");
  },

  stated: (wanted) => ({ ...wanted }),
};

/** Lines that the API does not show are not known to be gone. */
function isThere({ items }: Invoice, { item_id }: RemoveItemArgs): boolean {
  return items === null || items.some(({ id }) => id === item_id);
}
