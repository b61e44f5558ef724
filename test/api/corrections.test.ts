import { afterEach, describe, expect, it } from "vitest";
import { createHttpApi } from "../../src/api/http.ts";
import type { InvoicesApi, WriteEvidence } from "../../src/api/port.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { decimal } from "../../src/domain/money.ts";
import { NotFoundError } from "../../src/errors.ts";
import { type RunningSimulator, type Switches, startSimulator } from "../../src/simulator/index.ts";

let simulator: RunningSimulator | null = null;
afterEach(async () => {
  await simulator?.close();
  simulator = null;
});

async function start(switches: Partial<Switches> = {}): Promise<{ api: InvoicesApi; running: RunningSimulator }> {
  const running = await startSimulator({ switches });
  simulator = running;
  const api = createHttpApi({
    base_url: running.url,
    token: running.token,
    clock: systemClock,
    user_agent: "invoicing-mcp/test",
  });
  return { api, running };
}

function idOf(evidence: WriteEvidence<{ readonly id: string }>): string {
  if (evidence.kind !== "applied" || evidence.resource === null) throw new Error(JSON.stringify(evidence));
  return evidence.resource.id;
}

async function draft(api: InvoicesApi): Promise<{ customer: string; invoice: string; item: string }> {
  const customer = idOf(await api.createCustomer({ email: "correct@example.com", locale: "de", given_name: "Jane" }));
  const invoice = idOf(await api.createInvoice({ currency: "EUR", calculate_from_net: true, customer_id: customer }));
  const line = { title: "Consulting", quantity: 10, tax_rate: decimal(19), amount: decimal(150) };
  return { customer, invoice, item: idOf(await api.addItem(invoice, line, true)) };
}

const changes = (running: RunningSimulator) =>
  running.requests().filter(({ method }) => method === "PATCH" || method === "DELETE");

type Case = readonly [
  string,
  "item_routes" | "delete_draft_route" | "update_customer_route",
  (api: InvoicesApi, ids: Awaited<ReturnType<typeof draft>>) => Promise<WriteEvidence<unknown>>,
];
const CASES: readonly Case[] = [
  ["updateCustomer", "update_customer_route", (api, { customer }) => api.updateCustomer(customer, { company: "Neu" })],
  ["updateItem", "item_routes", (api, { invoice, item }) => api.updateItem(invoice, item, { quantity: 9 }, true)],
  ["removeItem", "item_routes", (api, { invoice, item }) => api.removeItem(invoice, item)],
  ["deleteInvoice", "delete_draft_route", (api, { invoice }) => api.deleteInvoice(invoice)],
];

describe("corrections where the API has the routes", () => {
  it("changes a customer and leaves the rest", async () => {
    const { api } = await start();
    const { customer } = await draft(api);
    const wanted = { email: "new@example.com", mobile: "+4917612345678", locale: "en" };
    expect(idOf(await api.updateCustomer(customer, wanted))).toBe(customer);
    expect(await api.getCustomer(customer)).toMatchObject({ ...wanted, given_name: "Jane" });
  });

  it("changes a line in the invoice's direction and leaves the rest", async () => {
    const { api } = await start();
    const { invoice, item } = await draft(api);
    const wanted = { quantity: 9, amount: decimal("99.90"), tax_rate: decimal(7), subtitle: "März" };
    expect(idOf(await api.updateItem(invoice, item, wanted, true))).toBe(item);
    const read = await api.getInvoice(invoice);
    expect(read.items?.map(({ title, subtitle }) => [title, subtitle])).toEqual([["Consulting", "März"]]);
    expect(read.net_amount?.toFixed(2)).toBe("899.10");
    expect(read.total?.toFixed(2)).toBe("962.04");
  });

  it("removes a line, deletes a draft", async () => {
    const { api } = await start();
    const { invoice, item } = await draft(api);
    expect(await api.removeItem(invoice, item)).toEqual({ kind: "applied", resource: null });
    expect((await api.getInvoice(invoice)).items).toEqual([]);
    expect(await api.deleteInvoice(invoice)).toEqual({ kind: "applied", resource: null });
    await expect(api.getInvoice(invoice)).rejects.toBeInstanceOf(NotFoundError);
  });
});

describe.each(CASES)("%s", (_name, routes, act) => {
  it.each(["404", "405"] as const)("a route that answers %s changed nothing and is not asked twice", async (answer) => {
    const { api, running } = await start({ [routes]: answer });
    const ids = await draft(api);
    const before = running.effects().length;
    const missing = { error: { code: "route_missing", effect: "none", status: Number(answer) } };
    expect(await act(api, ids)).toMatchObject({ kind: "rejected", status: Number(answer), ...missing });
    expect(await act(api, ids)).toMatchObject({ kind: "not_sent", ...missing });
    expect(changes(running)).toHaveLength(1);
    expect(running.effects().length).toBe(before);
  });

  it("what does not exist is not taken for a missing route", async () => {
    const { api, running } = await start();
    const ids = await draft(api);
    const none = "11111111-1111-4111-8111-111111111111";
    const wrong = { customer: none, invoice: routes === "item_routes" ? ids.invoice : none, item: none };
    for (let time = 0; time < 2; time += 1) {
      expect(await act(api, wrong)).toMatchObject({ kind: "rejected", status: 404, error: { code: "not_found" } });
    }
    expect(changes(running)).toHaveLength(2);
  });

  it.each(["reset_after", "fin_after"] as const)("an answer that is lost (%s) says nothing", async (kind) => {
    const { api, running } = await start();
    const ids = await draft(api);
    for (const method of ["PATCH", "DELETE"]) running.faults.add({ kind, method });
    expect(await act(api, ids)).toMatchObject({ kind: "unknown", status: null });
    expect(changes(running)).toHaveLength(1);
  });

  it("a route that could not be tried is not taken for a missing one while nothing can be read", async () => {
    const { api, running } = await start({ [routes]: "405" });
    const ids = await draft(api);
    running.faults.add({ kind: "status_before", status: 403, method: "GET", times: 9 });
    expect(await act(api, ids)).toMatchObject({ kind: "rejected", error: { code: "rejected" } });
  });
});

it("only 204 confirms a deletion", async () => {
  const { api, running } = await start();
  const { invoice, item } = await draft(api);
  for (const [path, act] of [
    ["/items/*", () => api.removeItem(invoice, item)],
    ["/invoices/*", () => api.deleteInvoice(invoice)],
  ] as const) {
    running.faults.add({ kind: "status_before", status: 200, body: "html", method: "DELETE", path });
    expect(await act()).toMatchObject({ kind: "unknown", status: 200 });
  }
});
