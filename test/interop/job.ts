import { expect } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import type { CallResult, ConnectedClient } from "../harness/mcp-clients.ts";

/** The guide's job from the first search to the payment, with its own example data, then a cancellation. */
export async function doTheJob(client: ConnectedClient): Promise<Record<string, unknown>> {
  const call = async (name: string, args: Record<string, unknown>) => {
    const answer = await client.callTool(name, args);
    if (answer.isError) throw new Error(`${name}: ${answer.text}`);
    return answer;
  };

  const nobody = await call("search_customers", { email: "jane@example.com" });
  expect(nobody.structured).toMatchObject({ customers: [] });
  const jane = await call("create_customer", {
    given_name: "Jane",
    family_name: "Doe",
    email: "jane@example.com",
    company: "Acme Inc",
    locale: "de",
    mobile: "+4917612345678",
  });
  const customer_id = text(jane, "customer", "id");
  await call("create_address", {
    customer_id,
    name: "Jane Doe",
    street_address: "Hauptstraße 42",
    zip_code: "50667",
    city: "Köln",
    country_code: "DE",
  });
  const found = await call("search_customers", { email: "JANE@example.com" });
  expect(found.structured).toMatchObject({ customers: [{ id: customer_id, city: "Köln" }] });

  const draft = await call("create_invoice", {
    currency: "EUR",
    recipient: "Acme Inc\nJane Doe\nHauptstraße 42\n50667 Köln",
    calculate_from_net: true,
    customer_id,
  });
  const invoice_id = text(draft, "invoice_id");
  const line = { invoice_id, title: "Consulting — March 2026", quantity: 10, tax_rate: 19, single_net_amount: 150 };
  const lined = await call("add_item", line);
  expect(lined.structured).toMatchObject({ outcome: "done", invoice: { total: "1785.00", net_amount: "1500.00" } });
  const repeated = await call("add_item", line);
  expect(repeated.structured).toMatchObject({ outcome: "already_done", invoice: { total: "1785.00" } });

  const sent = await call("send_invoice", { invoice_id });
  expect(sent.structured).toMatchObject({ outcome: "done", invoice: { status: "sent", total: "1785.00" } });
  const paid = await call("mark_paid", { invoice_id });
  expect(paid.structured).toMatchObject({ outcome: "done", invoice: { status: "paid" } });
  const cancelled = await call("cancel_invoice", { invoice_id });
  expect(cancelled.structured).toMatchObject({ outcome: "done", invoice: { status: "void" } });
  expect(client.shown).toHaveLength(3);
  for (const message of client.shown) expect(message).toMatch(/1[.,]785[.,]00/);
  return { customer_id, invoice_id };
}

function text(answer: CallResult, ...path: readonly string[]): string {
  let value: unknown = answer.structured;
  for (const key of path) value = isJsonObject(value) ? value[key] : undefined;
  if (typeof value !== "string") throw new Error(`no ${path.join(".")}: ${answer.text}`);
  return value;
}
