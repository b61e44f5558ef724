import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/**
 * A second, stricter stand-in of the invoices API, written apart from the simulator: the media type is enforced, `o` is
 * mandatory, pages are small, page links drop `o`, actions answer 204, set-paid is POST only, ids are integers, drafts
 * have the number "", dates come back as date-times, answers carry few attributes, and an unknown filter, sort or
 * include is a 400.
 */
const MEDIA_TYPE = "application/vnd.api+json";
const LARGEST_PAGE = 50;

type Attributes = Record<string, unknown>;

export interface StrictCustomer {
  readonly id: string;
  readonly attributes: Attributes;
  address_id: string | null;
}

export interface StrictInvoice {
  readonly id: string;
  attributes: Attributes;
  customer_id: string | null;
  readonly item_ids: string[];
}

export interface StrictState {
  readonly customers: Map<string, StrictCustomer>;
  readonly addresses: Map<string, Attributes>;
  readonly invoices: Map<string, StrictInvoice>;
  readonly items: Map<string, Attributes>;
  /** What would have been mailed. */
  readonly outbox: { readonly invoice_id: string; readonly kind: "invoice" | "paid" }[];
  /** `METHOD path?query` of every request. */
  readonly requests: string[];
}

export interface StrictApi {
  readonly url: string;
  readonly token: string;
  readonly organization_id: string;
  readonly state: StrictState;
  close(): Promise<void>;
}

class Refusal extends Error {
  readonly status: number;
  readonly entry: Readonly<Record<string, unknown>>;

  constructor(status: number, title: string, entry: Readonly<Record<string, unknown>> = {}) {
    super(title);
    this.status = status;
    this.entry = { status: String(status), title, ...entry };
  }
}

interface Call {
  readonly method: string;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly location?: string;
}

