import { afterEach, describe, expect, it } from "vitest";
import { createHttpApi, type HttpApiOptions } from "../../src/api/http.ts";
import { createNegotiator } from "../../src/api/negotiation.ts";
import type { InvoicesApi, WriteEvidence } from "../../src/api/port.ts";
import { day } from "../../src/api/read-fields.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { decimal } from "../../src/domain/money.ts";
import { RejectedError } from "../../src/errors.ts";
import { fieldsOf } from "../../src/jsonapi/fields.ts";
import { startSimulator } from "../../src/simulator/index.ts";
import { type Bench, startBench } from "../harness/mcp-tools.ts";
import { type CannedServer, startCannedServer } from "./canned-server.ts";

let server: CannedServer | null = null;
let bench: Bench | null = null;
afterEach(async () => {
  await server?.close();
  await bench?.close();
  server = null;
  bench = null;
});

async function answering(status: number, body: string, headers: Readonly<Record<string, string>> = {}) {
  server = await startCannedServer((_request, response) => response.writeHead(status, headers).end(body));
  return apiAt(server.url);
}

function apiAt(base_url: string, more: Partial<HttpApiOptions> = {}): InvoicesApi {
  return createHttpApi({
    base_url,
    token: "secret-token",
    organization_id: "1",
    clock: systemClock,
    user_agent: "invoicing-mcp/test",
    ...more,
  });
}

const address = { name: "J", street_address: "S 1", zip_code: "1", city: "K", country_code: "DE" };
const line = { title: "A", quantity: 1, tax_rate: decimal(19), amount: decimal(1) };
const WRITES: Readonly<Record<string, (api: InvoicesApi) => Promise<WriteEvidence<unknown>>>> = {
  create_customer: (api) => api.createCustomer({ email: "j@example.com", locale: "de" }),
  create_address: (api) => api.createAddress("7", address),
  create_invoice: (api) => api.createInvoice({ currency: "EUR", calculate_from_net: true }),
  update_invoice: (api) => api.updateInvoice("7", { notes: "x" }),
  add_item: (api) => api.addItem("7", line, true),
  send_invoice: (api) => api.sendInvoice("7"),
  mark_paid: (api) => api.markPaid("7", false),
  cancel_invoice: (api) => api.cancelInvoice("7"),
  change_recipient: (api) => api.changeRecipient("7", "8"),
};
const document = (type: string, id: string) => JSON.stringify({ data: { type, id, attributes: {} } });
/** None of these is the API's own word that the write was done. */
const NO_WORD: Readonly<Record<string, readonly [number, string]>> = {
  "a web page": [200, "<!DOCTYPE html><title>Sign in</title>"],
  "a web page as 201": [201, "<html><body>Welcome</body></html>"],
  "nothing, 200": [200, ""],
  "nothing, 204": [204, ""],
  "another kind of JSON": [200, '{"success":true}'],
  "an error in a 200": [200, '{"errors":[{"status":"500","title":"Error"}]}'],
  "a document of another type": [200, document("webhook-subscriptions", "7")],
  "a list": [200, '{"data":[]}'],
  "half a document": [200, '{"data":{"type":"invoices"'],
};

