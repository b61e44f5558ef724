import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, part, stable, startBench } from "../harness/mcp-tools.ts";
import { WRONG_IDS } from "./wrong-ids.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

describe("get_customer", () => {
  it("reads one customer with address and custom fields, with one request", async () => {
    const traffic = await bench.traffic(async () => {
      const answer = await bench.ok("get_customer", { customer_id: "203311" });
      expect(stable(answer.structured)).toMatchInlineSnapshot(`
        {
          "account": ""Lindenhof Studios" (simulator: nothing is real)",
          "customer": {
            "address": {
              "city": "Hamburg",
              "country_code": "DE",
              "id": "<id 1>",
              "name": "Hafenkante Architekten PartG mbB",
              "street_address": "Große Elbstraße 145",
              "zip_code": "22767",
            },
            "city": "Hamburg",
            "company": "Hafenkante Architekten PartG mbB",
            "created_at": "<time>",
            "custom_fields": [
              {
                "field_id": "<id 2>",
                "label": "Kundenstufe",
                "value": "Premium",
              },
              {
                "field_id": "<id 3>",
                "label": "Plätze",
                "value": "12",
              },
              {
                "field_id": "<id 4>",
                "label": "Newsletter",
                "value": "Ja",
              },
              {
                "field_id": "<id 5>",
                "label": "Interessen",
                "value": "Meetingräume, Coworking",
              },
            ],
            "email": "buchhaltung@hafenkante.example",
            "family_name": "Petersen",
            "given_name": "Imke",
            "id": "203311",
            "locale": "de",
            "name": "Hafenkante Architekten PartG mbB (Imke Petersen)",
            "number": "10004",
            "phone": "+49405550133",
          },
        }
      `);
      expect(answer.text).toMatchInlineSnapshot(`
        ""Hafenkante Architekten PartG mbB (Imke Petersen)" · buchhaltung@hafenkante.example · Hamburg · id 203311
          Company: Hafenkante Architekten PartG mbB
          Given name: Imke
          Family name: Petersen
          Locale: de
          Phone: +49405550133
          Number: 10004
          Created: 2025-09-24T09:00:00+00:00
          Address: Hafenkante Architekten PartG mbB, Große Elbstraße 145, 22767 Hamburg, DE, id ff93d425-afc0-4273-a47c-f566592f4c72
          Field "Kundenstufe" (c1a5e0d2-1111-4b0e-9a51-6f2d3c4b5a01): "Premium"
          Field "Plätze" (c1a5e0d2-2222-4b0e-9a51-6f2d3c4b5a02): "12"
          Field "Newsletter" (c1a5e0d2-3333-4b0e-9a51-6f2d3c4b5a03): "Ja"
          Field "Interessen" (c1a5e0d2-4444-4b0e-9a51-6f2d3c4b5a04): "Meetingräume, Coworking"
        Account: "Lindenhof Studios" (simulator: nothing is real)"
      `);
    });
    expect(traffic).toEqual(["GET /customers/203311?include=address"]);
  });

  it("says that a customer is not there", async () => {
    const answer = await bench.refused("get_customer", { customer_id: "999999" });
    expect(answer.text).toMatchInlineSnapshot(`
      "Customer 999999 does not exist in this organization (404). Nothing was changed.
      The API said: "Not Found"
      Next: Check the id: search_customers and list_invoices return ids.
      Account: "Lindenhof Studios" (simulator: nothing is real)"
    `);
    expect(part(answer, "error")["code"]).toBe("not_found");
  });

  it.each(WRONG_IDS)("asks the API nothing for the id %j", async (customer_id) => {
    const traffic = await bench.traffic(async () => {
      const answer = await bench.refused("get_customer", { customer_id });
      expect(part(answer, "error")["code"]).toBe("invalid_input");
    });
    expect(traffic).toEqual([]);
  });

  it.each(["", "   ", "x".repeat(300), "1\n2"])("refuses the id %j", async (customer_id) => {
    const answer = await bench.refused("get_customer", { customer_id });
    expect(part(answer, "error")["code"]).toBe("invalid_input");
  });
});
