import { setTimeout as pause } from "node:timers/promises";
import { type EffectKind, type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { type FaultProxy, startFaultProxy } from "../harness/fault-proxy.ts";
import { at } from "./seen.ts";

const VND = "application/vnd.api+json";

/** What the person's side knows of a document. */
export interface Known {
  readonly id: string;
  readonly number: string;
  readonly status: string;
}

/** The account behind the tools: other people's hands, and what a check may look at. The assistant never sees it. */
export class World {
  readonly simulator: RunningSimulator;
  readonly #network: FaultProxy | null;
  #outage: Promise<void> | null = null;

  constructor(simulator: RunningSimulator, network: FaultProxy | null) {
    this.simulator = simulator;
    this.#network = network;
  }

  /** Where the server reaches the API. */
  get url(): string {
    return this.#network?.url ?? this.simulator.url;
  }

  /** Nobody listens any more once this has happened and the server has seen it. Reading is slow, so that no step slips through. */
  goesDownAfter(kind: EffectKind): void {
    // Its answer takes a while to arrive: by then nobody listens any more.
    this.simulator.faults.add({ kind: "slow_body", ms: 800, method: "POST", path: "/items", times: 1 });
    const happened = async () => {
      while (!this.simulator.effects().some((effect) => effect.kind === kind)) await pause(2);
      await this.#proxy().plan("refused", () => true, { lets_finish: true });
    };
    this.#outage = happened();
  }

  async comesBack(): Promise<void> {
    await this.#outage;
    this.simulator.faults.clear();
    await this.#proxy().clear();
  }

  async close(): Promise<void> {
    await this.#network?.close();
    await this.simulator.close();
  }

  #proxy(): FaultProxy {
    if (this.#network === null) throw new Error("this conversation has no outage");
    return this.#network;
  }

  /** One request to the API, as the web interface makes it. Throws unless it succeeds. */
  async api(method: string, path: string, body?: unknown): Promise<unknown> {
    const { url, token, organization_id } = this.simulator;
    const response = await fetch(`${url}/api/v1${path}${path.includes("?") ? "&" : "?"}o=${organization_id}`, {
      method,
      headers: { accept: VND, authorization: `Bearer ${token}`, "content-type": VND },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    const parsed: unknown = text === "" ? null : JSON.parse(text);
    return parsed;
  }

  /** The newest document of a customer (by e-mail) in a status. */
  async document(email: string, status: string): Promise<Known> {
    const [newest] = await this.documents(email, status);
    if (newest === undefined) throw new Error(`${email} has no ${status} document`);
    return newest;
  }

  /** All documents of a customer in a status, newest first. */
  async documents(email: string, status: string): Promise<Known[]> {
    const state = await this.state();
    const customer = rows(state, "customers").find((row) => row["email"] === email)?.["id"];
    return rows(state, "invoices")
      .filter((row) => row["customer_id"] === customer && row["status"] === status && row["is_cancellation"] !== true)
      .sort((a, b) => String(b["created_at"]).localeCompare(String(a["created_at"])))
      .map((row) => ({ id: String(row["id"]), number: String(row["number"] ?? ""), status }));
  }

  async customerId(email: string): Promise<string> {
    const row = rows(await this.state(), "customers").find((one) => one["email"] === email);
    if (row === undefined) throw new Error(`nobody has ${email}`);
    return String(row["id"]);
  }

  /** An attribute of an invoice as the API answers it. */
  async attribute(id: string, name: string): Promise<unknown> {
    return at(await this.api("GET", `/invoices/${id}`), "data", "attributes", name);
  }

  /** A draft that somebody writes in the web interface, of one line of 100.00 net at 19 %. */
  async draft(email: string, attributes: object = {}, title = "Workshop — November 2026"): Promise<string> {
    const created = await this.api("POST", "/invoices", {
      data: {
        type: "invoices",
        attributes: { currency: "EUR", calculate_from_net: true, ...attributes },
        relationships: { customer: { data: { type: "customers", id: await this.customerId(email) } } },
      },
    });
    const id = String(at(created, "data", "id"));
    await this.api("POST", "/items?calculate_from_net=true", {
      data: {
        type: "items",
        attributes: { title, quantity: 1, single_net_amount: 100, tax_rate: 19 },
        relationships: { document: { data: { type: "invoices", id } } },
      },
    });
    return id;
  }

  async change(id: string, attributes: object): Promise<void> {
    await this.api("PATCH", `/invoices/${id}`, { data: { type: "invoices", id, attributes } });
  }

  private async state(): Promise<unknown> {
    const response = await fetch(`${this.simulator.url}/_simulator/state`);
    const parsed: unknown = await response.json();
    return parsed;
  }
}

function rows(state: unknown, key: string): Record<string, unknown>[] {
  const list = at(state, key);
  if (!Array.isArray(list)) throw new Error(`no ${key}`);
  return list.map((row: unknown) =>
    typeof row === "object" && row !== null ? Object.fromEntries(Object.entries(row)) : {},
  );
}

export async function startWorld(outage: boolean): Promise<World> {
  const simulator = await startSimulator();
  return new World(simulator, outage ? await startFaultProxy(simulator.url) : null);
}