describe("a 2xx confirms a write only with the API's own document", () => {
  it.each(Object.keys(WRITES).flatMap((kind) => Object.keys(NO_WORD).map((word) => [kind, word] as const)))(
    "%s: %s",
    async (kind, word) => {
      const [status, body] = NO_WORD[word] ?? [0, ""];
      const evidence = await WRITES[kind]?.(await answering(status, body));
      expect(evidence).toMatchObject({ kind: "unknown", status, reason: expect.stringContaining("no confirmation") });
    },
  );

  it.each(["update_invoice", "send_invoice", "mark_paid"])("%s: a document of another id", async (kind) => {
    const evidence = await WRITES[kind]?.(await answering(200, document("invoices", "9")));
    expect(evidence).toMatchObject({ kind: "unknown", reason: expect.stringContaining("about another") });
  });

  it.each(["cancel_invoice", "change_recipient"])("%s may answer with what it made", async (kind) => {
    expect(await WRITES[kind]?.(await answering(200, document("invoices", "9")))).toMatchObject({ kind: "applied" });
  });

  it("a web page beside a Location is no confirmation, a document without a resource is", async () => {
    const headers = { location: "/api/v1/customers/5" };
    const page = await WRITES["create_customer"]?.(await answering(201, "<html></html>", headers));
    expect(page?.kind).toBe("unknown");
    await server?.close();
    const made = await WRITES["create_customer"]?.(await answering(201, '{"data":null}', headers));
    expect(made).toMatchObject({ kind: "applied", resource: { id: "5" } });
  });

  it("a missing route is proven by the invoice itself, not by any page", async () => {
    server = await startCannedServer((request, response) =>
      request.method === "GET" ? response.writeHead(200).end("<html></html>") : response.writeHead(404).end(),
    );
    expect((await apiAt(server.url).markPaid("7", true)).kind).toBe("rejected");
    expect(server.requests.map(({ method }) => method)).toEqual(["PUT", "GET"]);
  });

  it("is settled by reading: a page for a send that did not happen ends as not done, and may be repeated", async () => {
    bench = await startBench({ speed: 20 });
    const { api } = bench.deps;
    const [draft] = (await api.listInvoices({ status: "draft", include_items: true })).items.filter(
      ({ items, customer_id, is_quote }) => items?.length && customer_id !== null && !is_quote,
    );
    bench.simulator.faults.add({
      kind: "status_before",
      status: 200,
      body: "html",
      method: "POST",
      path: "/invoices/*/send",
    });
    const first = await bench.call("send_invoice", { invoice_id: draft?.id });
    expect(first.text).not.toContain("confirmed the request");
    expect(first.structured["outcome"] ?? first.structured["error"]).not.toBe("ambiguous");
    expect(bench.simulator.outbox()).toEqual([]);
    bench.clock.advance(300_000);
    // One pass reads for two and a half of the test's seconds: on a busy machine its second reading may need another.
    let settled = "";
    for (let pass = 0; pass < 20 && !settled.includes("not_done"); pass += 1) {
      const { structured } = await bench.call("get_operation", { operation_id: operationOf(first) });
      settled = JSON.stringify(structured);
    }
    expect(settled).toContain("not_done");
    await bench.ok("send_invoice", { invoice_id: draft?.id });
    expect(bench.simulator.outbox()).toHaveLength(1);
  });
});

function operationOf(answer: { readonly text: string }): string {
  return /op_\w+/.exec(answer.text)?.[0] ?? "none";
}

const refusal400 = (parameter?: string) =>
  new RejectedError("refused", { status: 400, problems: parameter === undefined ? [] : [{ parameter }] });

describe("a wish that is refused", () => {
  const wishes = { filters: ["status", "customer_id"], sort: true, includes: ["items", "customer"] };

  it.each([
    ["filters", "status"],
    ["filters", "customer_id"],
    ["includes", "items"],
    ["includes", "customer"],
  ] as const)("without a word: %s %s is found, remembered, and the others come back", async (kind, name) => {
    const negotiator = createNegotiator();
    const asked: string[] = [];
    const ask = async (one: typeof wishes) => {
      asked.push(JSON.stringify(one));
      if (one[kind].includes(name)) throw refusal400();
      return "ok";
    };
    for (let round = 0; round < 4; round += 1)
      await negotiator.run(wishes, async (one) =>
        ask({ ...one, filters: [...one.filters], includes: [...one.includes] }),
      );
    const before = asked.length;
    const last = await negotiator.run(wishes, async (one) =>
      ask({ ...one, filters: [...one.filters], includes: [...one.includes] }),
    );
    expect(asked.length - before).toBe(1);
    expect(last.asked).toEqual({ ...wishes, [kind]: wishes[kind].filter((one) => one !== name) });
  });

  it("is not blamed where nothing helps, and the first answer is told", async () => {
    const negotiator = createNegotiator();
    let calls = 0;
    const asking = negotiator.run(wishes, async () => {
      calls += 1;
      throw new RejectedError(`refused ${calls}`, { status: 400 });
    });
    await expect(asking).rejects.toThrow("refused 1");
    expect(negotiator.allowed(wishes)).toEqual(wishes);
  });

  it("is not looked for where the API names something else", async () => {
    let calls = 0;
    const asking = createNegotiator().run(wishes, async () => {
      calls += 1;
      throw refusal400("page");
    });
    await expect(asking).rejects.toMatchObject({ status: 400 });
    expect(calls).toBe(1);
  });

  it("does not stop a tool: filters refused with a web page", async () => {
    bench = await startBench({
      switches: { query_refusal: "page", status_filter: "refuse", customer_filter: "refuse" },
    });
    const { customer_id } = (await bench.deps.api.listInvoices({ sort: "-created_at" })).items[0] ?? {};
    await bench.ok("list_invoices", { status: "overdue" });
    await bench.ok("list_invoices", { customer_id: customer_id ?? "", status: "draft" });
    await bench.ok("create_invoice", { customer_id: customer_id ?? "", currency: "EUR", calculate_from_net: true });
    await bench.ok("mark_paid", { invoice_id: "#RE-2026-0012" });
    const again = await bench.recorded(async () => bench?.ok("list_invoices", { status: "sent", limit: 1 }));
    expect(again.filter(({ query }) => query.includes("filter"))).toEqual([]);
    expect(again.length).toBeLessThan(12);
  });
});

