import { afterEach } from "vitest";
import { type RunningSimulator, type SimulatorOptions, startSimulator } from "../../src/simulator/index.ts";

const running: RunningSimulator[] = [];

afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.close();
});

/** A simulator that is closed after the test. */
export async function simulate(options: SimulatorOptions = {}): Promise<RunningSimulator> {
  const simulator = await startSimulator(options);
  running.push(simulator);
  return simulator;
}

/** Monday noon in Leipzig. */
export const NOON = Date.parse("2026-11-23T11:00:00Z");

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed body, or `null`. */
  readonly json: unknown;
}

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Raw body, sent as it is. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

const VND = "application/vnd.api+json";

/** One request as the API wants it: vnd.api+json, bearer, `o`. */
export async function call(
  simulator: RunningSimulator,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const url = new URL(`/api/v1${path}`, simulator.url);
  if (!url.searchParams.has("o")) url.searchParams.set("o", simulator.organization_id);
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const response = await fetch(url, {
    method,
    redirect: "manual",
    headers: {
      accept: VND,
      authorization: `Bearer ${simulator.token}`,
      ...(body === undefined ? {} : { "content-type": VND }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A value deep in an answer: `at(json, "data", 0, "id")`. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== "object" || current === null) return undefined;
    current = new Map<string, unknown>(Object.entries(current)).get(String(step));
  }
  return current;
}

export function idOf(answer: Answer): string {
  const id = at(answer.json, "data", "id");
  if (typeof id !== "string") throw new Error(`no id in ${answer.status} ${answer.text}`);
  return id;
}

export function rows(answer: Answer): unknown[] {
  const data = at(answer.json, "data");
  if (!Array.isArray(data)) throw new Error(`no list in ${answer.status} ${answer.text}`);
  return data;
}

export function customerBody(attributes: Record<string, unknown> = {}): object {
  return { data: { type: "customers", attributes: { email: "new@customer.example", locale: "de", ...attributes } } };
}

/** A draft for a seeded or new customer with one item of 10 × 150.00 net at 19 %. */
export async function draftWithItem(
  simulator: RunningSimulator,
  options: { readonly net?: boolean; readonly items?: number; readonly attributes?: Record<string, unknown> } = {},
): Promise<{ readonly id: string; readonly customer_id: string }> {
  const customer = idOf(await call(simulator, "POST", "/customers", { body: customerBody() }));
  const net = options.net ?? true;
  const invoice = await call(simulator, "POST", "/invoices", {
    body: {
      data: {
        type: "invoices",
        attributes: { currency: "EUR", calculate_from_net: net, ...options.attributes },
        relationships: { customer: { data: { type: "customers", id: customer } } },
      },
    },
  });
  const id = idOf(invoice);
  for (let index = 0; index < (options.items ?? 1); index += 1) {
    await call(simulator, "POST", `/items?calculate_from_net=${net}`, { body: itemBody(id) });
  }
  return { id, customer_id: customer };
}

export function itemBody(invoiceId: string, attributes: Record<string, unknown> = {}): object {
  return {
    data: {
      type: "items",
      attributes: {
        title: "Consulting",
        quantity: 10,
        single_net_amount: 150,
        single_gross_amount: 178.5,
        tax_rate: 19,
        ...attributes,
      },
      relationships: { document: { data: { type: "invoices", id: invoiceId } } },
    },
  };
}

export async function sentInvoice(
  simulator: RunningSimulator,
): Promise<{ readonly id: string; readonly customer_id: string }> {
  const draft = await draftWithItem(simulator);
  const sent = await call(simulator, "POST", `/invoices/${draft.id}/send`);
  if (sent.status >= 300) throw new Error(sent.text);
  return draft;
}
