import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { approves, type Bench, type Person, startBench } from "../harness/mcp-tools.ts";

/**
 * An address is created, without anybody being asked, while something goes to the customer that a person approved with
 * the former one. Requests wait at the API for up to 300 ms, so that they overtake each other.
 */
let bench: Bench;
beforeAll(async () => {
  bench = await startBench({ speed: 1 });
});
afterAll(() => bench.close());
// A minute's budget of writes for each race.
beforeEach(() => bench.clock.advance(61_000));

let serial = 0;

async function customerAt(street: string): Promise<string> {
  serial += 1;
  const { direct, given } = { direct: bench.deps.api, given: { given_name: "Jane", family_name: `Doe ${serial}` } };
  const made = await direct.createCustomer({ email: `jane-${serial}@example.com`, locale: "en", ...given });
  const id = made.kind === "applied" ? (made.resource?.id ?? "") : "";
  await direct.createAddress(id, addressAt(street));
  return id;
}

const addressAt = (street_address: string) => ({
  name: "Jane Doe",
  street_address,
  zip_code: "50667",
  city: "Köln",
  country_code: "DE",
});

async function draftFor(customer: string): Promise<string> {
  const answer = await bench.ok("prepare_invoice", {
    customer,
    currency: "EUR",
    items: [{ title: `March 2026, ${serial}`, quantity: 1, tax_rate: 19, single_net_amount: 100 + serial }],
  });
  return String(answer.structured["invoice_id"]);
}

/** Approves, and remembers which of the streets the last form showed. */
function looking(seen: { street: string }, streets: readonly string[]): Person {
  return (form, clock) => {
    const shown = streets.filter((street) => form.message.includes(street));
    expect(shown).toHaveLength(1);
    seen.street = shown[0] ?? "";
    return approves(form, clock);
  };
}

const DELAYS_MS = [0, 10, 30, 60, 100, 150, 200, 250, 300];
const streets = ["First Street 1", "Other Street 2"];

async function race(delay: number, customer: string, act: (person: Person) => Promise<unknown>): Promise<string> {
  for (const path of ["/invoices/**", "/customers/**", "/addresses"]) {
    bench.simulator.faults.add({ kind: "latency", ms: 20 + (delay % 90), times: 6, path });
  }
  const seen = { street: "" };
  const acting = act(looking(seen, streets));
  await new Promise((resolve) => setTimeout(resolve, delay));
  const moving = bench.call("create_address", { customer_id: customer, ...addressAt(streets[1] ?? "") });
  await Promise.all([acting, moving]);
  bench.simulator.faults.clear();
  return seen.street;
}

describe("create_address racing", () => {
  it.each(DELAYS_MS)("a send, %i ms later: it goes to the address that was shown", async (delay) => {
    const customer = await customerAt(streets[0] ?? "");
    const invoice_id = await draftFor(customer);
    const shown = await race(delay, customer, (person) => bench.call("send_invoice", { invoice_id }, person));
    const invoice = await bench.deps.api.getInvoice(invoice_id);
    expect(["sent", "draft"]).toContain(invoice.status);
    if (invoice.status === "sent") expect(invoice.recipient).toContain(shown);
  });

  it.each(DELAYS_MS)("a change of recipient, %i ms later: the copy names the address that was shown", async (delay) => {
    const former = await customerAt("Former Street 3");
    const invoice_id = await draftFor(former);
    await bench.ok("send_invoice", { invoice_id });
    const customer = await customerAt(streets[0] ?? "");
    const shown = await race(delay, customer, (person) =>
      bench.call("change_recipient", { invoice_id, customer_id: customer }, person),
    );
    const copies = (await bench.deps.api.listInvoices({ customer_id: customer })).items;
    for (const copy of copies) if (copy.recipient?.includes("Street")) expect(copy.recipient).toContain(shown);
    expect(copies.length).toBeLessThanOrEqual(1);
  });
});
