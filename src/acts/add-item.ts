import { z } from "zod";
import type { Invoice, Item, NewItem } from "../domain/invoice.ts";
import { decimal } from "../domain/money.ts";
import type { FreeAct } from "./act.ts";
import { callOptions } from "./act.ts";
import { gone, readInvoiceAgain, totalsVerdict, untaken } from "./reading.ts";
import { type Editable, notEditable } from "./states.ts";
import { sameText } from "./text.ts";

const args = z.object({
  invoice_id: z.string(),
  title: z.string(),
  subtitle: z.string().exactOptional(),
  quantity: z.int(),
  tax_rate: z.string(),
  amount: z.string(),
});
const before = z.object({
  item_ids: z.array(z.string()),
  calculate_from_net: z.boolean(),
  verify: z.literal(true).exactOptional(),
  by_record: z.literal(true).exactOptional(),
});
const result = z.object({ invoice_id: z.string(), item_id: z.string() });

export type AddItemArgs = z.infer<typeof args>;
export type AddItemResult = z.infer<typeof result>;

export function addItemArgs(invoiceId: string, item: NewItem): AddItemArgs {
  return {
    invoice_id: invoiceId,
    title: item.title,
    ...(item.subtitle ? { subtitle: item.subtitle } : {}),
    quantity: item.quantity,
    tax_rate: item.tax_rate.toFixed(),
    amount: item.amount.toFixed(),
  };
}

/** What has to be known of a draft before a line is added: read, or known from the answers that made it. */
export interface DraftReading {
  readonly invoice: Editable;
  readonly item_ids: readonly string[];
  readonly calculate_from_net: boolean;
  /** Read the draft after this line, and compare the API's total with the lines: the last one of a job. */
  readonly verify?: true;
  /** Known from the record of what this server did, not read: lines added elsewhere may be unknown. */
  readonly by_record?: true;
}

export function draftReading(invoice: Invoice): DraftReading {
  return {
    invoice,
    item_ids: (invoice.items ?? []).map(({ id }) => id),
    calculate_from_net: invoice.calculate_from_net,
  };
}

/** One more line on a draft. An equal second line must name the operation of the first. */
export const addItem: FreeAct<AddItemArgs, z.infer<typeof before>, AddItemResult, DraftReading> = {
  kind: "add_item",
  schemas: { args, before, result },
  guarded: false,
  repeat: "day",
  duplicable: true,
  created: "item_id",
  keeps: ["invoice_id", "quantity", "tax_rate", "amount"],
  identity: (item) => ({ ...item, tax_rate: decimal(item.tax_rate).toFixed(), amount: decimal(item.amount).toFixed() }),
  locks: ({ invoice_id }) => [`inv:${invoice_id}`],
  subject: ({ invoice_id }) => ({ type: "invoice", id: invoice_id }),

  async read({ invoice_id }, context) {
    return { ...draftReading(await context.api.getInvoice(invoice_id, callOptions(context))), verify: true };
  },

  allowed: (_args, { invoice }) => notEditable(invoice),

  prepare: (_args, { item_ids, calculate_from_net, verify, by_record }) => ({
    state: "go",
    before: {
      item_ids: [...item_ids],
      calculate_from_net,
      ...(verify ? { verify } : {}),
      ...(by_record ? { by_record } : {}),
    },
  }),

  async dispatch(item, { calculate_from_net, item_ids, verify }, api, options) {
    const evidence = await api.addItem(
      item.invoice_id,
      {
        title: item.title,
        ...(item.subtitle === undefined ? {} : { subtitle: item.subtitle }),
        quantity: item.quantity,
        tax_rate: decimal(item.tax_rate),
        amount: decimal(item.amount),
      },
      calculate_from_net,
      options,
    );
    if (evidence.kind !== "applied") return evidence;
    // The answer shows the line as it was stored, not the draft's new total.
    const stored = evidence.resource?.item ?? null;
    const isConclusive =
      !verify && stored !== null && !item_ids.includes(stored.id) && isEqual(stored, item, calculate_from_net);
    return {
      kind: "applied",
      resource: isConclusive ? { invoice_id: item.invoice_id, item_id: stored.id } : null,
    };
  },

  async reconcile(wanted, snapshot, context, applied) {
    const { invoice_id } = wanted;
    const invoice = await readInvoiceAgain(context, invoice_id);
    if (invoice === null) return gone(invoice_id);
    const known = new Set(snapshot.item_ids);
    const missing = snapshot.item_ids.filter((id) => !invoice.items?.some((item) => item.id === id));
    if (snapshot.verify && missing.length > 0) {
      return {
        is: "ambiguous",
        why: `${missing.length} of the draft's lines that were there before are not shown now.`,
        candidates: missing,
        blind: true,
      };
    }
    const fresh = await untaken(
      context,
      "add_item",
      (invoice.items ?? []).filter(({ id }) => !known.has(id)),
    );
    const equal = fresh.filter((item) => isEqual(item, wanted, snapshot.calculate_from_net));
    const [first] = equal;
    if (equal.length > 1) {
      return {
        is: "ambiguous",
        why: `The line is on the draft ${equal.length} times now.`,
        candidates: equal.map(({ id }) => id),
      };
    }
    if (first && snapshot.by_record && !applied && (invoice.items?.length ?? 0) > snapshot.item_ids.length + 1) {
      return {
        is: "ambiguous",
        why: "The draft has lines that were added elsewhere: whether this one is among them cannot be read.",
        candidates: [first.id],
        blind: true,
      };
    }
    if (first) return totalsVerdict(invoice, { invoice_id, item_id: first.id }, "The line was added");
    const altered = fresh.filter(({ title }) => sameText(title, wanted.title));
    const [only, more] = altered;
    if (applied && only && !more) {
      return {
        is: "mismatch",
        why: "The API took the line but stored other values than those given.",
        result: { invoice_id, item_id: only.id },
      };
    }
    if (only) {
      return {
        is: "ambiguous",
        why: "A new line on the draft has this title but other values: whether it is this one cannot be read.",
        candidates: altered.map(({ id }) => id),
        blind: true,
      };
    }
    return { is: "not_done" };
  },

  stated: ({ invoice_id }, item_id) => ({ invoice_id, item_id }),
};

function isEqual(item: Item, wanted: AddItemArgs, calculateFromNet: boolean): boolean {
  const amount = calculateFromNet ? item.single_net_amount : item.single_gross_amount;
  return (
    sameText(item.title, wanted.title) &&
    sameText(item.subtitle, wanted.subtitle) &&
    item.quantity.eq(wanted.quantity) &&
    item.tax_rate.eq(wanted.tax_rate) &&
    (amount === null || amount.eq(wanted.amount))
  );
}
