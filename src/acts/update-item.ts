import { z } from "zod";
import type { Invoice } from "../domain/invoice.ts";
import { defined } from "../domain/json.ts";
import { decimal } from "../domain/money.ts";
import { WrongStateError } from "../errors.ts";
import type { FreeAct } from "./act.ts";
import { callOptions } from "./act.ts";
import { type Line, lineOf, lineSchema, sameLine } from "./lines.ts";
import { gone, readInvoiceAgain, totalsVerdict } from "./reading.ts";
import { notEditable } from "./states.ts";

const changes = z.object({
  title: z.string().exactOptional(),
  subtitle: z.string().exactOptional(),
  quantity: z.int().exactOptional(),
  tax_rate: z.string().exactOptional(),
  /** Unit price in the invoice's direction. */
  amount: z.string().exactOptional(),
});

const args = z.object({ invoice_id: z.string(), item_id: z.string(), changes });
/** The line as it was. */
const before = z.object({ line: lineSchema, calculate_from_net: z.boolean() });
const result = z.object({ invoice_id: z.string(), item_id: z.string() });

export type UpdateItemArgs = z.infer<typeof args>;
export type ItemChangesArgs = UpdateItemArgs["changes"];
export type UpdateItemResult = z.infer<typeof result>;

/** Changes what is named of a draft's line. May be repeated at will: values can return to what they were. */
export const updateItem: FreeAct<
  UpdateItemArgs,
  z.infer<typeof before>,
  UpdateItemResult,
  { readonly invoice: Invoice }
> = {
  kind: "update_item",
  schemas: { args, before, result },
  guarded: false,
  repeat: "open",
  duplicable: false,
  created: null,
  keeps: ["invoice_id", "item_id"],
  identity: (wanted) => ({ ...wanted }),
  locks: ({ invoice_id }) => [`inv:${invoice_id}`],
  subject: ({ invoice_id }) => ({ type: "invoice", id: invoice_id }),

  read: async ({ invoice_id }, context) => ({
    invoice: await context.api.getInvoice(invoice_id, callOptions(context)),
  }),

  allowed: ({ item_id }, { invoice }) => notEditable(invoice) ?? missingLine(invoice, item_id),

  prepare({ invoice_id, item_id, changes: wanted }, { invoice }) {
    const line = lineAt(invoice, item_id);
    if (line === null) throw new TypeError("allowed() saw to it that the line is there");
    const { calculate_from_net } = invoice;
    return sameLine(line, changed(line, wanted, calculate_from_net), calculate_from_net)
      ? { state: "already", result: { invoice_id, item_id } }
      : { state: "go", before: { line, calculate_from_net } };
  },

  async dispatch({ invoice_id, item_id, changes: wanted }, { line, calculate_from_net }, api, options) {
    const { amount, tax_rate, ...texts } = wanted;
    const former = calculate_from_net ? line.net : line.gross;
    // With another rate one of the two prices has to follow: the one of the invoice's direction stays.
    const price = amount ?? (tax_rate === undefined ? null : former);
    const evidence = await api.updateItem(
      invoice_id,
      item_id,
      defined({
        ...texts,
        tax_rate: tax_rate === undefined ? undefined : decimal(tax_rate),
        amount: price === null ? undefined : decimal(price),
      }),
      calculate_from_net,
      options,
    );
    // The answer shows neither the draft's new total nor whether the rest of the line stayed: they are read.
    return evidence.kind === "applied" ? { kind: "applied", resource: null } : evidence;
  },

  async reconcile({ invoice_id, item_id, changes: wanted }, { line, calculate_from_net }, context, applied) {
    const invoice = await readInvoiceAgain(context, invoice_id);
    if (invoice === null) return gone(invoice_id);
    const now = lineAt(invoice, item_id);
    const result = { invoice_id, item_id };
    if (now === null) {
      return {
        is: "ambiguous",
        why: "The line is not on the draft any more, so what became of the request cannot be read.",
        candidates: [invoice_id],
      };
    }
    if (sameLine(now, changed(line, wanted, calculate_from_net), calculate_from_net)) {
      return totalsVerdict(invoice, result, "The line was changed");
    }
    if (sameLine(now, line, calculate_from_net)) return { is: "not_done" };
    const why = "The line has neither its former nor the new values";
    return applied
      ? { is: "mismatch", why: `${why}: the API stored something else.`, result, document: invoice }
      : {
          is: "ambiguous",
          why: `${why}: only a part was taken, or somebody else changed it.`,
          candidates: [invoice_id],
        };
  },

  stated: ({ invoice_id, item_id }) => ({ invoice_id, item_id }),
};

function lineAt(invoice: Invoice, itemId: string): Line | null {
  const item = invoice.items?.find(({ id }) => id === itemId);
  return item === undefined ? null : lineOf(item);
}

function missingLine(invoice: Invoice, itemId: string): WrongStateError | null {
  if (lineAt(invoice, itemId) !== null) return null;
  return new WrongStateError(`The draft has no line ${itemId} (any more). Nothing was changed.`, {
    next: "Read its lines with get_invoice.",
  });
}

function changed(line: Line, wanted: ItemChangesArgs, calculateFromNet: boolean): Line {
  const { title, subtitle, quantity, tax_rate, amount } = wanted;
  return {
    title: title ?? line.title,
    subtitle: subtitle ?? line.subtitle,
    quantity: quantity === undefined ? line.quantity : String(quantity),
    tax_rate: tax_rate ?? line.tax_rate,
    net: calculateFromNet ? (amount ?? line.net) : null,
    gross: calculateFromNet ? null : (amount ?? line.gross),
  };
}
