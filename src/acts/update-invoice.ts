import { z } from "zod";
import type { Invoice } from "../domain/invoice.ts";
import type { FreeAct } from "./act.ts";
import { callOptions } from "./act.ts";
import { gone, OWNERLESS, readInvoiceAgain } from "./reading.ts";
import { notEditable } from "./states.ts";
import { sameText } from "./text.ts";

const changes = z.object({
  currency: z.string().exactOptional(),
  customer_id: z.string().exactOptional(),
  recipient: z.string().exactOptional(),
  invoicing_party: z.string().exactOptional(),
  issued_at: z.string().exactOptional(),
  due_date: z.string().exactOptional(),
  notes: z.string().exactOptional(),
  vat_number: z.string().exactOptional(),
  number: z.string().exactOptional(),
});
const FIELDS = changes.keyof().options;

const args = z.object({ invoice_id: z.string(), changes });
/** Values of the fields concerned, as they were. */
const before = z.object({ values: z.record(z.string(), z.string().nullable()) });
const result = z.object({ invoice_id: z.string() });

export type UpdateInvoiceArgs = z.infer<typeof args>;
export type UpdateInvoiceResult = z.infer<typeof result>;

/** Changes attributes of a draft. May be repeated at will: values can return to what they were. */
export const updateInvoice: FreeAct<
  UpdateInvoiceArgs,
  z.infer<typeof before>,
  UpdateInvoiceResult,
  { readonly invoice: Invoice }
> = {
  kind: "update_invoice",
  schemas: { args, before, result },
  guarded: false,
  repeat: "open",
  duplicable: false,
  created: null,
  keeps: ["invoice_id"],
  identity: (wanted) => ({ ...wanted }),
  locks: ({ invoice_id }) => [`inv:${invoice_id}`],
  subject: ({ invoice_id }) => ({ type: "invoice", id: invoice_id }),

  read: async ({ invoice_id }, context) => ({
    invoice: await context.api.getInvoice(invoice_id, callOptions(context)),
  }),
  allowed: (_args, { invoice }) => notEditable(invoice),

  prepare({ invoice_id, changes: wanted }, { invoice }) {
    const values: Record<string, string | null> = {};
    for (const field of FIELDS) if (wanted[field] !== undefined) values[field] = invoice[field];
    return FIELDS.every((field) => holds(invoice, wanted, field))
      ? { state: "already", result: { invoice_id } }
      : { state: "go", before: { values } };
  },

  async dispatch({ invoice_id, changes: wanted }, _before, api, options) {
    const evidence = await api.updateInvoice(invoice_id, wanted, options);
    if (evidence.kind !== "applied") return evidence;
    const stored = evidence.resource?.invoice ?? null;
    // An answer that shows other values, or does not show them, is no proof that those asked for were stored.
    const isConclusive = stored !== null && FIELDS.every((field) => holds(stored, wanted, field));
    return { kind: "applied", resource: isConclusive ? { invoice_id } : null };
  },

  async reconcile({ invoice_id, changes: wanted }, { values }, context, applied) {
    const invoice = await readInvoiceAgain(context, invoice_id);
    if (invoice === null) return gone(invoice_id);
    const other = FIELDS.filter((field) => !holds(invoice, wanted, field));
    if (other.length === 0) return { is: "done", result: { invoice_id }, document: invoice };
    if (wanted.customer_id !== undefined && invoice.customer_unknown) {
      return {
        is: "ambiguous",
        why: `Whether the draft has its new customer cannot be read: ${OWNERLESS}.`,
        candidates: [invoice_id],
        blind: true,
      };
    }
    const untouched = Object.entries(values).every(([field, value]) =>
      FIELDS.some((known) => known === field && sameText(invoice[known], value)),
    );
    if (untouched) return { is: "not_done" };
    if (applied) {
      return {
        is: "mismatch",
        why: `The API took the change, but the draft has other values than asked for: ${other.join(", ")}.`,
        result: { invoice_id },
        document: invoice,
      };
    }
    return {
      is: "ambiguous",
      why: "The draft has neither its former nor the new values: somebody else changed it, or only a part was taken.",
      candidates: [invoice_id],
    };
  },

  stated: ({ invoice_id }) => ({ invoice_id }),
};

function holds(invoice: Invoice, wanted: UpdateInvoiceArgs["changes"], field: (typeof FIELDS)[number]): boolean {
  const value = wanted[field];
  if (value === undefined) return true;
  const is = invoice[field];
  // The API may show a number in its own format around the raw one.
  return field === "number" ? (is?.includes(value) ?? false) : sameText(is, value);
}
