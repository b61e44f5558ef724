import { afterAll, beforeAll, expect, it } from "vitest";
import { type Bench, listOf, startBench } from "../harness/mcp-tools.ts";

/** Published in docs/reliability.md. */
const MOST = { send: 6, add_item: 2, draft_besides_lines: 5, settle_each: 4 };

let bench: Bench;
let customer: string;
beforeAll(async () => {
  // In real time: the clock of other tests runs so fast that a job on a busy machine would run out of it.
  bench = await startBench({ speed: 1 });
  const { items } = await bench.deps.api.listCustomers({});
  customer = items.find(({ address, email }) => address && email !== null)?.id ?? "";
});
afterAll(() => bench.close());

const item = (number: number) => ({
  title: `Consulting ${number}`,
  quantity: number,
  tax_rate: 19,
  single_net_amount: 100,
});

async function counted(work: () => Promise<unknown>): Promise<string[]> {
  const requests = await bench.recorded(async () => {
    await work();
  });
  return requests.map(({ method, path }) => `${method} ${path}`);
}

async function prepare(lines: number, notes: string) {
  const answer = await bench.ok("prepare_invoice", {
    customer,
    currency: "EUR",
    items: Array.from({ length: lines }, (_, index) => item(index + 1)),
    notes,
  });
  expect(answer.structured["outcome"]).toMatch(/done/);
  return answer;
}

it.each([1, 10, 40])("a draft of %i lines: one request each, and a few besides", async (lines) => {
  const seen = await counted(() => prepare(lines, `n ${lines}`));
  expect(seen.filter((one) => one.startsWith("POST")).length).toBe(lines + 1);
  expect(seen.length).toBeLessThanOrEqual(lines + MOST.draft_besides_lines);
});

it("the same draft once more: its lines are found in the record", async () => {
  await prepare(12, "again");
  const seen = await counted(() => prepare(12, "again"));
  expect(seen.every((one) => one.startsWith("GET"))).toBe(true);
  expect(seen.length).toBeLessThanOrEqual(MOST.draft_besides_lines);
});

it("a line on a draft, made here or elsewhere", async () => {
  const { invoice_id } = (await prepare(1, "line")).structured;
  const own = await counted(() => bench.ok("add_item", { invoice_id, ...item(2) }));
  const elsewhere = (await bench.deps.api.listInvoices({ status: "draft", include_items: true })).items.find(
    ({ id, calculate_from_net, customer_id }) => id !== invoice_id && calculate_from_net && customer_id !== null,
  );
  const other = await counted(() => bench.ok("add_item", { invoice_id: elsewhere?.id, ...item(3) }));
  expect([own.length, other.length]).toEqual([MOST.add_item, MOST.add_item]);
});

it("sending, from the question to the answer", async () => {
  const { invoice_id } = (await prepare(2, "send")).structured;
  const seen = await counted(() => bench.ok("send_invoice", { invoice_id }));
  expect(seen.length, seen.join(", ")).toBeLessThanOrEqual(MOST.send);
  expect(seen.filter((one) => one.endsWith("/send"))).toHaveLength(1);
});

it("settling, per invoice", async () => {
  const open = (await bench.deps.api.listInvoices({ status: "sent" })).items.filter(
    ({ is_quote, is_cancellation, is_credit, total }) => !is_quote && !is_cancellation && !is_credit && total?.gt(0),
  );
  const payments = open.slice(0, 8).map(({ id, total }) => ({ invoice_id: id, amount: Number(total?.toFixed()) }));
  expect(payments.length).toBeGreaterThan(3);
  const seen = await counted(async () => {
    const answer = await bench.ok("settle_payments", { payments });
    expect(listOf(answer, "payments").every(({ result }) => result === "paid")).toBe(true);
  });
  expect(seen.length).toBeLessThanOrEqual(payments.length * MOST.settle_each);
});
