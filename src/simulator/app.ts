import { type Context, Hono } from "hono";
import { checkAccess, RateLimiter } from "./access.ts";
import { readDocument, readPlainObject } from "./document.ts";
import { Fields } from "./fields.ts";
import { invoicePdf } from "./papers/pdf.ts";
import { invoiceXml } from "./papers/xml.ts";
import {
  type Language,
  methodNotAllowed,
  notAcceptable,
  notFound,
  Problem,
  serverError,
  tooLarge,
  unknownRoute,
  unsupportedMediaType,
} from "./problems.ts";
import { type Query, readQuery } from "./query.ts";
import type { InvoiceRecord } from "./records.ts";
import {
  addressResource,
  customerResource,
  invoiceResource,
  itemResource,
  organizationResources,
  type Resource,
  referenceResource,
  userResource,
} from "./resources.ts";
import {
  type ActionResult,
  type ActionStep,
  cancelInvoice,
  changeRecipient,
  markPaid,
  sendInvoice,
} from "./rules/actions.ts";
import * as customers from "./rules/customers.ts";
import * as invoices from "./rules/invoices.ts";
import * as items from "./rules/items.ts";
import { paginate, Serialiser } from "./serialise.ts";
import type { World } from "./world.ts";

const JSON_API = "application/vnd.api+json";
/** Largest body the API is imagined to take. */
const MAX_BODY = 2_000_000;

export interface AppOptions {
  readonly token: string;
  /** True for a resource that lists do not show yet. */
  isHidden(id: string): boolean;
  /** Told about errors of the simulator itself; the caller gets a 500. */
  onError(error: unknown): void;
}

export interface RequestOptions {
  /** Lets only these parts of an action happen. */
  readonly only_steps?: readonly ActionStep[];
}

interface Call {
  readonly request: Request;
  readonly url: URL;
  readonly body: string;
  readonly steps: readonly ActionStep[] | undefined;
  id: string;
}

type Handler = (call: Call) => Response;

/** The API as one function from request to response. All state is in `world`. */
export function createApp(
  world: World,
  options: AppOptions,
): (request: Request, requestOptions?: RequestOptions) => Promise<Response> {
  const limiter = new RateLimiter();
  const app = new Hono<{ Bindings: RequestOptions }>();
  const routes = apiRoutes(world, options);
  for (const [path, methods] of Object.entries(routes)) {
    for (const [method, handler] of Object.entries(methods)) {
      app.on(method, `/api/v1${path}`, async (context) => {
        const call = await readCall(context);
        checkAccess(world, call.request, call.url, options.token);
        if (world.switches().rate_limits === "on") limiter.check(world.now(), method, call.url, call.body);
        checkMediaTypes(world, call);
        return world.store.transaction(() => handler(call));
      });
    }
    app.all(`/api/v1${path}`, () => {
      throw methodNotAllowed();
    });
  }
  app.get("/documents/invoices/:id/:kind", (context) => download(world, context));
  app.notFound((context) => {
    throw unknownRoute(context.req.method, new URL(context.req.url).pathname);
  });
  app.onError((error, context) => {
    if (!(error instanceof Problem)) options.onError(error);
    const problem = error instanceof Problem ? error : serverError();
    return new Response(problem.body(languageOf(context.req.raw)), {
      status: problem.status,
      headers: { ...problem.headers, "content-type": problem.media_type },
    });
  });
  return async (request, requestOptions = {}) => app.fetch(request, requestOptions);
}

