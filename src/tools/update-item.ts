import { z } from "zod";
import { notEditable } from "../acts/states.ts";
import { updateItem } from "../acts/update-item.ts";
import { documentName, type Invoice, type Item } from "../domain/invoice.ts";
import { cited } from "../domain/untrusted.ts";
import { InputError } from "../errors.ts";
import { defineTool } from "../toolkit/define.ts";
import { draftAnswer, draftOutput, draftText } from "../toolkit/draft.ts";
import { lineChanges } from "../toolkit/lines.ts";
import { amount, draftRef, emptiable, itemId, line, quantity, taxRate } from "../toolkit/params.ts";
import { findInvoice } from "../toolkit/references.ts";
import { orCopy } from "../toolkit/superseded.ts";

const FIELDS = ["title", "subtitle", "quantity", "tax_rate", "single_net_amount", "single_gross_amount"] as const;

export default defineTool({
  name: "update_item",
  title: "Change line",
  effect: "draft",
  search: "Position Zeile Menge Preis Steuer korrigieren change update line quantity price",
  long: true,
  description: "Change a line of a draft; what is not given stays. Name it by item_id, or by line.",
  input: z.strictObject({
    invoice_id: draftRef(),
    item_id: itemId().optional(),
    line: z.int().min(1).describe("From 1.").optional(),
    title: line(185, "Max 185.").optional(),
    subtitle: emptiable(185, "Max 185; empty: none.").optional(),
    quantity: quantity().optional(),
    tax_rate: taxRate().optional(),
    single_net_amount: amount("Single net amount.").optional(),
    single_gross_amount: amount("Single gross amount.").optional(),
  }),
  output: draftOutput,
  examples: [{ invoice_id: "draft-id", line: 1, quantity: 9 }],
  async run({ invoice_id, item_id, line: place, ...given }, context) {
    if (FIELDS.every((field) => given[field] === undefined)) {
      throw new InputError("update_item: name at least one value to change.");
    }
    const invoice = await findInvoice(invoice_id, context);
    const refusal = notEditable(invoice);
    if (refusal !== null) throw refusal;
    const item = lineOf(invoice, item_id, place);
    const name = documentName(invoice);
    const changes = lineChanges("update_item", given, invoice.calculate_from_net, invoice.currency, name);
    const outcome = await orCopy(
      context.perform(updateItem, { invoice_id: invoice.id, item_id: item.id, changes }),
      invoice.id,
      async () => [{ line: (invoice.items ?? []).indexOf(item) + 1, ...given }],
    );
    const said = FIELDS.filter((field) => given[field] !== undefined && shown(item[field]) !== shown(given[field]))
      .map((field) => `${field} ${cited(shown(item[field]), 185)} → ${cited(shown(given[field]), 185)}`)
      .join(", ");
    return draftAnswer(
      invoice.id,
      context,
      outcome.outcome === "already_done"
        ? `Line ${cited(item.title, 185)} of ${name} has these values already. Nothing was changed.`
        : `Changed line ${cited(item.title, 185)} of ${name}: ${said}.`,
      "Show it to the person; then send_invoice.",
    );
  },
  render: draftText,
});

function lineOf(invoice: Invoice, itemId: string | undefined, place: number | undefined): Item {
  const items = invoice.items ?? [];
  if ((itemId === undefined) === (place === undefined)) {
    throw new InputError("update_item: name the line by item_id or by line, not by both.");
  }
  const item = itemId === undefined ? items[(place ?? 0) - 1] : items.find(({ id }) => id === itemId.trim());
  if (item !== undefined) return item;
  throw new InputError(
    `update_item: ${documentName(invoice)} has no such line; it has ${items.length}. Nothing was changed.`,
    { next: "Read its lines with get_invoice." },
  );
}

function shown(value: Item[(typeof FIELDS)[number]] | string | number | undefined): string {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? value.toFixed() : String(value);
}
