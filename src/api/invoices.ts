import type { Invoice, InvoiceChanges, NewInvoice, NewItem } from "../domain/invoice.ts";
import { toWireNumber } from "../domain/money.ts";
import { NotFoundError } from "../errors.ts";
import { decodeDocument, manyResources, oneResource } from "../jsonapi/decode.ts";
import { encodeDocument } from "../jsonapi/encode.ts";
import { actionEvidence, changeEvidence, itemEvidence, newInvoiceEvidence } from "./created.ts";
import { createNegotiator, type Wishes } from "./negotiation.ts";
import { pageOf, pagePairs } from "./paging.ts";
import { idOf, path } from "./path.ts";
import type { CallOptions, InvoiceQuery, InvoicesApi, WriteEvidence } from "./port.ts";
import { otherResource } from "./read-fields.ts";
import { customerSummary, type InvoiceParts, invoiceOf } from "./read-invoice.ts";
import type { Wire } from "./wire.ts";

type InvoicesPart = Omit<
  InvoicesApi,
  | "organization"
  | "listCustomers"
  | "getCustomer"
  | "readyToWrite"
  | "createCustomer"
  | "createAddress"
  | "updateCustomer"
  | "updateItem"
  | "removeItem"
  | "deleteInvoice"
  | "markPaid"
  | "fetchDocument"
>;

