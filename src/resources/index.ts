import type { Resources } from "../toolkit/resource.ts";
import card from "./card.ts";
import customer from "./customer.ts";
import invoice from "./invoice.ts";
import invoicePdf from "./invoice-pdf.ts";
import invoiceXml from "./invoice-xml.ts";
import operationsToday from "./operations-today.ts";
import rules from "./rules.ts";
import views from "./views.ts";

/** Everything that can be read by its address. */
export const resources: Resources = {
  fixed: [card, views, operationsToday, rules],
  templates: [invoice, invoicePdf, invoiceXml, customer],
};
