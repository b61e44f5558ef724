import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * A large account as an HTTP server that does nothing else: every document is computed from its index, so that an answer
 * costs well under a millisecond and times are those of the server that asks. Written from the wire facts, without the
 * simulator and without the client. It knows a page, a sort by `created_at`, `filter[search]`, `filter[status]` and
 * `filter[customer_id]`; pages over 50 and other filters and sorts are refused with 400, more than `READS` requests a
 * minute with 429.
 */
export interface Account {
  readonly invoices: number;
  readonly per_customer: number;
  /** Reads in a minute; the published limit is 400. */
  readonly reads_per_minute: number;
  /** Milliseconds that each answer takes. */
  readonly latency_ms: number;
  /** Filters that are refused with 400. */
  readonly unknown_filters?: readonly string[];
}

export interface StandIn {
  readonly url: string;
  /** Paths with queries, oldest first. */
  readonly requests: string[];
  /** Forgets what was asked in the last minute: each job begins with the whole limit. */
  rest(): void;
  /** What the sums must come to, counted from the same indexes. */
  readonly truth: { readonly open: number; readonly open_cents: number; readonly gross_cents: number };
  close(): void;
}

export const TOKEN = "stand-in";
export const ORGANIZATION = "5f0f6c80-8f0a-4a6e-9d0c-6a1f2f3b4c5d";
const SPAN_MS = 5 * 365 * 86_400_000;
const MINUTE_MS = 60_000;

type Status = "draft" | "sent" | "paid" | "void";

/** Of forty: ten drafts, ten open, nineteen paid, of which one is the credit note of the one voided. */
function statusOf(index: number): Status {
  if (index % 40 === 38) return "void";
  return index % 4 === 0 ? "draft" : index % 4 === 1 ? "sent" : "paid";
}

const isCreditNote = (index: number) => index % 40 === 39;
export const numberOf = (index: number) => `MA-${String(index + 1).padStart(7, "0")}`;
export const grossCents = (index: number): number =>
  isCreditNote(index) ? -grossCents(index - 1) : 18_326 * (1 + (index % 5));