export function createInvoicesApi(
  wire: Wire,
  getCustomer: InvoicesApi["getCustomer"],
  timeZone: string | null,
): InvoicesPart {
  const listing = createNegotiator();
  const single = createNegotiator();
  const linking = createNegotiator();

  function partsOf({ includes }: Wishes, alone: boolean): InvoiceParts {
    return { items: includes.includes("items"), customer: includes.includes("customer"), alone, time_zone: timeZone };
  }

  function remember(invoice: Invoice): Invoice {
    for (const link of Object.values(invoice.documents)) if (typeof link === "string") wire.redactor.passing(link);
    return invoice;
  }

  /** An API that refuses several includes at once may grant the customer alone. */
  async function withLinkage(invoice: Invoice, call: CallOptions | undefined): Promise<Invoice> {
    const wishes = { filters: [], sort: false, includes: ["customer"] };
    if (!invoice.customer_unknown || linking.allowed(wishes).includes.length === 0) return invoice;
    const { answer, asked } = await linking.run(wishes, ({ includes }) =>
      wire.read(
        {
          path: path`/invoices/${invoice.id}`,
          query: [["include", includes.join(",") || undefined]],
          subject: { action: `read invoice ${invoice.id}`, missing: `Invoice ${invoice.id}` },
        },
        call,
      ),
    );
    const document = decodeDocument(answer);
    const read = invoiceOf(oneResource(document, "invoices"), document, partsOf(asked, true));
    if (read.id !== invoice.id) throw otherResource("invoice", invoice.id);
    if (read.customer_unknown) return invoice;
    const { customer_unknown: _unknown, ...known } = invoice;
    return { ...known, customer_id: read.customer_id, customer: read.customer };
  }

  /** The customer's name and e-mail when the API would not include them. */
  async function withCustomer(invoice: Invoice, call: CallOptions | undefined): Promise<Invoice> {
    if (invoice.customer !== null || invoice.customer_id === null) return invoice;
    try {
      return { ...invoice, customer: customerSummary(await getCustomer(invoice.customer_id, call)) };
    } catch (error) {
      if (error instanceof NotFoundError) return invoice;
      throw error;
    }
  }

  async function act(
    id: string,
    action: "send" | "cancel" | "change-recipient",
    words: string,
    body: string | undefined,
    missing: string,
    call: CallOptions | undefined,
  ): Promise<WriteEvidence<Invoice>> {
    const answer = await wire.write(
      {
        method: "POST",
        path: `${path`/invoices/${id}`}/${action}`,
        ...(body === undefined ? {} : { body }),
        subject: { action: words, missing },
      },
      call,
    );
    return actionEvidence(answer, timeZone, action === "send" ? id : undefined);
  }

  return {
    async listInvoices(query: InvoiceQuery, call) {
      const filters: Readonly<Record<string, string | undefined>> = {
        search: query.search,
        status: query.status,
        customer_id: query.customer_id,
      };
      const wishes: Wishes = {
        filters: Object.keys(filters).filter((name) => filters[name] !== undefined),
        sort: query.sort !== undefined,
        includes: query.include_items === true ? ["items", "customer", "reference"] : ["customer", "reference"],
      };
      const { answer, asked } = await listing.run(wishes, (ask) =>
        wire.read(
          {
            path: "/invoices",
            query: [
              ...ask.filters.map((name) => [`filter[${name}]`, filters[name]] as const),
              ["sort", ask.sort ? query.sort : undefined],
              ["include", ask.includes.join(",") || undefined],
              ...pagePairs(query),
            ],
            subject: { action: "list invoices", missing: null },
          },
          call,
        ),
      );
      const document = decodeDocument(answer);
      const parts = partsOf(asked, false);
      return {
        items: manyResources(document, "invoices").map((item) => remember(invoiceOf(item, document, parts))),
        ...pageOf(document, query),
        unapplied: [
          ...wishes.filters.filter((name) => !asked.filters.includes(name)),
          ...(wishes.sort && !asked.sort ? ["sort"] : []),
        ],
      };
    },

    async getInvoice(id, call) {
      const wishes = { filters: [], sort: false, includes: ["items", "customer", "reference"] };
      const { answer, asked } = await single.run(wishes, ({ includes }) =>
        wire.read(
          {
            path: path`/invoices/${id}`,
            query: [["include", includes.join(",") || undefined]],
            subject: { action: `read invoice ${id}`, missing: `Invoice ${id}` },
          },
          call,
        ),
      );
      const document = decodeDocument(answer);
      const parts = partsOf(asked, true);
      const invoice = remember(invoiceOf(oneResource(document, "invoices"), document, parts));
      if (invoice.id !== id) throw otherResource("invoice", id);
      return withCustomer(await withLinkage(invoice, call), call);
    },

    async createInvoice(invoice: NewInvoice, call) {
      const { customer_id, reference, ...attributes } = invoice;
      const answer = await wire.write(
        {
          method: "POST",
          path: "/invoices",
          body: encodeDocument({
            type: "invoices",
            attributes,
            relationships: {
              customer: customer_id === undefined ? undefined : { type: "customers", id: idOf(customer_id) },
              reference: reference === undefined ? undefined : { type: reference.type, id: idOf(reference.id) },
            },
          }),
          subject: { action: "create the invoice", missing: relatedTo(invoice) },
        },
        call,
      );
      return newInvoiceEvidence(answer, timeZone);
    },

    async updateInvoice(id: string, changes: InvoiceChanges, call) {
      const { customer_id, ...attributes } = changes;
      const answer = await wire.write(
        {
          method: "PATCH",
          path: path`/invoices/${id}`,
          body: encodeDocument({
            type: "invoices",
            id,
            attributes,
            relationships: {
              customer: customer_id === undefined ? undefined : { type: "customers", id: idOf(customer_id) },
            },
          }),
          subject: {
            action: `change invoice ${id}`,
            missing: customer_id === undefined ? `Invoice ${id}` : `Invoice ${id} or customer ${customer_id}`,
          },
        },
        call,
      );
      return changeEvidence(answer, id, timeZone);
    },

    async addItem(invoiceId: string, item: NewItem, calculateFromNet: boolean, call) {
      const unitAmount = toWireNumber(item.amount);
      const answer = await wire.write(
        {
          method: "POST",
          path: "/items",
          query: [["calculate_from_net", calculateFromNet]],
          body: encodeDocument({
            type: "items",
            attributes: {
              title: item.title,
              subtitle: item.subtitle,
              quantity: item.quantity,
              single_net_amount: calculateFromNet ? unitAmount : undefined,
              single_gross_amount: calculateFromNet ? undefined : unitAmount,
              tax_rate: toWireNumber(item.tax_rate),
            },
            relationships: { document: { type: "invoices", id: idOf(invoiceId) } },
          }),
          subject: { action: `add a line to invoice ${invoiceId}`, missing: `Invoice ${invoiceId}` },
        },
        call,
      );
      return itemEvidence(answer, calculateFromNet);
    },

    sendInvoice: (id, call) => act(id, "send", `send invoice ${id}`, undefined, `Invoice ${id}`, call),

    cancelInvoice: (id, call) => act(id, "cancel", `cancel invoice ${id}`, undefined, `Invoice ${id}`, call),

    changeRecipient: (id, customerId, call) =>
      act(
        id,
        "change-recipient",
        `change the recipient of invoice ${id}`,
        JSON.stringify({ customer_id: idOf(customerId) }),
        `Invoice ${id} or customer ${customerId}`,
        call,
      ),
  };
}

function relatedTo(invoice: NewInvoice): string | null {
  if (invoice.customer_id !== undefined) return `Customer ${invoice.customer_id}`;
  return invoice.reference === undefined ? null : `Reference ${invoice.reference.type} ${invoice.reference.id}`;
}
