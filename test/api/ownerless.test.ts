import { afterEach, describe, expect, it } from "vitest";
import type { ActContext } from "../../src/acts/act.ts";
import { createInvoice } from "../../src/acts/create-invoice.ts";
import { sendInvoice } from "../../src/acts/send-invoice.ts";
import { updateInvoice } from "../../src/acts/update-invoice.ts";
import { createHttpApi } from "../../src/api/http.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { prepared as preparing } from "../harness/acts.ts";
import { type CannedServer, startCannedServer } from "./canned-server.ts";

let server: CannedServer | null = null;
afterEach(() => server?.close());

/** An API that names relationships without data, and grants `include=customer` alone, or not at all. */
async function contextOf(grants: "alone" | "never"): Promise<ActContext> {
  let draft = false;
  server = await startCannedServer((request, response) => {
    const url = new URL(request.url ?? "", "http://x");
    const include = url.searchParams.get("include")?.split(",") ?? [];
    const reply = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/vnd.api+json" }).end(JSON.stringify(body));
    const isGranted = grants === "alone" && include.length === 1;
    if (include.some((name) => name !== "items") && !isGranted) {
      reply(400, { errors: [{ status: "400", source: { parameter: "include" } }] });
      return;
    }
    const invoice = {
      type: "invoices",
      id: "7",
      attributes: {
        status: "draft",
        currency: "EUR",
        total: 0,
        recipient: "Acme",
        calculate_from_net: true,
        notes: "n",
      },
      relationships: {
        customer: isGranted
          ? { data: { type: "customers", id: "42" } }
          : { links: { related: "/invoices/7/customer" } },
        items: { data: [] },
      },
    };
    const included = isGranted ? [{ type: "customers", id: "42", attributes: { email: "a@example.com" } }] : [];
    if (url.pathname.endsWith("/7")) reply(200, { data: invoice, included });
    else {
      reply(200, { data: draft ? [invoice] : [], meta: { page: { "current-page": 1, "last-page": 1 } } });
      draft = true;
    }
  });
  const api = createHttpApi({
    base_url: server.url,
    token: "token-for-tests",
    organization_id: "1",
    clock: systemClock,
    user_agent: "test",
  });
  return { api, now: 0, isTaken: () => Promise.resolve(false) };
}

describe("an API that does not say whose an invoice is", () => {
  it("is asked for the customer alone", async () => {
    const { api } = await contextOf("alone");
    const invoice = await api.getInvoice("7");
    expect(invoice).toMatchObject({ customer_id: "42", customer: { id: "42", email: "a@example.com" } });
    expect(invoice.customer_unknown).toBeUndefined();
  });

  it("is not taken to say that there is none, and is asked in vain only once", async () => {
    const { api } = await contextOf("never");
    expect(await api.getInvoice("7")).toMatchObject({ customer_id: null, customer_unknown: true });
    const asked = server?.requests.length ?? 0;
    await api.getInvoice("7");
    expect(server?.requests.length).toBe(asked + 1);
  });

  it("sends nothing, and proves nothing about a draft's customer", async () => {
    const context = await contextOf("never");
    await expect(preparing(sendInvoice, { invoice_id: "7" }, context)).rejects.toMatchObject({
      code: "unreadable_answer",
      effect: "none",
      message: expect.stringContaining("does not say whose"),
    });
    const changes = { customer_id: "43" };
    const update = await preparing(updateInvoice, { invoice_id: "7", changes }, context);
    if (update.state !== "go") throw new Error(update.state);
    expect(await updateInvoice.reconcile({ invoice_id: "7", changes }, update.before, context, false)).toMatchObject({
      is: "ambiguous",
      blind: true,
    });
    const wanted = { currency: "EUR", calculate_from_net: true, customer_id: "42", notes: "n" };
    const creating = await preparing(createInvoice, wanted, context);
    if (creating.state !== "go") throw new Error(creating.state);
    expect(await createInvoice.reconcile(wanted, creating.before, context, false)).toMatchObject({
      is: "ambiguous",
      candidates: ["7"],
      why: expect.stringContaining("does not say whose"),
    });
  });
});
