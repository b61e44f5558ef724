import { documentTotals } from "../amounts.ts";
import type { InvoiceRecord } from "../records.ts";
import { itemsOf, SELLER } from "../resources.ts";
import type { World } from "../world.ts";

/** A small UBL document with the main facts. Well-formed, but not a complete XRechnung. */
export function invoiceXml(world: World, invoice: InvoiceRecord): string {
  const items = itemsOf(world, invoice.id);
  const totals = documentTotals(items, invoice.currency, world.switches().rounding);
  const money = (name: string, value: string) =>
    `<cbc:${name} currencyID="${escaped(invoice.currency)}">${value}</cbc:${name}>`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2" xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">',
    `<cbc:ID>${escaped(invoice.number ?? "")}</cbc:ID>`,
    `<cbc:IssueDate>${escaped(invoice.issued_at ?? "")}</cbc:IssueDate>`,
    `<cbc:InvoiceTypeCode>${invoice.is_cancellation ? "381" : "380"}</cbc:InvoiceTypeCode>`,
    `<cbc:DocumentCurrencyCode>${escaped(invoice.currency)}</cbc:DocumentCurrencyCode>`,
    `<cac:AccountingSupplierParty><cac:Party><cac:PartyName><cbc:Name>${escaped(SELLER.name)}</cbc:Name></cac:PartyName></cac:Party></cac:AccountingSupplierParty>`,
    `<cac:AccountingCustomerParty><cac:Party><cac:PartyName><cbc:Name>${escaped(invoice.recipient?.split("\n")[0] ?? "")}</cbc:Name></cac:PartyName></cac:Party></cac:AccountingCustomerParty>`,
    `<cac:TaxTotal>${money("TaxAmount", totals.tax.toFixed(2))}</cac:TaxTotal>`,
    `<cac:LegalMonetaryTotal>${money("TaxExclusiveAmount", totals.net.toFixed(2))}${money("PayableAmount", totals.gross.toFixed(2))}</cac:LegalMonetaryTotal>`,
    ...items.map(
      (item, index) =>
        `<cac:InvoiceLine><cbc:ID>${index + 1}</cbc:ID><cbc:InvoicedQuantity>${item.quantity}</cbc:InvoicedQuantity><cac:Item><cbc:Name>${escaped(item.title)}</cbc:Name></cac:Item><cac:Price>${money("PriceAmount", item.single_net_amount)}</cac:Price></cac:InvoiceLine>`,
    ),
    "</Invoice>",
  ].join("\n");
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
