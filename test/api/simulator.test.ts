import { afterEach, describe, expect, it } from "vitest";
import { createHttpApi } from "../../src/api/http.ts";
import type { InvoicesApi, WriteEvidence } from "../../src/api/port.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { isOpen } from "../../src/domain/invoice.ts";
import { decimal } from "../../src/domain/money.ts";
import { type RunningSimulator, SWITCHES, type Switches, startSimulator } from "../../src/simulator/index.ts";

let simulator: RunningSimulator | null = null;
afterEach(async () => {
  await simulator?.close();
  simulator = null;
});

async function start(switches: Partial<Switches> = {}): Promise<{ api: InvoicesApi; running: RunningSimulator }> {
  const running = await startSimulator();
  running.setSwitches(switches);
  simulator = running;
  const api = createHttpApi({
    base_url: async () => running.url,
    token: async () => running.token,
    clock: systemClock,
    user_agent: "invoicing-mcp/test",
  });
  return { api, running };
}

function idOf(evidence: WriteEvidence<{ readonly id: string }>): string {
  if (evidence.kind !== "applied" || evidence.resource === null) throw new Error(JSON.stringify(evidence));
  return evidence.resource.id;
}

async function draftFor(api: InvoicesApi, email: string): Promise<{ customer: string; invoice: string }> {
  const customer = idOf(await api.createCustomer({ email, locale: "de", given_name: "Jane", family_name: "Doe" }));
  idOf(
    await api.createAddress(customer, {
      name: "Jane Doe",
      street_address: "Hauptstraße 42",
      zip_code: "50667",
      city: "Köln",
      country_code: "DE",
    }),
  );
  const invoice = idOf(
    await api.createInvoice({
      currency: "EUR",
      calculate_from_net: true,
      customer_id: customer,
      due_date: "2027-01-31",
    }),
  );
  idOf(
    await api.addItem(
      invoice,
      { title: "Consulting — March 2026", quantity: 10, tax_rate: decimal(19), amount: decimal(150) },
      true,
    ),
  );
  return { customer, invoice };
}

/** Values that stop the workflow on purpose. */
const STOPPING: readonly string[] = ["abilities"];

const variants = Object.entries(SWITCHES)
  .filter(([name]) => !STOPPING.includes(name))
  .flatMap(([name, { values, default: assumed }]) =>
    values.filter((value) => value !== assumed).map((value) => [name, value] as const),
  );

describe("every choice the guide leaves open", () => {
  it.each([["set_paid_put", "on"] as const, ...variants])("%s = %s: the whole workflow works", async (name, value) => {
    const { api, running } = await start({ [name]: value });
    expect(await api.organization()).toMatchObject({ id: running.organization_id, name: expect.any(String) });

    const listed = await api.listInvoices({ include_items: true, sort: "-created_at" });
    expect(listed.items.length).toBeGreaterThan(5);
    for (const { items } of listed.items) expect(items).not.toBeNull();
    expect((await api.listCustomers({ search: "a" })).items.length).toBeGreaterThan(0);

    const { customer, invoice } = await draftFor(api, "workflow@example.com");
    const draft = await api.getInvoice(invoice);
    expect(draft).toMatchObject({ status: "draft", number: null, customer_id: customer, due_date: "2027-01-31" });
    expect(draft.total?.toFixed(2)).toBe("1785.00");
    expect(draft.customer?.email).toBe("workflow@example.com");
    expect(draft.items).toHaveLength(1);

    // An empty answer confirms nothing: the outcome is read.
    const confirmed = value === "empty" && name === "action_body" ? "unknown" : "applied";
    expect((await api.sendInvoice(invoice)).kind).toBe(confirmed);
    const sent = await api.getInvoice(invoice);
    expect([sent.status, isOpen(sent), sent.number === null]).toEqual(["sent", true, false]);

    const paid = await api.markPaid(invoice, false);
    expect(paid.kind).toBe(confirmed);
    expect((await api.getInvoice(invoice)).status).toBe("paid");
    expect(running.effects().filter(({ kind }) => kind === "invoice.paid")).toHaveLength(1);
    expect((await api.markPaid(invoice, false)).kind).toBe("rejected");

    const other = await draftFor(api, "other@example.com");
    await api.sendInvoice(other.invoice);
    expect((await api.changeRecipient(other.invoice, customer)).kind).toBe(confirmed);
    expect((await api.getInvoice(other.invoice)).status).toBe("void");
  });
});

describe("the simulator's documents and links", () => {
  it("fetches the PDF and the XML", async () => {
    const { api } = await start({ xml_link: "present" });
    const { invoice } = await draftFor(api, "papers@example.com");
    await api.sendInvoice(invoice);
    const pdf = await api.fetchDocument(invoice, "pdf");
    expect(Buffer.from(pdf?.bytes.subarray(0, 5) ?? []).toString()).toBe("%PDF-");
    const xml = await api.fetchDocument(invoice, "xml");
    expect(Buffer.from(xml?.bytes ?? []).toString()).toContain("<?xml");
  });

  it("a PUT route that is missing is proven by one read and then remembered", async () => {
    const { api, running } = await start({ set_paid_put: "404" });
    for (const email of ["a@example.com", "b@example.com"]) {
      const { invoice } = await draftFor(api, email);
      await api.sendInvoice(invoice);
      expect((await api.markPaid(invoice, true)).kind).toBe("applied");
    }
    const calls = running.requests().filter(({ path }) => path.endsWith("/set-paid"));
    expect(calls.map(({ method }) => method)).toEqual(["PUT", "POST", "POST"]);
    expect(calls[1]?.query).toContain("sendNotification=true");
  });

  it("an invoice that does not exist is not taken for a missing route", async () => {
    const { api, running } = await start();
    expect(await api.markPaid("11111111-1111-4111-8111-111111111111", false)).toMatchObject({
      kind: "rejected",
      status: 404,
      error: { code: "not_found" },
    });
    expect(running.requests().filter(({ method }) => method !== "GET")).toHaveLength(1);
  });

  it("filters customers by a custom field", async () => {
    const { api } = await start();
    const all = (await api.listCustomers({})).items;
    const field = all.flatMap(({ custom_fields }) => custom_fields)[0];
    if (field === undefined || field.value === null) throw new Error("the seed has no custom field");
    const { items } = await api.listCustomers({
      custom_fields: [{ field_id: field.id, operator: "=", value: field.value }],
    });
    expect(items.length).toBeGreaterThan(0);
    expect(items.length).toBeLessThan(all.length);
  });
});
