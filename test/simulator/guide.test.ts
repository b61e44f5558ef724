import { describe, expect, it } from "vitest";
import { at, call, idOf, NOON, rows, simulate } from "./client.ts";

describe("the guide's seven steps", () => {
  it("works literally as written", async () => {
    const simulator = await simulate({ now: () => NOON });

    const search = await call(simulator, "GET", "/customers?filter[email]=jane@example.com&include=address");
    expect(search.status).toBe(200);
    expect(rows(search)).toEqual([]);
    expect(at(search.json, "meta", "page")).toEqual({
      "current-page": 1,
      "per-page": 30,
      from: null,
      to: null,
      total: 0,
      "last-page": 1,
    });

    const customer = await call(simulator, "POST", "/customers", {
      body: {
        data: {
          type: "customers",
          attributes: {
            given_name: "Jane",
            family_name: "Doe",
            email: "jane@example.com",
            company: "Acme Inc",
            locale: "de",
            mobile: "+4917612345678",
          },
        },
      },
    });
    expect(customer.status).toBe(201);
    expect(customer.headers.get("content-type")).toBe("application/vnd.api+json");
    const customerId = idOf(customer);
    expect(customer.headers.get("location")).toBe(`${simulator.url}/api/v1/customers/${customerId}`);
    expect(at(customer.json, "data", "attributes", "full_name")).toBe("Jane Doe");

    const address = await call(simulator, "POST", "/addresses", {
      body: {
        data: {
          type: "addresses",
          attributes: {
            name: "Jane Doe",
            street_address: "Hauptstraße 42",
            zip_code: "50667",
            city: "Köln",
            country_code: "DE",
          },
          relationships: { addressable: { data: { type: "customers", id: customerId } } },
        },
      },
    });
    expect(address.status).toBe(201);
    const again = await call(simulator, "GET", "/customers?filter[email]=JANE@Example.com&include=address");
    expect(at(again.json, "data", 0, "relationships", "address", "data", "id")).toBe(idOf(address));
    expect(at(again.json, "included", 0, "attributes", "city")).toBe("Köln");

    const draft = await call(simulator, "POST", "/invoices", {
      body: {
        data: {
          type: "invoices",
          attributes: {
            currency: "EUR",
            recipient: "Acme Inc\nJane Doe\nHauptstraße 42\n50667 Köln",
            calculate_from_net: true,
          },
          relationships: { customer: { data: { type: "customers", id: customerId } } },
        },
      },
    });
    expect(draft.status).toBe(201);
    const id = idOf(draft);
    expect(at(draft.json, "data", "attributes")).toMatchObject({
      status: "draft",
      number: null,
      total: 0,
      locked: false,
    });

    const item = await call(simulator, "POST", "/items?calculate_from_net=true", {
      body: {
        data: {
          type: "items",
          attributes: { title: "Consulting — March 2026", quantity: 10, single_net_amount: 150.0, tax_rate: 19 },
          relationships: { document: { data: { type: "invoices", id } } },
        },
      },
    });
    expect(item.status).toBe(201);
    expect(at(item.json, "data", "attributes", "single_gross_amount")).toBe(178.5);

    const sent = await call(simulator, "POST", `/invoices/${id}/send`);
    expect(sent.status).toBe(200);
    expect(at(sent.json, "data", "attributes")).toMatchObject({
      status: "sent",
      issued_at: "2026-11-23T00:00:00+00:00",
      total: 1785,
      net_amount: 1500,
      tax_amount: 285,
      vat_breakdown: [{ tax_rate: 19, item_count: 1, net_amount: 1500, tax_amount: 285, gross_amount: 1785 }],
      locked: true,
      recipient: "Acme Inc\nJane Doe\nHauptstraße 42\n50667 Köln",
      buyer_data: { company_name: "Acme Inc", contact_name: "Jane Doe", city: "Köln", postal_code: "50667" },
    });
    const number = at(sent.json, "data", "attributes", "number");
    expect(number).toMatch(/^RE-2026-\d{4}$/);
    expect(simulator.outbox()).toMatchObject([
      { kind: "invoice", to: "jane@example.com", subject: `Rechnung ${String(number)}`, invoice_id: id },
    ]);
    expect(simulator.outbox()[0]?.text).toContain("1785.00 EUR");

    const paid = await call(simulator, "POST", `/invoices/${id}/set-paid?sendNotification=true`);
    expect(paid.status).toBe(200);
    expect(at(paid.json, "data", "attributes", "status")).toBe("paid");
    expect(simulator.outbox().map(({ kind }) => kind)).toEqual(["invoice", "payment_confirmation"]);
    expect(simulator.effects().map(({ kind }) => kind)).toEqual([
      "customer.created",
      "address.created",
      "invoice.created",
      "item.created",
      "invoice.sent",
      "invoice.paid",
    ]);
  });
});