describe("the day of an instant", () => {
  const read = (text: string, organization: string | null, configured: string | null, isDate = true) =>
    day(fieldsOf({ at: text }, "x"), "at", { organization, configured }, isDate);

  it.each([
    ["2026-12-24", null, null, "2026-12-24"],
    ["2026-12-24T00:00:00+00:00", null, "Europe/Berlin", "2026-12-24"],
    ["2026-12-24T00:00:00+01:00", null, "America/Los_Angeles", "2026-12-24"],
    ["2026-12-23T23:00:00+00:00", null, "Europe/Berlin", "2026-12-24"],
    ["2026-07-13T22:00:00.000000Z", null, "Europe/Berlin", "2026-07-14"],
    ["2026-12-23T23:00:00+00:00", "Europe/Berlin", "UTC", "2026-12-24"],
    ["2026-12-24T08:00:00Z", null, "America/Los_Angeles", "2026-12-24"],
    ["2026-12-23T10:00:00Z", null, "Pacific/Kiritimati", "2026-12-24"],
    // The zone is not the organization's: the midnight that was meant is found.
    ["2026-12-23T23:00:00Z", null, "UTC", "2026-12-24"],
    ["2026-12-23T23:00:00Z", null, "America/Los_Angeles", "2026-12-24"],
    ["2026-12-23T23:00:00Z", null, null, "2026-12-24"],
    ["2026-12-23T18:30:00Z", null, "UTC", "2026-12-24"],
    ["2026-12-24T05:00:00Z", null, "UTC", "2026-12-24"],
    // No midnight anywhere: a moment, on the configured clock.
    ["2026-12-23T23:17:05Z", null, "Europe/Berlin", "2026-12-24"],
  ])("%s, organization %s, configured %s: %s", (text, organization, configured, expected) => {
    expect(read(text, organization, configured)).toBe(expected);
  });

  it("a moment of issue is read on the configured clock, whatever its minutes", () => {
    expect(read("2026-12-23T14:00:00Z", null, "Europe/Berlin", false)).toBe("2026-12-23");
  });

  it.each(["Europe/Berlin", "UTC", "America/New_York", "Asia/Tokyo"])(
    "a due date comes back as it was asked where the API answers local midnight in UTC, here in %s",
    async (time_zone) => {
      const simulator = await startSimulator({ switches: { date_format: "utc_local" } });
      try {
        const api = apiAt(simulator.url, {
          token: simulator.token,
          organization_id: simulator.organization_id,
          time_zone,
        });
        const made = await api.createInvoice({ currency: "EUR", calculate_from_net: true, due_date: "2026-12-24" });
        const id = made.kind === "applied" ? (made.resource?.id ?? "") : "";
        expect((await api.getInvoice(id)).due_date).toBe("2026-12-24");
      } finally {
        await simulator.close();
      }
    },
  );
});
