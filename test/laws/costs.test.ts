import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Answered, type Bench, listOf, part, startBench } from "../harness/mcp-tools.ts";

/**
 * What a job costs: o200k tokens of its answers, as text and as structure (a host shows a model one of the two), and
 * requests to the API. Counted exactly, on the simulator's firm at a fixed time. A number here is raised only together
 * with the reason for it in the commit.
 */
interface Cost {
  readonly calls: number;
  readonly text: number;
  readonly structure: number;
  readonly requests: number;
}

const LIMITS = {
  "a list of 20": { calls: 1, text: 760, structure: 910, requests: 1 },
  "new customer, three lines, sent, paid: whole steps": { calls: 3, text: 750, structure: 900, requests: 21 },
  "new customer, three lines, sent, paid: single steps": { calls: 8, text: 1_800, structure: 2_200, requests: 27 },
} as const satisfies Record<string, Cost>;

let bench: Bench;
beforeAll(async () => {
  bench = await startBench({ speed: 1 });
});
afterAll(() => bench.close());

const LINES = [
  { title: "Consulting, March 2026", quantity: 10, tax_rate: 19, single_net_amount: 150 },
  { title: "Workshop, March 2026", quantity: 1, tax_rate: 19, single_net_amount: 980 },
  { title: "Travel, March 2026", quantity: 2, tax_rate: 19, single_net_amount: 64.5 },
];
const ADDRESS = { street_address: "Hauptstr. 1", zip_code: "10115", city: "Berlin", country_code: "DE" };

/** Ids are random, and some take more tokens than others: counted is always the same one. */
function withFixedIds(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "4af0bef2-f606-45bf-ab16-f17ae96dfc3d")
    .replaceAll(/op_[0-9A-HJKMNP-TV-Z]{26}/g, "op_01M8G2CEAE66W0HWSP82BKG2GS");
}

type Step = (tool: string, args: Readonly<Record<string, unknown>>) => Promise<Answered>;

async function costOf(job: (step: Step) => Promise<unknown>): Promise<Cost> {
  let [calls, text, structure] = [0, 0, 0];
  const requests = await bench.recorded(() =>
    job(async (tool, args) => {
      const answer = await bench.ok(tool, args);
      calls += 1;
      text += countTokens(withFixedIds(answer.text));
      structure += countTokens(withFixedIds(JSON.stringify(answer.structured)));
      return answer;
    }),
  );
  return { calls, text, structure, requests: requests.length };
}

function expectWithin(job: keyof typeof LIMITS, cost: Cost): void {
  const { calls, text, structure, requests } = cost;
  process.stdout.write(`${job}: ${calls} calls, ${text} tokens (structure ${structure}), ${requests} requests\n`);
  expect(calls).toBe(LIMITS[job].calls);
  expect(text).toBeLessThanOrEqual(LIMITS[job].text);
  expect(structure).toBeLessThanOrEqual(LIMITS[job].structure);
  expect(requests).toBeLessThanOrEqual(LIMITS[job].requests);
}

describe("what a job costs", () => {
  it("a concise list of 20 invoices", async () => {
    const cost = await costOf(async (step) => {
      const list = await step("list_invoices", {});
      expect(listOf(list, "invoices")).toHaveLength(20);
    });
    expectWithin("a list of 20", cost);
  });

  it("a new customer's invoice with three lines, sent and paid, in whole steps", async () => {
    const cost = await costOf(async (step) => {
      const draft = await step("prepare_invoice", {
        new_customer: { email: "ap@whole.example", locale: "de", company: "Whole GmbH", ...ADDRESS },
        currency: "EUR",
        items: LINES,
      });
      await step("send_invoice", { invoice_id: part(draft, "invoice")["id"] });
      await step("mark_paid", { invoice_id: part(draft, "invoice")["id"] });
    });
    expectWithin("new customer, three lines, sent, paid: whole steps", cost);
  });

  it("the same in single steps", async () => {
    const cost = await costOf(async (step) => {
      const customer = await step("create_customer", {
        email: "ap@single.example",
        locale: "de",
        company: "Single GmbH",
      });
      await step("create_address", { customer_id: part(customer, "customer")["id"], name: "Single GmbH", ...ADDRESS });
      const draft = await step("create_invoice", {
        currency: "EUR",
        calculate_from_net: true,
        customer_id: part(customer, "customer")["id"],
      });
      for (const line of LINES) await step("add_item", { invoice_id: part(draft, "invoice")["id"], ...line });
      await step("send_invoice", { invoice_id: part(draft, "invoice")["id"] });
      await step("mark_paid", { invoice_id: part(draft, "invoice")["id"] });
    });
    expectWithin("new customer, three lines, sent, paid: single steps", cost);
  });

  it("a long draft: one request for each further line, and no wait within the API's limits", async () => {
    const drafted = (name: string, count: number) =>
      bench.traffic(() =>
        bench.ok("prepare_invoice", {
          new_customer: { email: `ap@${name}.example`, locale: "de", company: `${name} GmbH`, ...ADDRESS },
          currency: "EUR",
          items: Array.from({ length: count }, (_, index) => ({ ...LINES[0], title: `Line ${index + 1} of ${name}` })),
        }),
      );
    const short = await drafted("short", 3);
    // The minute before counts as well.
    bench.clock.advance(60_000);
    const waits = vi.spyOn(bench.clock, "sleep");
    const long = await drafted("long", 23);
    expect(waits).not.toHaveBeenCalled();
    waits.mockRestore();
    const kinds = (traffic: readonly string[], method: string) =>
      traffic.filter((line) => line.startsWith(`${method} `)).length;
    expect(kinds(long, "POST") - kinds(short, "POST")).toBe(20);
    expect(kinds(long, "GET")).toBe(kinds(short, "GET"));
  });
});
