import { expect, it } from "vitest";
import { createHttpApi } from "../../src/api/http.ts";
import { decimal } from "../../src/domain/money.ts";
import { JournalError } from "../../src/errors.ts";
import { missingRoutes } from "../../src/journal/missing-routes.ts";
import { startSimulator } from "../../src/simulator/index.ts";
import { openStore } from "../../src/store/open.ts";
import { testClock } from "../harness/mcp-tools.ts";

const DAY_MS = 86_400_000;

it("a missing route is known to every process on the record, for a week, at its own address", async () => {
  const running = await startSimulator({ switches: { item_routes: "405" } });
  const ledger = openStore(":memory:");
  const clock = testClock();
  const client = (origin: string) =>
    createHttpApi({
      base_url: running.url,
      token: running.token,
      clock,
      user_agent: "invoicing-mcp/test",
      missing_routes: missingRoutes(async () => ledger.facts, origin, clock),
    });
  const tried = () => running.requests().filter(({ method }) => method === "PATCH").length;
  const first = client("https://one.test");
  const made = await first.createInvoice({ currency: "EUR", calculate_from_net: true, customer_id: "181227" });
  if (made.kind !== "applied" || made.resource === null) throw new Error(made.kind);
  const invoice = made.resource.id;
  const added = await first.addItem(
    invoice,
    { title: "A", quantity: 1, tax_rate: decimal(19), amount: decimal(1) },
    true,
  );
  if (added.kind !== "applied" || added.resource === null) throw new Error(added.kind);
  const item = added.resource.id;
  const change = (api: typeof first) => api.updateItem(invoice, item, { quantity: 2 }, true);

  expect(await change(first)).toMatchObject({ kind: "rejected", status: 405 });
  expect(await change(client("https://one.test"))).toMatchObject({
    kind: "not_sent",
    error: { code: "route_missing" },
  });
  expect(tried()).toBe(1);
  expect(await change(client("https://other.test"))).toMatchObject({ kind: "rejected" });
  expect(tried()).toBe(2);
  clock.advance(7 * DAY_MS);
  expect(await change(first)).toMatchObject({ kind: "rejected" });
  expect(tried()).toBe(3);
  await ledger.close();
  await running.close();
});

it("a record that fails costs a request and nothing else", async () => {
  const broken = missingRoutes(
    async () => {
      throw new JournalError("closed");
    },
    "https://one.test",
    testClock(),
  );
  expect(await broken.get("PATCH /items/{id}")).toBeNull();
  await broken.put("PATCH /items/{id}", 405);
  expect(await broken.get("PATCH /items/{id}")).toBe(405);
  expect(await broken.get("DELETE /items/{id}")).toBeNull();
});
