import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHttpApi } from "../../src/api/http.ts";
import type { InvoicesApi, WriteEvidence } from "../../src/api/port.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { decimal } from "../../src/domain/money.ts";
import { type StrictApi, startStrictApi } from "../harness/strict-api.ts";

let strict: StrictApi;
let api: InvoicesApi;

beforeAll(async () => {
  strict = await startStrictApi();
  api = createHttpApi({
    base_url: strict.url,
    token: strict.token,
    clock: systemClock,
    user_agent: "invoicing-mcp/test",
  });
});
afterAll(() => strict.close());

function idOf(evidence: WriteEvidence<{ readonly id: string }>): string {
  if (evidence.kind !== "applied" || evidence.resource === null) throw new Error(JSON.stringify(evidence));
  return evidence.resource.id;
}

describe("the whole workflow against the strict stand-in", () => {
  it("finds the organization and its name", async () => {
    expect(await api.organization()).toEqual({ id: strict.organization_id, name: "Strict & Sons" });
  });

  it("does the guide's seven steps, a change of recipient and a cancellation", async () => {
    expect((await api.listCustomers({ email: "jane@example.com" })).items).toEqual([]);
    const jane = idOf(
      await api.createCustomer({ email: "jane@example.com", locale: "de", given_name: "Jane", family_name: "Doe" }),
    );
    idOf(
      await api.createAddress(jane, {
        name: "Jane Doe",
        street_address: "Hauptstraße 42",
        zip_code: "50667",
        city: "Köln",
        country_code: "DE",
      }),
    );
    expect((await api.getCustomer(jane)).address).toMatchObject({ city: "Köln", street_address: "Hauptstraße 42" });
    expect((await api.listCustomers({ email: "JANE@example.com" })).items.map(({ id }) => id)).toEqual([jane]);

    // Its answer has no body worth reading: the id comes from Location.
    const draft = idOf(
      await api.createInvoice({
        currency: "EUR",
        calculate_from_net: true,
        customer_id: jane,
        due_date: "2026-04-01",
        recipient: "Acme Inc\nJane Doe",
      }),
    );
    idOf(
      await api.addItem(
        draft,
        { title: "Consulting — March 2026", quantity: 10, tax_rate: decimal(19), amount: decimal("150.00") },
        true,
      ),
    );
    idOf(await api.updateInvoice(draft, { notes: "Thank you" }));
    const before = await api.getInvoice(draft);
    expect(before).toMatchObject({ status: "draft", number: null, due_date: "2026-04-01", locked: false });
    expect(before.total?.toFixed(2)).toBe("1785.00");
    expect(before.items?.map(({ title }) => title)).toEqual(["Consulting — March 2026"]);
    expect(before.customer).toEqual({ id: jane, name: "Jane Doe", email: "jane@example.com" });

    expect(await api.sendInvoice(draft)).toMatchObject({ kind: "unknown", status: 204 });
    expect(await api.getInvoice(draft)).toMatchObject({ status: "sent", number: "S-41", issued_at: "2026-03-02" });

    expect(await api.markPaid(draft, false)).toMatchObject({ kind: "unknown", status: 204 });
    expect(strict.state.outbox).toEqual([{ invoice_id: draft, kind: "invoice" }]);
    const again = await api.markPaid(draft, true);
    expect(again).toMatchObject({ kind: "rejected", status: 422, error: { code: "wrong_state", effect: "none" } });
    expect(strict.state.requests.filter((line) => line.startsWith("PUT "))).toHaveLength(1);

    expect(await api.cancelInvoice(draft)).toMatchObject({ kind: "unknown", status: 204 });
    expect((await api.getInvoice(draft)).status).toBe("void");
  });

  it("changes the recipient by the API's own customer id", async () => {
    const first = idOf(await api.createCustomer({ email: "a@example.com", locale: "en" }));
    const second = idOf(await api.createCustomer({ email: "b@example.com", locale: "en" }));
    const id = idOf(await api.createInvoice({ currency: "EUR", calculate_from_net: false, customer_id: first }));
    idOf(await api.addItem(id, { title: "Desk", quantity: 1, tax_rate: decimal(19), amount: decimal(119) }, false));
    await api.sendInvoice(id);
    expect(await api.changeRecipient(id, second)).toMatchObject({ kind: "unknown", status: 204 });
    const { items } = await api.listInvoices({ include_items: true, sort: "-created_at", page_size: 1 });
    expect(items[0]).toMatchObject({ status: "draft", customer_id: second, total: decimal(119) });
  });

  it("reports filters it could not apply, and asks for them once only", async () => {
    const before = strict.state.requests.length;
    const page = await api.listInvoices({ status: "sent", customer_id: "1", page: 1 });
    expect(page.unapplied).toEqual(["status", "customer_id"]);
    const asked = strict.state.requests.length - before;
    await api.listInvoices({ status: "sent", customer_id: "1" });
    expect(strict.state.requests.length - before - asked).toBe(1);
  });

  it("pages by number", async () => {
    const seen = new Set<string>();
    for (let page = 1; page <= 3; page += 1) {
      for (const { id } of (await api.listCustomers({ page, page_size: 1 })).items) seen.add(id);
    }
    expect(seen.size).toBe(3);
    expect(await api.listCustomers({ page: 2, page_size: 2 })).toMatchObject({ page: 2, last_page: 2, total: 3 });
  });

  it("put o on every request but the discovery", () => {
    const scoped = strict.state.requests.filter((line) => !/ \/api\/v1\/(user|organizations)/.test(line));
    expect(scoped.length).toBeGreaterThan(10);
    for (const line of scoped) expect(line).toContain(`o=${strict.organization_id}`);
  });

  it("names what a 404 means", async () => {
    await expect(api.getInvoice("999999")).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringContaining("Invoice 999999"),
    });
    expect(await api.sendInvoice("999999")).toMatchObject({ kind: "rejected", status: 404 });
    expect(await api.sendInvoice("../users")).toMatchObject({ kind: "not_sent", error: { code: "invalid_input" } });
  });
});
