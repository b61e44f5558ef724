import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, part, startBench, textOf } from "../harness/mcp-tools.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

const ITEMS = [
  { title: "Consulting — March 2026", quantity: 10, tax_rate: 19, single_net_amount: 150 },
  { title: "Rabatt", quantity: 1, tax_rate: 19, single_net_amount: -100 },
];
const SAM = { email: "sam@example.com", locale: "de", company: "Muster GmbH" };

describe("prepare_invoice", () => {
  it("makes customer, draft and lines in one call, in the order given, and sends nothing", async () => {
    const answer = await bench.ok("prepare_invoice", { new_customer: SAM, currency: "EUR", items: ITEMS });
    expect(part(answer, "invoice")).toMatchObject({ status: "draft", net_amount: "1400.00", total: "1666.00" });
    expect(bench.simulator.effects().map(({ kind }) => kind)).toEqual([
      "customer.created",
      "invoice.created",
      "item.created",
      "item.created",
    ]);
    expect(bench.simulator.outbox()).toEqual([]);
  });

  it("does it once: the same call again finds the same draft", async () => {
    const before = bench.simulator.effects().length;
    const args = { new_customer: SAM, currency: "EUR", items: ITEMS };
    const again = await bench.ok("prepare_invoice", args);
    expect(bench.simulator.effects().length).toBe(before);
    expect(again.structured["outcome"]).toBe("already_done");
    expect(textOf(again, "invoice_id")).not.toBe("");
  });

  it.each([
    [{ items: [] }],
    [{ items: ITEMS.map((item) => ({ ...item, title: "x".repeat(186) })) }],
    [{ items: [{ ...ITEMS[0], quantity: 7.5 }] }],
    [{ items: [{ ...ITEMS[0], single_net_amount: 1e308 }] }],
    [{ items: [{ ...ITEMS[0], single_net_amount: undefined, single_gross_amount: undefined }] }],
    [{ items: [ITEMS[0], { title: "gross", quantity: 1, tax_rate: 19, single_gross_amount: 119 }] }],
    [{ items: [{ ...ITEMS[0], surprise: 1 }] }],
    [{ items: Array.from({ length: 1_000 }, () => ITEMS[0]) }],
    [{ currency: "EURO" }],
    [{ customer: "Schmidt" }],
    [{ new_customer: undefined }],
    [{ issued_at: "2026-03-11", due_date: "2026-03-10" }],
  ])("writes nothing, not even the customer, for %j", async (wrong) => {
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("prepare_invoice", {
      new_customer: { ...SAM, email: "other@example.com" },
      currency: "EUR",
      items: ITEMS,
      ...wrong,
    });
    expect(part(answer, "error")["effect"]).toBe("none");
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("does not choose between two customers of one name", async () => {
    const before = bench.simulator.effects().length;
    const answer = await bench.call("prepare_invoice", { customer: "Schmidt", currency: "EUR", items: ITEMS });
    expect(answer.text).toContain("181240");
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("makes other lines another draft, on the same day for the same customer", async () => {
    const bill = (title: string, price: number) =>
      bench.ok("prepare_invoice", {
        customer: SAM.email,
        currency: "EUR",
        items: [{ title, quantity: 1, tax_rate: 19, single_net_amount: price }],
      });
    const january = await bill("Beratung Januar", 100);
    const february = await bill("Workshop Februar", 900);
    expect(textOf(february, "invoice_id")).not.toBe(textOf(january, "invoice_id"));
    expect(part(february, "invoice")).toMatchObject({ total: "1071.00" });
  });

  it("makes a draft anew when the equal one was deleted since", async () => {
    const args = {
      customer: SAM.email,
      currency: "EUR",
      items: [{ title: "Beratung April", quantity: 1, tax_rate: 19, single_net_amount: 100 }],
    };
    const first = textOf(await bench.ok("prepare_invoice", args), "invoice_id");
    const { url, token, organization_id } = bench.simulator;
    const deleted = await fetch(`${url}/api/v1/invoices/${first}?o=${organization_id}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${token}`, accept: "application/vnd.api+json" },
    });
    expect(deleted.status).toBe(204);
    const second = await bench.ok("prepare_invoice", args);
    expect(textOf(second, "invoice_id")).not.toBe(first);
    expect(part(second, "invoice")).toMatchObject({ total: "119.00" });
    expect(textOf(await bench.ok("prepare_invoice", args), "invoice_id")).toBe(textOf(second, "invoice_id"));
  });

  it("asks when a known customer is given another address", async () => {
    const address = { street_address: "Musterweg 1", zip_code: "50667", city: "Köln", country_code: "DE" };
    const call = (more: object) =>
      bench.ok("prepare_invoice", {
        new_customer: { email: "addressed@example.com", locale: "de", company: "Adress GmbH", ...address, ...more },
        currency: "EUR",
        items: ITEMS,
      });
    await call({});
    const before = bench.simulator.effects().length;
    const moved = await call({ street_address: "Neue Straße 1" });
    expect(textOf(moved, "question")).toContain("another address");
    expect(bench.simulator.effects().length).toBe(before);
  });
});
