import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, part, stable, startBench } from "../harness/mcp-tools.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

/** Thomas Berger, who has no address. */
const BERGER = "79fb1aa0-61e6-4929-a0e2-415add4a76d9";
const ADDRESS = {
  name: "Thomas Berger",
  street_address: "Hauptstraße 42",
  zip_code: "50667",
  city: "Köln",
  country_code: "DE",
};

describe("create_address", () => {
  it("gives a customer an address, linked as the guide says", async () => {
    const requests = await bench.recorded(async () => {
      const answer = await bench.ok("create_address", { customer_id: BERGER, ...ADDRESS });
      expect(stable(answer.structured)).toMatchInlineSnapshot(`
        {
          "account": ""Lindenhof Studios" (simulator: nothing is real)",
          "customer": {
            "address": {
              "city": "Köln",
              "country_code": "DE",
              "id": "<id 2>",
              "name": "Thomas Berger",
              "street_address": "Hauptstraße 42",
              "zip_code": "50667",
            },
            "city": "Köln",
            "created_at": "<time>",
            "email": "t.berger@mailbox-berger.example",
            "family_name": "Berger",
            "given_name": "Thomas",
            "id": "<id 1>",
            "locale": "de",
            "name": "Thomas Berger",
            "number": "10008",
          },
          "next": "Draft <id 3> of this customer takes this address on sending. Show it (get_invoice), then send_invoice.",
          "operation_id": "<operation 1>",
          "outcome": "done",
        }
      `);
      expect(stable(answer.text)).toMatchInlineSnapshot(`
        "Address created.
        "Thomas Berger" · t.berger@mailbox-berger.example · Köln · id <id 1>
          Given name: Thomas
          Family name: Berger
          Locale: de
          Number: 10008
          Created: <time>
          Address: Thomas Berger, Hauptstraße 42, 50667 Köln, DE, id <id 2>
        Operation: <operation 1>
        Next: Draft <id 3> of this customer takes this address on sending. Show it (get_invoice), then send_invoice.
        Account: "Lindenhof Studios" (simulator: nothing is real)"
      `);
    });
    const post = requests.find(({ method }) => method === "POST");
    expect(post?.path).toBe("/api/v1/addresses");
    expect(JSON.parse(post?.body ?? "")).toEqual({
      data: {
        type: "addresses",
        attributes: ADDRESS,
        relationships: { addressable: { data: { type: "customers", id: BERGER } } },
      },
    });
  });

  it("does not create the same address again, by another call or in another spelling of the customer", async () => {
    const before = bench.simulator.effects().length;
    const answer = await bench.ok("create_address", { customer_id: BERGER, ...ADDRESS });
    expect(answer.structured["outcome"]).toBe("already_done");
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("says that there was another address", async () => {
    const answer = await bench.ok("create_address", { customer_id: BERGER, ...ADDRESS, street_address: "Domstraße 1" });
    expect(answer.text).toContain("The customer had another address");
    expect(part(answer, "customer", "address")).toMatchObject({ street_address: "Domstraße 1" });
  });

  it("needs a customer that is there", async () => {
    const before = bench.simulator.effects().length;
    const answer = await bench.refused("create_address", { customer_id: "424242", ...ADDRESS });
    expect(part(answer, "error")).toMatchObject({ code: "not_found", effect: "none" });
    expect(bench.simulator.effects().length).toBe(before);
  });

  it.each([
    [{ country_code: "de" }],
    [{ country_code: "Germany" }],
    [{ zip_code: "" }],
    [{ city: "x".repeat(121) }],
    [{ customer_id: "../1" }],
  ])("sends nothing for %j", async (wrong) => {
    const traffic = await bench.traffic(async () => {
      const answer = await bench.refused("create_address", { customer_id: BERGER, ...ADDRESS, ...wrong });
      expect(part(answer, "error")["code"]).toBe("invalid_input");
    });
    expect(traffic).toEqual([]);
  });
});
