import { acted, type Call, created, type Handler, list, noContent, one } from "./answers.ts";
import { readDocument, readPlainObject } from "./document.ts";
import { Fields } from "./fields.ts";
import { methodNotAllowed, notFound, unknownRoute } from "./problems.ts";
import type { InvoiceRecord } from "./records.ts";
import {
  addressResource,
  customerResource,
  invoiceResource,
  itemResource,
  listedOrganizations,
  referenceResource,
  userResource,
} from "./resources.ts";
import { type ActionStep, cancelInvoice, changeRecipient, markPaid, sendInvoice } from "./rules/actions.ts";
import * as customers from "./rules/customers.ts";
import * as invoices from "./rules/invoices.ts";
import * as items from "./rules/items.ts";
import type { World } from "./world.ts";

/**
 * Everything the simulated API can do: path below `/api/v1`, method, handler. `isHidden` keeps a resource out of lists.
 */
export function apiRoutes(
  world: World,
  isHidden: (id: string) => boolean,
): Readonly<Record<string, Readonly<Record<string, Handler>>>> {
  const { store } = world;
  const visible = ({ id }: { readonly id: string }) => !isHidden(id);
  const customerAt = (id: string) => customers.customerOr404(world, id);
  const invoiceAt = (id: string) => invoices.invoiceOr404(world, id);
  const itemAt = (id: string) => items.itemOr404(world, id);
  const addressAt = (id: string) => store.addresses.get(id) ?? missing();
  const customer = (record: Parameters<typeof customerResource>[1]) => customerResource(world, record);
  const invoice = (call: Call) => (record: InvoiceRecord) => invoiceResource(world, record, call.url.origin);

  const references = (type: "orders" | "plan-subscriptions" | "booking-passes") => ({
    [`/${type}`]: {
      GET: (call: Call) =>
        list(
          world,
          call,
          type,
          ["search"],
          (query) =>
            store.references
              .all()
              .filter((row) => row.type === type)
              .filter((row) => customers.found(query.filters.get("search") ?? "", [row.number, row.name])),
          (row) => referenceResource(world, row),
        ),
    },
    [`/${type}/:id`]: {
      GET: (call: Call) => {
        const row = store.references.get(call.id);
        return one(world, call, type, () => (row?.type === type ? referenceResource(world, row) : missing()));
      },
    },
  });

  return {
    "/user": { GET: (call) => one(world, call, "users", () => userResource(world)) },
    "/organizations": {
      GET: (call) =>
        list(
          world,
          call,
          "organizations",
          [],
          () => listedOrganizations(world).map((row) => ({ id: row.id, created_at: "", row })),
          ({ row }) => row,
        ),
    },
    "/customers": {
      GET: (call) =>
        list(
          world,
          call,
          "customers",
          customers.CUSTOMER_FILTERS,
          (query) => customers.listCustomers(world, query).filter(visible),
          customer,
        ),
      POST: (call) =>
        created(world, call, customer(customers.createCustomer(world, readDocument(call.body, "customers", null)))),
    },
    "/customers/:id": {
      GET: (call) => one(world, call, "customers", () => customer(customerAt(call.id))),
      PATCH: (call) => {
        refuseRoute(world.switches().update_customer_route, call);
        const record = customerAt(call.id);
        return one(world, call, "customers", () =>
          customer(customers.updateCustomer(world, record, readDocument(call.body, "customers", call.id))),
        );
      },
      DELETE: (call) => {
        customers.deleteCustomer(world, customerAt(call.id));
        return noContent();
      },
    },
    "/addresses": {
      POST: (call) =>
        created(
          world,
          call,
          addressResource(customers.createAddress(world, readDocument(call.body, "addresses", null))),
        ),
    },
    "/addresses/:id": {
      GET: (call) => one(world, call, "addresses", () => addressResource(addressAt(call.id))),
      PATCH: (call) => {
        const record = addressAt(call.id);
        return one(world, call, "addresses", () =>
          addressResource(customers.updateAddress(world, record, readDocument(call.body, "addresses", call.id))),
        );
      },
    },
    "/invoices": {
      GET: (call) =>
        list(
          world,
          call,
          "invoices",
          invoices.INVOICE_FILTERS,
          (query) => invoices.listInvoices(world, query).filter(visible),
          invoice(call),
        ),
      POST: (call) =>
        created(world, call, invoice(call)(invoices.createInvoice(world, readDocument(call.body, "invoices", null)))),
    },
    "/invoices/:id": {
      GET: (call) => one(world, call, "invoices", () => invoice(call)(invoiceAt(call.id))),
      PATCH: (call) => {
        const record = invoiceAt(call.id);
        return one(world, call, "invoices", () =>
          invoice(call)(invoices.updateInvoice(world, record, readDocument(call.body, "invoices", call.id))),
        );
      },
      DELETE: (call) => {
        refuseRoute(world.switches().delete_draft_route, call);
        invoices.deleteInvoice(world, invoiceAt(call.id));
        return noContent();
      },
    },
    "/invoices/:id/send": { POST: (call) => acted(world, call, sendInvoice(world, invoiceAt(call.id), does(call))) },
    "/invoices/:id/set-paid": {
      PUT: (call) => {
        refuseRoute(world.switches().set_paid_put, call);
        const fields = new Fields(readPlainObject(call.body), false);
        const notify = fields.boolean("send_notification");
        fields.done();
        return acted(world, call, markPaid(world, invoiceAt(call.id), notify ?? notifyByDefault(world), does(call)));
      },
      POST: (call) => {
        refuseRoute(world.switches().set_paid_post, call);
        const asked = call.url.searchParams.get("sendNotification");
        const notify = asked === null ? notifyByDefault(world) : asked === "true" || asked === "1";
        return acted(world, call, markPaid(world, invoiceAt(call.id), notify, does(call)));
      },
    },
    "/invoices/:id/cancel": {
      POST: (call) => acted(world, call, cancelInvoice(world, invoiceAt(call.id), does(call))),
    },
    "/invoices/:id/change-recipient": {
      POST: (call) =>
        acted(world, call, changeRecipient(world, invoiceAt(call.id), readPlainObject(call.body), does(call))),
    },
    "/items": {
      POST: (call) => {
        const document = readDocument(call.body, "items", null);
        return created(world, call, itemResource(items.createItem(world, document, direction(call))));
      },
    },
    "/items/:id": {
      GET: (call) => one(world, call, "items", () => itemResource(itemAt(call.id))),
      PATCH: (call) => {
        refuseRoute(world.switches().item_routes, call);
        const record = itemAt(call.id);
        const document = readDocument(call.body, "items", call.id);
        return one(world, call, "items", () =>
          itemResource(items.updateItem(world, record, document, direction(call))),
        );
      },
      DELETE: (call) => {
        refuseRoute(world.switches().item_routes, call);
        items.deleteItem(world, itemAt(call.id));
        return noContent();
      },
    },
    ...references("orders"),
    ...references("plan-subscriptions"),
    ...references("booking-passes"),
  };
}

function missing(): never {
  throw notFound();
}

function does(call: Call): (step: ActionStep) => boolean {
  return (step) => call.steps?.includes(step) ?? true;
}

function direction(call: Call): string | null {
  return call.url.searchParams.get("calculate_from_net");
}

function notifyByDefault(world: World): boolean {
  return world.switches().set_paid_default_notification === "on";
}

function refuseRoute(state: "on" | "404" | "405", call: Call): void {
  if (state === "404") throw unknownRoute(call.request.method, call.url.pathname);
  if (state === "405") throw methodNotAllowed();
}
