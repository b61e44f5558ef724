import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approves, type Bench, part, startBench } from "../harness/mcp-tools.ts";
import { WRONG_IDS } from "./wrong-ids.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

let serial = 0;
async function customer(): Promise<{ id: string; email: string }> {
  serial += 1;
  const email = `update-${serial}@example.com`;
  const made = await bench.ok("create_customer", { email, locale: "de", given_name: "Sam", company: "Muster GmbH" });
  return { id: String(part(made, "customer")["id"]), email };
}

describe("update_customer", () => {
  it("changes what is named, leaves the rest, and says what was there", async () => {
    const { id } = await customer();
    const requests = await bench.recorded(async () => {
      const answer = await bench.ok("update_customer", {
        customer_id: id,
        email: "Neu@example.com",
        company: "Muster AG",
      });
      expect(part(answer, "customer")).toMatchObject({
        id,
        email: "Neu@example.com",
        company: "Muster AG",
        given_name: "Sam",
        locale: "de",
      });
      expect(answer.structured["changes"]).toEqual([
        `email: "update-${serial}@example.com" → "Neu@example.com"`,
        'company: "Muster GmbH" → "Muster AG"',
      ]);
    });
    const patch = requests.find(({ method }) => method === "PATCH");
    expect(JSON.parse(patch?.body ?? "null")).toEqual({
      data: { type: "customers", id, attributes: { email: "Neu@example.com", company: "Muster AG" } },
    });
  });

  it("changes nothing when nothing is different, and again after it was changed back", async () => {
    const { id } = await customer();
    const before = bench.simulator.effects().length;
    const same = await bench.ok("update_customer", { customer_id: id, company: "Muster GmbH" });
    expect(same.structured["outcome"]).toBe("already_done");
    expect(bench.simulator.effects().length).toBe(before);
    for (const company of ["A", "Muster GmbH", "A"]) {
      const answer = await bench.ok("update_customer", { customer_id: id, company });
      expect(part(answer, "customer")["company"]).toBe(company);
    }
    expect(bench.simulator.effects().length).toBe(before + 3);
  });

  it("refuses an e-mail that another customer has", async () => {
    const [one, other] = [await customer(), await customer()];
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("update_customer", { customer_id: one.id, email: other.email.toUpperCase() });
    expect(part(answer, "error")).toMatchObject({ code: "wrong_state", effect: "none" });
    expect(answer.text).toContain(other.id);
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("says when nothing is named", async () => {
    const { id } = await customer();
    const answer = await bench.refused("update_customer", { customer_id: id });
    expect(part(answer, "error")["message"]).toBe("update_customer: name at least one value to change.");
  });

  it.each(WRONG_IDS)("changes nothing for the id %j", async (customer_id) => {
    const before = bench.simulator.effects().length;
    await bench.refused("update_customer", { customer_id, company: "x" });
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("does not change twice when the answer is lost", async () => {
    const { id } = await customer();
    const before = bench.simulator.effects().length;
    bench.simulator.faults.add({ kind: "reset_after", method: "PATCH" });
    const answer = await bench.ok("update_customer", { customer_id: id, company: "Verloren AG" });
    expect(part(answer, "customer")["company"]).toBe("Verloren AG");
    expect(bench.simulator.effects().length).toBe(before + 1);
  });

  it.each(["404", "405"] as const)(
    "a route that answers %s: nothing changed, and the ways that remain",
    async (route) => {
      const fresh = await startBench({ switches: { update_customer_route: route } });
      try {
        const before = fresh.simulator.effects().length;
        for (let time = 0; time < 2; time += 1) {
          const answer = await fresh.refused("update_customer", { customer_id: "181227", company: "x" });
          expect(part(answer, "error")).toMatchObject({ code: "route_missing", effect: "none" });
          expect(answer.text).toMatch(/create_address.*dashboard/);
        }
        expect(fresh.simulator.effects().length).toBe(before);
        expect(fresh.simulator.requests().filter(({ method }) => method === "PATCH")).toHaveLength(1);
      } finally {
        await fresh.close();
      }
    },
  );
});

describe("a document of the customer that somebody is asked about", () => {
  it("is asked about again when its e-mail changed meanwhile", async () => {
    const { id } = await customer();
    await bench.ok("create_address", {
      customer_id: id,
      name: "Sam",
      street_address: "Weg 1",
      zip_code: "50667",
      city: "Köln",
      country_code: "DE",
    });
    const made = await bench.ok("create_invoice", { currency: "EUR", calculate_from_net: true, customer_id: id });
    const invoice_id = String(made.structured["invoice_id"]);
    const line = { title: "Arbeit", quantity: 1, tax_rate: 19, single_net_amount: 10 };
    await bench.ok("add_item", { invoice_id, ...line });
    const asked: string[] = [];
    const answer = await bench.ok("send_invoice", { invoice_id }, async (form, clock) => {
      asked.push(form.message);
      if (asked.length === 1)
        await bench.ok("update_customer", { customer_id: id, email: `moved-${serial}@example.com` });
      return approves(form, clock);
    });
    expect(answer.structured["outcome"]).toBe("done");
    expect(asked).toHaveLength(2);
    expect(asked[1]).toContain(`moved-${serial}@example.com`);
  });
});
