import { InvoicingError } from "../errors.ts";
import { createCorrectionsApi, rememberedRoutes } from "./corrections.ts";
import { createCustomersApi } from "./customers.ts";
import { createFetchDocument } from "./documents.ts";
import { createInvoicesApi } from "./invoices.ts";
import type { InvoicesApi, WriteEvidence } from "./port.ts";
import { createMarkPaid } from "./set-paid.ts";
import type { HttpApiOptions } from "./settings.ts";
import { createWire } from "./wire.ts";

export type { HttpApiOptions } from "./settings.ts";

/** The invoices API over HTTP. Connects at the first call, never at construction. */
export function createHttpApi(options: HttpApiOptions): InvoicesApi {
  const wire = createWire(options);
  const customers = createCustomersApi(wire);
  const invoices = createInvoicesApi(wire, customers.getCustomer, options.time_zone ?? null);
  const corrections = createCorrectionsApi(
    wire,
    { ...customers, ...invoices },
    options.missing_routes ?? rememberedRoutes(),
  );
  const markPaid = createMarkPaid(wire, options.time_zone ?? null);
  return {
    organization: (call) => wire.organization.get(call),
    listCustomers: customers.listCustomers,
    getCustomer: customers.getCustomer,
    listInvoices: invoices.listInvoices,
    getInvoice: invoices.getInvoice,
    readyToWrite: wire.readyToWrite,
    createCustomer: (customer, call) => evidence(() => customers.createCustomer(customer, call)),
    createAddress: (id, address, call) => evidence(() => customers.createAddress(id, address, call)),
    createInvoice: (invoice, call) => evidence(() => invoices.createInvoice(invoice, call)),
    updateInvoice: (id, changes, call) => evidence(() => invoices.updateInvoice(id, changes, call)),
    addItem: (id, item, fromNet, call) => evidence(() => invoices.addItem(id, item, fromNet, call)),
    updateCustomer: (id, changes, call) => evidence(() => corrections.updateCustomer(id, changes, call)),
    updateItem: (invoiceId, id, changes, fromNet, call) =>
      evidence(() => corrections.updateItem(invoiceId, id, changes, fromNet, call)),
    removeItem: (invoiceId, id, call) => evidence(() => corrections.removeItem(invoiceId, id, call)),
    deleteInvoice: (id, call) => evidence(() => corrections.deleteInvoice(id, call)),
    sendInvoice: (id, call) => evidence(() => invoices.sendInvoice(id, call)),
    markPaid: (id, notify, call) => evidence(() => markPaid(id, notify, call)),
    cancelInvoice: (id, call) => evidence(() => invoices.cancelInvoice(id, call)),
    changeRecipient: (id, customerId, call) => evidence(() => invoices.changeRecipient(id, customerId, call)),
    fetchDocument: createFetchDocument(wire),
  };
}

/** A write refused for its own arguments (an id that is none) is evidence too: nothing was sent. */
async function evidence<R>(write: () => Promise<WriteEvidence<R>>): Promise<WriteEvidence<R>> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof InvoicingError && error.code === "invalid_input") return { kind: "not_sent", error };
    throw error;
  }
}