function apiRoutes(world: World, options: AppOptions): Readonly<Record<string, Readonly<Record<string, Handler>>>> {
  const { store } = world;
  const customerAt = (id: string) => customers.customerOr404(world, id);
  const invoiceAt = (id: string) => invoices.invoiceOr404(world, id);
  const itemAt = (id: string) => items.itemOr404(world, id);
  const addressAt = (id: string) => store.addresses.get(id) ?? missing();
  const customer = (record: Parameters<typeof customerResource>[1]) => customerResource(world, record);
  const invoice = (call: Call) => (record: InvoiceRecord) => invoiceResource(world, record, call.url.origin);

  const references = (type: "orders" | "plan-subscriptions" | "booking-passes") => ({
    [`/${type}`]: {
      GET: (call: Call) =>
        list(world, options, call, type, ["search"], (query) =>
          store.references
            .all()
            .filter(
              (row) => row.type === type && customers.found(query.filters.get("search") ?? "", [row.number, row.name]),
            )
            .map((row) => referenceResource(world, row)),
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
      GET: (call) => list(world, options, call, "organizations", [], () => organizationResources(world)),
    },
    "/customers": {
      GET: (call) =>
        list(world, options, call, "customers", customers.CUSTOMER_FILTERS, (query) =>
          customers.listCustomers(world, query).map(customer),
        ),
      POST: (call) =>
        created(world, call, customer(customers.createCustomer(world, readDocument(call.body, "customers", null)))),
    },
    "/customers/:id": {
      GET: (call) => one(world, call, "customers", () => customer(customerAt(call.id))),
      PATCH: (call) => {
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
        list(world, options, call, "invoices", invoices.INVOICE_FILTERS, (query) =>
          invoices.listInvoices(world, query).map(invoice(call)),
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
        const record = itemAt(call.id);
        const document = readDocument(call.body, "items", call.id);
        return one(world, call, "items", () =>
          itemResource(items.updateItem(world, record, document, direction(call))),
        );
      },
      DELETE: (call) => {
        items.deleteItem(world, itemAt(call.id));
        return noContent();
      },
    },
    ...references("orders"),
    ...references("plan-subscriptions"),
    ...references("booking-passes"),
  };
}

async function readCall(context: Context<{ Bindings: RequestOptions }>): Promise<Call> {
  const request = context.req.raw;
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > MAX_BODY) throw tooLarge();
  return {
    request,
    url: new URL(request.url),
    body: decode(bytes),
    steps: context.env?.only_steps,
    id: context.req.param("id") ?? "",
  };
}

/** Broken UTF-8 becomes text that is no JSON. */
function decode(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return "\u0000";
  }
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

function checkMediaTypes(world: World, { request, body }: Call): void {
  const { method } = request;
  const type = mediaType(request.headers.get("content-type") ?? "");
  if (method === "POST" || method === "PATCH") {
    // An action without a body has nothing to be of a type.
    if (body !== "" && type !== JSON_API) throw unsupportedMediaType();
  } else if (method === "PUT" && body !== "") {
    const plain = world.switches().put_media_type === "any_json" && type === "application/json";
    if (type !== JSON_API && !plain) throw unsupportedMediaType();
  }
  const accepted = accepts(request);
  if (!accepted.some((known) => [JSON_API, "application/json", "application/*", "*/*"].includes(known))) {
    throw notAcceptable();
  }
}

function accepts(request: Request): string[] {
  return (request.headers.get("accept") || "*/*").split(",").map(mediaType);
}

function mediaType(header: string): string {
  return (header.split(";")[0] ?? "").trim().toLowerCase();
}

/** GET with `Accept: application/json` (and not the JSON:API type) gets flattened resources. */
function wantsFlat(request: Request): boolean {
  const accepted = accepts(request);
  return request.method === "GET" && accepted.includes("application/json") && !accepted.includes(JSON_API);
}

function languageOf(request: Request): Language {
  return /^\s*de\b/i.test(request.headers.get("accept-language") ?? "") ? "de" : "en";
}

function one(world: World, call: Call, type: string, read: () => Resource): Response {
  const query = readQuery(call.url, type, [], world.switches());
  const serialiser = new Serialiser(world, call.url.origin, query);
  const resource = read();
  return wantsFlat(call.request)
    ? json({ data: serialiser.flat(resource) }, 200, "application/json")
    : json(serialiser.one(resource), 200);
}

function list(
  world: World,
  options: AppOptions,
  call: Call,
  type: string,
  filters: readonly string[],
  read: (query: Query) => Resource[],
): Response {
  const query = readQuery(call.url, type, filters, world.switches());
  const resources = read(query).filter(({ id }) => !options.isHidden(id));
  const sorted = resources.sort((a, b) => createdAt(a).localeCompare(createdAt(b)));
  if (query.newest_first) sorted.reverse();
  const { rows, meta, links } = paginate(sorted, query.page, call.url);
  const serialiser = new Serialiser(world, call.url.origin, query);
  if (!wantsFlat(call.request)) return json({ meta: { page: meta }, links, ...serialiser.many(rows) }, 200);
  const snake = Object.fromEntries(Object.entries(meta).map(([key, value]) => [key.replaceAll("-", "_"), value]));
  const flatMeta = world.switches().flattened_paging === "snake" ? snake : { page: meta };
  return json({ data: rows.map((row) => serialiser.flat(row)), meta: flatMeta, links }, 200, "application/json");
}

function createdAt(resource: Resource): string {
  return String(resource.attributes["created_at"] ?? "");
}

function created(world: World, call: Call, resource: Resource): Response {
  const query = readQuery(call.url, resource.type, [], world.switches());
  const response = json(new Serialiser(world, call.url.origin, query).one(resource), 201);
  response.headers.set("location", `${call.url.origin}/api/v1/${resource.type}/${encodeURIComponent(resource.id)}`);
  return response;
}

function acted(world: World, call: Call, result: ActionResult): Response {
  const body = world.switches().action_body;
  if (body === "empty") return noContent();
  const shown = body === "new" ? (result.created ?? result.invoice) : result.invoice;
  return one(world, call, "invoices", () => invoiceResource(world, shown, call.url.origin));
}

function noContent(): Response {
  return new Response(null, { status: 204 });
}

function json(body: object, status: number, type = JSON_API): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": type } });
}

/** The document itself; the link's access token replaces the login. */
function download(world: World, context: Context): Response {
  const invoice = world.store.invoices.get(context.req.param("id") ?? "");
  const kind = context.req.param("kind");
  if (invoice === undefined || context.req.query("access_token") !== invoice.access_token) throw notFound();
  if (kind === "pdf") {
    return new Response(invoicePdf(world, invoice), { headers: { "content-type": "application/pdf" } });
  }
  if (kind !== "xml" || world.switches().xml_link === "absent") throw notFound();
  return new Response(invoiceXml(world, invoice), { headers: { "content-type": "application/xml" } });
}