const netCents = (index: number): number => (isCreditNote(index) ? -netCents(index - 1) : 15_400 * (1 + (index % 5)));
const uuid = (kind: number, index: number) => `${kind}0000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
const indexOf = (id: string) => Number.parseInt(id.slice(-12), 16);
const euros = (cents: number) => cents / 100;

export async function startStandIn(account: Account): Promise<StandIn> {
  const requests: string[] = [];
  const recent: number[] = [];
  const began = Date.now();
  const answer = answersOf(account, began);
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    requests.push(request.url ?? "");
    const now = Date.now();
    while (recent[0] !== undefined && recent[0] <= now - MINUTE_MS) recent.shift();
    recent.push(now);
    const over = recent.length > account.reads_per_minute;
    const { status, body, type } = over ? problem(429, "Too Many Requests") : answer(request.url ?? "/");
    const headers = { "content-type": type, ...(over ? { "retry-after": "5" } : {}) };
    setTimeout(() => response.writeHead(status, headers).end(body), account.latency_ms);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const truth = { open: 0, open_cents: 0, gross_cents: 0 };
  for (let index = 0; index < account.invoices; index += 1) {
    const status = statusOf(index);
    if (status !== "draft") truth.gross_cents += grossCents(index);
    if (status !== "sent") continue;
    truth.open += 1;
    truth.open_cents += grossCents(index);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    rest: () => recent.splice(0),
    truth,
    close: () => server.close(),
  };
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type: string;
}

const json = (status: number, value: unknown): Answer => ({
  status,
  body: JSON.stringify(value),
  type: "application/vnd.api+json",
});
const problem = (status: number, title: string, parameter?: string): Answer =>
  json(status, {
    errors: [{ status: String(status), title, ...(parameter === undefined ? {} : { source: { parameter } }) }],
  });

function answersOf(account: Account, now: number): (url: string) => Answer {
  const customers = Math.ceil(account.invoices / account.per_customer);
  const made = (index: number) =>
    new Date(now - SPAN_MS + Math.floor((index * SPAN_MS) / account.invoices))
      .toISOString()
      .replace(/\.\d+Z/, "+00:00");
  const byStatus = new Map<string, number[]>();
  for (let index = 0; index < account.invoices; index += 1) {
    const status = statusOf(index);
    const known = byStatus.get(status) ?? [];
    known.push(index);
    byStatus.set(status, known);
  }
  const all = Array.from({ length: account.invoices }, (_, index) => index);

  function listed(query: URLSearchParams): readonly number[] {
    const [search, customer, status] = ["search", "customer_id", "status"].map((name) => query.get(`filter[${name}]`));
    if (search) {
      const number = /^MA-(\d{7})$/i.exec(search)?.[1];
      const index = Number(number) - 1;
      if (number !== undefined) return index < account.invoices && statusOf(index) !== "draft" ? [index] : [];
      return all.filter((one) => statusOf(one) !== "draft" && numberOf(one).includes(search));
    }
    if (customer) {
      const first = indexOf(customer) * account.per_customer;
      const own = all.slice(first, first + account.per_customer);
      return status ? own.filter((one) => statusOf(one) === status) : own;
    }
    return status ? (byStatus.get(status) ?? []) : all;
  }

  function page(query: URLSearchParams, indexes: readonly number[], show: (index: number) => object): Answer {
    for (const name of query.keys()) {
      const filter = /^filter\[(\w+)\]/.exec(name)?.[1];
      const known = ["search", "status", "customer_id", "email"];
      if (filter && (!known.includes(filter) || account.unknown_filters?.includes(filter))) {
        return problem(400, "Invalid Query Parameter", "filter");
      }
    }
    const sort = query.get("sort") ?? "created_at";
    if (!/^-?created_at$/.test(sort)) return problem(400, "Invalid Query Parameter", "sort");
    const size = Number(query.get("page[size]") ?? 30);
    const number = Number(query.get("page[number]") ?? 1);
    if (size > 50) return problem(400, "Invalid Query Parameter", "page");
    const total = indexes.length;
    const shown = Array.from({ length: Math.max(0, Math.min(size, total - (number - 1) * size)) }, (_, at) => {
      const place = (number - 1) * size + at;
      return indexes[sort === "created_at" ? place : total - 1 - place] ?? 0;
    });
    const include = query.get("include")?.split(",") ?? [];
    const included = [
      ...(include.includes("customer")
        ? [...new Set(shown.map((one) => Math.floor(one / account.per_customer)))].map(customer)
        : []),
      ...(include.includes("items") ? shown.flatMap((one) => [item(one, 0), item(one, 1)]) : []),
    ];
    const lastPage = Math.max(1, Math.ceil(total / size));
    const meta = { page: { "current-page": number, "per-page": size, total, "last-page": lastPage } };
    return json(200, { meta, data: shown.map(show), ...(included.length === 0 ? {} : { included }) });
  }

  const customer = (index: number) => ({
    type: "customers",
    id: uuid(2, index),
    attributes: {
      uuid: uuid(2, index),
      number: String(10_001 + index),
      given_name: "Kim",
      family_name: `Kunde ${index}`,
      full_name: `Kim Kunde ${index}`,
      email: `kunde-${index}@viele.example`,
      company: `Firma ${index} GmbH`,
      locale: "de",
    },
  });

  const item = (index: number, place: 0 | 1) => ({
    type: "items",
    id: uuid(3, index * 2 + place),
    attributes: {
      title: place === 0 ? "Coworking" : "Meetingraum",
      quantity: 1 + ((isCreditNote(index) ? index - 1 : index) % 5),
      tax_rate: 19,
      single_net_amount: (place === 0 ? 119 : 35) * (isCreditNote(index) ? -1 : 1),
    },
    relationships: { document: { data: { type: "invoices", id: uuid(1, index) } } },
  });

  const invoice = (index: number) => {
    const status = statusOf(index);
    const [net, gross, at] = [netCents(index), grossCents(index), made(index)];
    const number = status === "draft" ? null : numberOf(index);
    const party = {
      company_name: `Firma ${Math.floor(index / account.per_customer)} GmbH`,
      address_line: "Hauptstr. 1",
      postal_code: "10115",
      city: "Berlin",
      country_code: "DE",
      timezone: "Europe/Berlin",
      vat_number: null,
    };
    const amounts = { net_amount: euros(net), tax_amount: euros(gross - net) };
    return {
      type: "invoices",
      id: uuid(1, index),
      attributes: {
        number,
        formatted_number: number,
        status,
        currency: "EUR",
        recipient: `${party.company_name}\nHauptstr. 1\n10115 Berlin`,
        invoicing_party: "Studio Nord GmbH\nLindenstr. 14\n04109 Leipzig",
        calculate_from_net: true,
        issued_at: status === "draft" ? null : at,
        due_date: new Date(Date.parse(at) + 14 * 86_400_000).toISOString(),
        notes: "Zahlbar innerhalb von 14 Tagen ohne Abzug.",
        is_quote: false,
        is_cancellation: isCreditNote(index),
        is_credit: false,
        locked: status !== "draft",
        buyer_data: party,
        seller_data: { ...party, company_name: "Studio Nord GmbH" },
        created_at: at,
        updated_at: at,
        total: euros(gross),
        ...amounts,
        vat_breakdown: [{ tax_rate: 19, item_count: 2, ...amounts, gross_amount: euros(gross) }],
      },
      relationships: {
        customer: { data: { type: "customers", id: uuid(2, Math.floor(index / account.per_customer)) } },
        reference: { data: isCreditNote(index) ? { type: "invoices", id: uuid(1, index - 1) } : null },
        items: { data: [0, 1].map((place) => ({ type: "items", id: uuid(3, index * 2 + place) })) },
      },
      meta: { download_url: `/files/${uuid(1, index)}.pdf?access_token=${index}`, has_xml: false },
    };
  };

  return (url) => {
    const { pathname, searchParams } = new URL(url, "http://stand-in");
    const [resource = "", id] = pathname.replace(/^\/api\/v1\//, "").split("/");
    if (pathname.startsWith("/files/")) return { status: 200, body: "%PDF-1.7\n%%EOF\n", type: "application/pdf" };
    if (resource === "user") {
      const active_organization = { data: { type: "organizations", id: ORGANIZATION } };
      return json(200, { data: { type: "users", id: "1", attributes: {}, relationships: { active_organization } } });
    }
    if (resource === "organizations") {
      const own = { type: "organizations", id: ORGANIZATION, attributes: { name: "Studio Nord" } };
      return json(200, { data: id === undefined ? [own] : own });
    }
    if (resource === "invoices" && id === undefined) return page(searchParams, listed(searchParams), invoice);
    if (resource === "customers" && id === undefined) {
      const email = searchParams.get("filter[email]");
      const one = Number(/^kunde-(\d+)@/.exec(email ?? "")?.[1] ?? Number.NaN);
      const found = email === null ? all.slice(0, customers) : one < customers ? [one] : [];
      return page(searchParams, found, customer);
    }
    const index = indexOf(id ?? "");
    if (resource === "invoices" && index < account.invoices) {
      return json(200, {
        data: invoice(index),
        included: [customer(Math.floor(index / account.per_customer)), item(index, 0), item(index, 1)],
      });
    }
    if (resource === "customers" && index < customers) return json(200, { data: customer(index) });
    return problem(404, "Not Found");
  };
}
