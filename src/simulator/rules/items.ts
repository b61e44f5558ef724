import Big from "big.js";
import { unitPrices } from "../amounts.ts";
import type { RequestDocument } from "../document.ts";
import { Fields, sentence } from "../fields.ts";
import { invalid, notFound, relatedMissing } from "../problems.ts";
import type { InvoiceRecord, ItemRecord } from "../records.ts";
import { instant, noteEffect, type World } from "../world.ts";
import { invoiceOr404, requireDraft } from "./invoices.ts";

/** Longest title and subtitle (guide, Step 4). */
const MAX_TITLE = 185;

export function itemOr404(world: World, id: string): ItemRecord {
  const item = world.store.items.get(id);
  if (item === undefined) throw notFound();
  return item;
}

/** `direction` is the value of the `calculate_from_net` query parameter, `null` when absent (then false, as the attribute's default). */
export function createItem(world: World, document: RequestDocument, direction: string | null): ItemRecord {
  const fields = new Fields(document.attributes, true);
  const link = document.relationships.get("document");
  if (!link) fields.failRelationship("document", sentence("document", "field is required", "muss ausgefüllt werden"));
  else if (link.type !== "invoices")
    fields.failRelationship("document", sentence("document", "is invalid", "ist ungültig"));
  const invoice = link?.type === "invoices" ? world.store.invoices.get(link.id) : undefined;
  if (link?.type === "invoices" && invoice === undefined) throw relatedMissing("document");
  if (invoice !== undefined) requireDraft(world, invoice);
  const fromNet = readDirection(world, fields, direction, invoice);
  const title = fields.text("title", { required: true, max: MAX_TITLE });
  const subtitle = fields.text("subtitle", { max: MAX_TITLE });
  const quantity = readQuantity(world, fields, true);
  const taxRate = readTaxRate(fields, true);
  const amount = readAmount(world, fields, fromNet, true);
  fields.done();
  if (
    invoice === undefined ||
    typeof title !== "string" ||
    quantity === undefined ||
    taxRate === undefined ||
    amount === undefined
  ) {
    throw invalid([]);
  }
  const now = instant(world.now());
  const item = world.store.items.put({
    id: world.newId(),
    invoice_id: invoice.id,
    title,
    subtitle: subtitle ?? null,
    quantity,
    tax_rate: taxRate,
    from_net: fromNet,
    ...unitPrices(amount, fromNet, taxRate, invoice.currency),
    created_at: now,
    updated_at: now,
  });
  world.store.invoices.put({ ...invoice, updated_at: now });
  noteEffect(world, "item.created", "items", item.id);
  return item;
}

export function updateItem(
  world: World,
  item: ItemRecord,
  document: RequestDocument,
  direction: string | null,
): ItemRecord {
  const invoice = invoiceOr404(world, item.invoice_id);
  requireDraft(world, invoice);
  const fields = new Fields(document.attributes, false);
  const fromNet = direction === null ? item.from_net : readDirection(world, fields, direction, invoice);
  const title = fields.text("title", { required: true, max: MAX_TITLE });
  const subtitle = fields.text("subtitle", { max: MAX_TITLE });
  const quantity = readQuantity(world, fields, false) ?? item.quantity;
  const taxRate = readTaxRate(fields, false) ?? item.tax_rate;
  const amount =
    readAmount(world, fields, fromNet, false) ?? (fromNet ? item.single_net_amount : item.single_gross_amount);
  fields.done();
  const now = instant(world.now());
  const changed = world.store.items.put({
    ...item,
    title: title ?? item.title,
    subtitle: subtitle === undefined ? item.subtitle : subtitle,
    quantity,
    tax_rate: taxRate,
    from_net: fromNet,
    ...unitPrices(amount, fromNet, taxRate, invoice.currency),
    updated_at: now,
  });
  world.store.invoices.put({ ...invoice, updated_at: now });
  noteEffect(world, "item.updated", "items", item.id);
  return changed;
}

export function deleteItem(world: World, item: ItemRecord): void {
  const invoice = invoiceOr404(world, item.invoice_id);
  requireDraft(world, invoice);
  world.store.items.delete(item.id);
  world.store.invoices.put({ ...invoice, updated_at: instant(world.now()) });
  noteEffect(world, "item.deleted", "items", item.id);
}

function readDirection(
  world: World,
  fields: Fields,
  query: string | null,
  invoice: InvoiceRecord | undefined,
): boolean {
  const asked = query === "true" || query === "1";
  const rule = world.switches().direction_mismatch;
  if (invoice === undefined || asked === invoice.calculate_from_net || rule === "query") return asked;
  if (rule === "invoice") return invoice.calculate_from_net;
  fields.fail("calculate_from_net", {
    en: "The calculate_from_net parameter does not match the invoice.",
    de: "Der Parameter calculate_from_net passt nicht zur Rechnung.",
  });
  return asked;
}

function readQuantity(world: World, fields: Fields, required: boolean): number | undefined {
  const quantity = fields.integer("quantity", required);
  if (quantity !== undefined && quantity < 1 && world.switches().quantity_below_one === "refuse") {
    return fields.fail("quantity", sentence("quantity", "must be at least 1", "muss mindestens 1 sein"));
  }
  return quantity;
}

function readTaxRate(fields: Fields, required: boolean): string | undefined {
  const rate = fields.number("tax_rate", required);
  if (rate !== undefined && rate < 0) {
    return fields.fail("tax_rate", sentence("tax_rate", "must be at least 0", "muss mindestens 0 sein"));
  }
  return rate === undefined ? undefined : new Big(rate).toFixed();
}

function readAmount(world: World, fields: Fields, fromNet: boolean, required: boolean): string | undefined {
  const name = fromNet ? "single_net_amount" : "single_gross_amount";
  const amount = fields.number(name, required);
  if (amount !== undefined && amount < 0 && world.switches().negative_amounts === "refuse") {
    return fields.fail(name, sentence(name, "must be at least 0", "muss mindestens 0 sein"));
  }
  return amount === undefined ? undefined : new Big(amount).toFixed();
}