export async function startStrictApi(): Promise<StrictApi> {
  const token = `strict-${randomUUID()}`;
  const organization_id = randomUUID();
  const state: StrictState = {
    customers: new Map(),
    addresses: new Map(),
    invoices: new Map(),
    items: new Map(),
    outbox: [],
    requests: [],
  };
  let lastId = 1000;
  let lastNumber = 40;
  const nextId = (): string => {
    lastId += 1;
    return String(lastId);
  };

  const server = createServer((request, response) => {
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const url = `http://127.0.0.1:${address.port}`;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    state.requests.push(`${request.method} ${request.url}`);
    try {
      const reply = route(checked(request, Buffer.concat(chunks).toString("utf8")));
      const headers = {
        ...(reply.body === undefined ? {} : { "content-type": MEDIA_TYPE }),
        ...(reply.location === undefined ? {} : { location: reply.location }),
      };
      response.writeHead(reply.status, headers).end(reply.body === undefined ? undefined : JSON.stringify(reply.body));
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal(500, "Server Error");
      response.writeHead(refusal.status, { "content-type": MEDIA_TYPE });
      response.end(JSON.stringify({ errors: [refusal.entry] }));
    }
  }

  function checked(request: IncomingMessage, body: string): Call {
    const { pathname, searchParams } = new URL(request.url ?? "/", url);
    const method = request.method ?? "GET";
    if (request.headers.accept !== MEDIA_TYPE) throw new Refusal(406, "Not Acceptable");
    if (method !== "GET" && request.headers["content-type"] !== MEDIA_TYPE) {
      throw new Refusal(415, "Unsupported Media Type");
    }
    if (request.headers.authorization !== `Bearer ${token}`) throw new Refusal(401, "Unauthenticated");
    if (!request.headers["user-agent"]?.includes("/")) throw new Refusal(403, "Unauthorized");
    const [, api, version, ...path] = pathname.split("/");
    if (api !== "api" || version !== "v1") throw new Refusal(404, "Not Found");
    const isDiscovery = path[0] === "user" || path[0] === "organizations";
    if (!isDiscovery && searchParams.get("o") !== organization_id) throw new Refusal(403, "Unauthorized");
    return { method, path, query: searchParams, body };
  }

  function route(call: Call): Reply {
    const [collection, id, action] = call.path;
    switch (`${call.method} ${collection}${id === undefined ? "" : "/id"}${action === undefined ? "" : `/${action}`}`) {
      case "GET user":
        return { status: 200, body: { data: { type: "users", id: "7", relationships: { active_organization: {} } } } };
      case "GET organizations":
        return {
          status: 200,
          body: { data: [{ type: "organizations", id: organization_id, attributes: { name: "Strict & Sons" } }] },
        };
      case "GET customers":
        return listCustomers(call.query);
      case "GET customers/id":
        allow(call.query, [], [], ["address"]);
        return { status: 200, body: withIncluded(customerResource(found(state.customers, id)), call.query) };
      case "POST customers":
        return createCustomer(attributesOf(call.body, "customers"));
      case "POST addresses":
        return createAddress(call.body);
      case "GET invoices":
        return listInvoices(call.query);
      case "GET invoices/id":
        allow(call.query, [], [], ["items", "customer"]);
        return { status: 200, body: withIncluded(invoiceResource(found(state.invoices, id), call.query), call.query) };
      case "POST invoices":
        return createInvoice(call.body);
      case "PATCH invoices/id":
        return updateInvoice(found(state.invoices, id), call.body);
      case "POST items":
        return createItem(call.body, call.query.get("calculate_from_net"));
      case "POST invoices/id/send":
        return send(found(state.invoices, id));
      case "POST invoices/id/set-paid":
        return setPaid(found(state.invoices, id), call.query.get("sendNotification"));
      case "POST invoices/id/cancel":
        return cancel(found(state.invoices, id));
      case "POST invoices/id/change-recipient":
        return changeRecipient(found(state.invoices, id), record(JSON.parse(call.body))["customer_id"]);
      case "PUT invoices/id/set-paid":
        throw new Refusal(405, "Method Not Allowed");
      default:
        throw new Refusal(404, "Not Found");
    }
  }

  function listCustomers(query: URLSearchParams): Reply {
    allow(query, ["email", "search", "custom_fields"], ["created_at"], ["address"]);
    const email = query.get("filter[email]")?.toLowerCase();
    const search = query.get("filter[search]")?.toLowerCase();
    const matching = [...state.customers.values()].filter(({ attributes }) => {
      const text = Object.values(attributes).join(" ").toLowerCase();
      return (
        (email === undefined || String(attributes["email"]).toLowerCase() === email) &&
        (search === undefined || text.includes(search))
      );
    });
    return page("customers", matching.map(customerResource), query);
  }

  function listInvoices(query: URLSearchParams): Reply {
    allow(query, ["search"], ["created_at"], ["items", "customer"]);
    const newestFirst = query.get("sort") === "-created_at";
    const all = [...state.invoices.values()];
    const ordered = newestFirst ? all.reverse() : all;
    return page(
      "invoices",
      ordered.map((invoice) => invoiceResource(invoice, query)),
      query,
    );
  }

  function page(collection: string, all: readonly Attributes[], query: URLSearchParams): Reply {
    const size = Number(query.get("page[size]") ?? 15);
    const number = Number(query.get("page[number]") ?? 1);
    if (size > LARGEST_PAGE) {
      throw new Refusal(400, "Invalid Query Parameter", { source: { parameter: "page" } });
    }
    const last = Math.max(1, Math.ceil(all.length / size));
    const link = (to: number) => `${url}/api/v1/${collection}?page%5Bnumber%5D=${to}&page%5Bsize%5D=${size}`;
    const data = all.slice((number - 1) * size, number * size);
    return {
      status: 200,
      body: {
        ...withIncluded(data, query),
        meta: { page: { "current-page": number, "per-page": size, total: all.length, "last-page": last } },
        links: { first: link(1), ...(number < last ? { next: link(number + 1) } : {}), last: link(last) },
      },
    };
  }

  function withIncluded(data: Attributes | readonly Attributes[], query: URLSearchParams): Attributes {
    const asked = (query.get("include") ?? "").split(",").filter((name) => name !== "");
    const wanted = new Map<string, Attributes>();
    for (const resource of Array.isArray(data) ? data : [data]) {
      for (const name of asked) {
        const linked: unknown = record(record(resource["relationships"])[name])["data"];
        for (const target of Array.isArray(linked) ? linked : linked === null ? [] : [linked]) {
          const { type, id } = record(target);
          const item = resourceOf(String(type), String(id));
          wanted.set(`${type} ${id}`, item);
        }
      }
    }
    return { data, ...(asked.length === 0 ? {} : { included: [...wanted.values()] }) };
  }

  function resourceOf(type: string, id: string): Attributes {
    if (type === "customers") return customerResource(found(state.customers, id));
    return { type, id, attributes: found(type === "items" ? state.items : state.addresses, id) };
  }

  function customerResource(customer: StrictCustomer): Attributes {
    const linked = customer.address_id === null ? null : { type: "addresses", id: customer.address_id };
    return {
      type: "customers",
      id: customer.id,
      attributes: customer.attributes,
      relationships: { address: { data: linked } },
    };
  }

  /** Linkage is written only for what was asked for. */
  function invoiceResource(invoice: StrictInvoice, query: URLSearchParams): Attributes {
    const asked = (query.get("include") ?? "").split(",");
    const customer = invoice.customer_id === null ? null : { type: "customers", id: invoice.customer_id };
    return {
      type: "invoices",
      id: invoice.id,
      attributes: { ...invoice.attributes, ...totalsOf(invoice) },
      relationships: {
        customer: asked.includes("customer") ? { data: customer } : { links: { related: `${url}/elsewhere` } },
        items: asked.includes("items") ? { data: invoice.item_ids.map((id) => ({ type: "items", id })) } : {},
      },
    };
  }

  function totalsOf(invoice: StrictInvoice): Attributes {
    let net = 0;
    let gross = 0;
    for (const id of invoice.item_ids) {
      const item = found(state.items, id);
      const quantity = Number(item["quantity"]);
      net += Math.round(quantity * Number(item["single_net_amount"]) * 100);
      gross += Math.round(quantity * Number(item["single_gross_amount"]) * 100);
    }
    return { total: gross / 100, net_amount: net / 100, tax_amount: (gross - net) / 100 };
  }

  function createCustomer(attributes: Attributes): Reply {
    for (const name of ["email", "locale"]) {
      if (typeof attributes[name] !== "string") {
        throw new Refusal(422, "Unprocessable Entity", {
          detail: `The ${name} field is required.`,
          source: { pointer: "/data" },
        });
      }
    }
    const customer: StrictCustomer = {
      id: nextId(),
      attributes: { ...attributes, uuid: randomUUID() },
      address_id: null,
    };
    state.customers.set(customer.id, customer);
    return created("customers", customerResource(customer), customer.id);
  }

  function createAddress(body: string): Reply {
    const attributes = attributesOf(body, "addresses");
    const customer = found(state.customers, linkedId(body, "addressable", "customers") ?? "");
    const id = nextId();
    state.addresses.set(id, attributes);
    customer.address_id = id;
    return created("addresses", { type: "addresses", id, attributes }, id);
  }

  function createInvoice(body: string): Reply {
    const attributes = attributesOf(body, "invoices");
    if (typeof attributes["currency"] !== "string") {
      throw new Refusal(422, "Unprocessable Entity", { source: { pointer: "/data" } });
    }
    const invoice: StrictInvoice = {
      id: nextId(),
      attributes: {
        status: "draft",
        number: "",
        calculate_from_net: false,
        created_at: "2026-03-02T09:00:00+01:00",
        ...attributes,
        due_date: dateTime(attributes["due_date"]),
      },
      customer_id: linkedId(body, "customer", "customers"),
      item_ids: [],
    };
    state.invoices.set(invoice.id, invoice);
    // The strictest answer the specification allows to a creation that changed nothing else: no body.
    return { status: 201, location: `${url}/api/v1/invoices/${invoice.id}`, body: { data: null } };
  }

  function updateInvoice(invoice: StrictInvoice, body: string): Reply {
    draftOnly(invoice);
    if (record(dataOf(body))["id"] !== invoice.id) throw new Refusal(409, "Conflict");
    const attributes = attributesOf(body, "invoices");
    const customer = linkedId(body, "customer", "customers");
    invoice.attributes = { ...invoice.attributes, ...attributes };
    if (customer !== null) invoice.customer_id = customer;
    return { status: 200, body: { data: invoiceResource(invoice, new URLSearchParams()) } };
  }

  function createItem(body: string, direction: string | null): Reply {
    const attributes = attributesOf(body, "items");
    const invoice = found(state.invoices, linkedId(body, "document", "invoices") ?? "");
    draftOnly(invoice);
    if (direction !== String(invoice.attributes["calculate_from_net"])) throw new Refusal(422, "Unprocessable Entity");
    const given = direction === "true" ? "single_net_amount" : "single_gross_amount";
    const amount = attributes[given];
    if (typeof amount !== "number" || !Number.isInteger(attributes["quantity"])) {
      throw new Refusal(422, "Unprocessable Entity", { source: { pointer: `/data/attributes/${given}` } });
    }
    const factor = 1 + Number(attributes["tax_rate"]) / 100;
    const id = nextId();
    state.items.set(id, {
      ...attributes,
      single_net_amount: direction === "true" ? amount : amount / factor,
      single_gross_amount: direction === "true" ? amount * factor : amount,
    });
    invoice.item_ids.push(id);
    return created("items", { type: "items", id, attributes: found(state.items, id) }, id);
  }

  function send(invoice: StrictInvoice): Reply {
    draftOnly(invoice);
    if (invoice.item_ids.length === 0) throw new Refusal(422, "Unprocessable Entity");
    lastNumber += 1;
    invoice.attributes = {
      ...invoice.attributes,
      status: "sent",
      number: `S-${lastNumber}`,
      issued_at: "2026-03-02T00:00:00+01:00",
    };
    state.outbox.push({ invoice_id: invoice.id, kind: "invoice" });
    return { status: 204 };
  }

  function setPaid(invoice: StrictInvoice, notify: string | null): Reply {
    if (notify !== "true" && notify !== "false") throw new Refusal(422, "Unprocessable Entity");
    sentOnly(invoice);
    invoice.attributes = { ...invoice.attributes, status: "paid" };
    if (notify === "true") state.outbox.push({ invoice_id: invoice.id, kind: "paid" });
    return { status: 204 };
  }

  function cancel(invoice: StrictInvoice): Reply {
    if (invoice.attributes["status"] === "draft" || invoice.attributes["status"] === "void") {
      throw new Refusal(422, "Unprocessable Entity");
    }
    invoice.attributes = { ...invoice.attributes, status: "void" };
    copyOf(invoice, { status: "sent", is_cancellation: true }, invoice.customer_id);
    return { status: 204 };
  }

  function changeRecipient(invoice: StrictInvoice, customerId: unknown): Reply {
    const customer = found(state.customers, typeof customerId === "string" ? customerId : "");
    if (invoice.attributes["status"] !== "sent") throw new Refusal(422, "Unprocessable Entity");
    invoice.attributes = { ...invoice.attributes, status: "void" };
    copyOf(invoice, { status: "draft", number: "" }, customer.id);
    return { status: 204 };
  }

  function copyOf(invoice: StrictInvoice, attributes: Attributes, customer_id: string | null): void {
    const copy: StrictInvoice = {
      id: nextId(),
      attributes: { ...invoice.attributes, ...attributes },
      customer_id,
      item_ids: [...invoice.item_ids],
    };
    state.invoices.set(copy.id, copy);
  }

  function created(type: string, data: Attributes, id: string): Reply {
    return { status: 201, body: { data }, location: `${url}/api/v1/${type}/${id}` };
  }

  return {
    url,
    token,
    organization_id,
    state,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Refuses what is not listed. The answer names the family (`filter`), and the name only in its detail. */
function allow(
  query: URLSearchParams,
  filters: readonly string[],
  sorts: readonly string[],
  includes: readonly string[],
): void {
  const refuse = (parameter: string, detail: string): never => {
    throw new Refusal(400, "Invalid Query Parameter", { detail, source: { parameter } });
  };
  for (const name of query.keys()) {
    const filter = /^filter\[(\w+)\]/.exec(name)?.[1];
    if (filter !== undefined && !filters.includes(filter))
      refuse("filter", `Filter parameter ${filter} is not allowed.`);
    if (filter === undefined && !["o", "sort", "include", "page[number]", "page[size]"].includes(name)) {
      refuse(name, "Unknown parameter.");
    }
  }
  const sort = query.get("sort")?.replace(/^-/, "");
  if (sort !== undefined && !sorts.includes(sort)) refuse("sort", `Sort parameter ${sort} is not allowed.`);
  for (const name of query.get("include")?.split(",") ?? []) {
    if (!includes.includes(name)) refuse("include", `Include path ${name} is not allowed.`);
  }
}

function draftOnly(invoice: StrictInvoice): void {
  if (invoice.attributes["status"] !== "draft") throw new Refusal(422, "Unprocessable Entity");
}

function sentOnly(invoice: StrictInvoice): void {
  if (invoice.attributes["status"] !== "sent") {
    throw new Refusal(422, "Unprocessable Entity", { detail: "invoice not in SENT status" });
  }
}

function found<T>(map: ReadonlyMap<string, T>, id: string | undefined): T {
  const value = map.get(id ?? "");
  if (value === undefined) throw new Refusal(404, "Not Found");
  return value;
}

function dateTime(value: unknown): string | null {
  return typeof value === "string" ? `${value}T00:00:00+01:00` : null;
}

function record(value: unknown): Attributes {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function dataOf(body: string): unknown {
  try {
    return record(JSON.parse(body))["data"];
  } catch {
    throw new Refusal(400, "Invalid JSON", { code: "4" });
  }
}

function attributesOf(body: string, type: string): Attributes {
  const data = record(dataOf(body));
  if (data["type"] === undefined) throw new Refusal(400, "Non-Compliant JSON API Document");
  if (data["type"] !== type) throw new Refusal(409, "Not Supported", { source: { pointer: "/data/type" } });
  return record(data["attributes"]);
}

function linkedId(body: string, name: string, type: string): string | null {
  const target = record(record(record(record(dataOf(body))["relationships"])[name])["data"]);
  return target["type"] === type && typeof target["id"] === "string" ? target["id"] : null;
}
