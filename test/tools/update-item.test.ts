import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, listOf, part, startBench } from "../harness/mcp-tools.ts";
import { anyInvoice, firstItem, freshDraft } from "../laws/answers.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

const effects = () => bench.simulator.effects().length;
const itemsOf = (answer: Awaited<ReturnType<Bench["ok"]>>) =>
  listOf({ ...answer, structured: part(answer, "invoice") }, "items");

describe("update_item", () => {
  it("changes one line by its place, leaves the rest, and says what was there", async () => {
    const invoice_id = await freshDraft(bench, 3);
    const requests = await bench.recorded(async () => {
      const answer = await bench.ok("update_item", { invoice_id, line: 2, quantity: 9 });
      expect(itemsOf(answer).map(({ quantity }) => quantity)).toEqual(["2", "9", "2"]);
      expect(part(answer, "invoice")).toMatchObject({ net_amount: "650.00", total: "773.50" });
      expect(answer.structured["done"]).toMatch(/^Changed line "Leistung \d+\.2" of draft .*: quantity "2" → "9"\.$/);
    });
    const patch = requests.filter(({ method }) => method === "PATCH");
    expect(patch).toHaveLength(1);
    expect(JSON.parse(patch[0]?.body ?? "null")).toMatchObject({
      data: { type: "items", attributes: { quantity: 9 } },
    });
    expect(patch[0]?.query).toContain("calculate_from_net=true");
  });

  it("changes text, price and rate by the line's id", async () => {
    const invoice_id = await freshDraft(bench);
    const item_id = await firstItem(bench, invoice_id);
    const wanted = { title: "Beratung", subtitle: "Oktober", tax_rate: 7, single_net_amount: 99.9 };
    const answer = await bench.ok("update_item", { invoice_id, item_id, ...wanted });
    expect(itemsOf(answer)).toMatchObject([
      { id: item_id, title: "Beratung", subtitle: "Oktober", tax_rate: "7", single_net_amount: "99.90", quantity: "2" },
    ]);
  });

  it.each([true, false])(
    "keeps the price of the invoice's direction when only the rate changes (net: %s)",
    async (net) => {
      const made = await bench.ok("create_invoice", {
        currency: "EUR",
        calculate_from_net: net,
        customer_id: "181227",
        notes: `Satz ${net}`,
      });
      const invoice_id = String(made.structured["invoice_id"]);
      const price = net ? { single_net_amount: 100 } : { single_gross_amount: 119 };
      await bench.ok("add_item", { invoice_id, title: "Arbeit", quantity: 1, tax_rate: 19, ...price });
      const answer = await bench.ok("update_item", { invoice_id, line: 1, tax_rate: 7 });
      expect(part(answer, "invoice")).toMatchObject(
        net ? { net_amount: "100.00", total: "107.00" } : { total: "119.00" },
      );
    },
  );

  it("empties a subtitle", async () => {
    const invoice_id = await freshDraft(bench);
    await bench.ok("update_item", { invoice_id, line: 1, subtitle: "weg" });
    const [item] = itemsOf(await bench.ok("update_item", { invoice_id, line: 1, subtitle: "" }));
    expect(item?.["subtitle"]).toBeUndefined();
  });

  it("changes nothing twice, and may change back", async () => {
    const invoice_id = await freshDraft(bench);
    const before = effects();
    const same = await bench.ok("update_item", { invoice_id, line: 1, quantity: 2 });
    expect(same.structured["outcome"]).toBe("already_done");
    expect(effects()).toBe(before);
    for (const quantity of [3, 2, 3]) await bench.ok("update_item", { invoice_id, line: 1, quantity });
    expect(effects()).toBe(before + 3);
  });

  it("is not done twice when the answer is lost", async () => {
    const invoice_id = await freshDraft(bench);
    const before = effects();
    bench.simulator.faults.add({ kind: "reset_after", method: "PATCH" });
    const answer = await bench.ok("update_item", { invoice_id, line: 1, quantity: 9 });
    expect(answer.structured["outcome"]).toBe("done");
    expect(itemsOf(answer)[0]?.["quantity"]).toBe("9");
    expect(effects()).toBe(before + 1);
  });

  it.each([
    ["no value", { line: 1 }, "name at least one value"],
    ["no line", { quantity: 3 }, "by item_id or by line"],
    ["both", { line: 1, item_id: "x", quantity: 3 }, "by item_id or by line"],
    ["a line that is not there", { line: 2, quantity: 3 }, "has no such line; it has 1"],
    ["an id that is not there", { item_id: "none", quantity: 3 }, "has no such line"],
    ["the other direction", { line: 1, single_gross_amount: 3 }, "leave out single_gross_amount"],
    ["fractions of a cent", { line: 1, single_net_amount: 1.005 }, "more than 2 decimals"],
    ["a quantity of none", { line: 1, quantity: 0 }, "quantity"],
  ])("refuses %s", async (_name, given, why) => {
    const invoice_id = await freshDraft(bench);
    const before = effects();
    const answer = await bench.refused("update_item", { invoice_id, ...given });
    expect(answer.text).toContain(why);
    expect(effects()).toBe(before);
  });

  it("refuses what left the house", async () => {
    const invoice_id = await anyInvoice(bench, { status: "sent", kind: "invoice" });
    const answer = await bench.refused("update_item", { invoice_id, line: 1, quantity: 9 });
    expect(part(answer, "error")).toMatchObject({ code: "wrong_state", effect: "none" });
  });

  it.each(["404", "405"] as const)(
    "a route that answers %s: nothing changed, and the ways that remain",
    async (route) => {
      const fresh = await startBench({ switches: { item_routes: route } });
      try {
        const invoice_id = await freshDraft(fresh);
        const before = fresh.simulator.effects().length;
        for (let time = 0; time < 2; time += 1) {
          const answer = await fresh.refused("update_item", { invoice_id, line: 1, quantity: 9 });
          expect(part(answer, "error")).toMatchObject({ code: "route_missing", effect: "none" });
          expect(answer.text).toMatch(/copy_invoice.*dashboard/);
        }
        expect(fresh.simulator.effects().length).toBe(before);
        expect(fresh.simulator.requests().filter(({ method }) => method === "PATCH")).toHaveLength(1);
      } finally {
        await fresh.close();
      }
    },
  );
});
