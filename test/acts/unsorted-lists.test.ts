import { describe, expect, it } from "vitest";
import type { ActContext } from "../../src/acts/act.ts";
import { cancelInvoice } from "../../src/acts/cancel-invoice.ts";
import { changeRecipient } from "../../src/acts/change-recipient.ts";
import { createInvoice } from "../../src/acts/create-invoice.ts";
import type { InvoiceQuery, InvoicesApi } from "../../src/api/port.ts";
import type { Invoice } from "../../src/domain/invoice.ts";
import { prepared as preparing } from "../harness/acts.ts";
import { Random } from "../journal/random.ts";
import { VirtualClock } from "../journal/virtual-clock.ts";
import { World } from "../journal/world.ts";

const SIZE = 30;

/** How a list may answer a wish for "newest first" that it does not fulfil. */
const ORDERS = {
  "refused, oldest first": { unapplied: ["sort"], keepsFilter: true },
  "ignored without a word, oldest first": { unapplied: [], keepsFilter: true },
  "refused, and the customer filter too": { unapplied: ["customer_id", "sort"], keepsFilter: false },
} as const;
type Order = keyof typeof ORDERS;

/** 70 older invoices of each of two customers, one a minute, and a list that shows the oldest first. */
async function stage(order: Order, lastPages = Number.POSITIVE_INFINITY) {
  const clock = new VirtualClock();
  const world = new World(clock, new Random(1), { faults: 0, readFaults: 0, lateMs: 1, lagMs: 0 });
  const customer = world.seedCustomer("a@example.com");
  const other = world.seedCustomer("b@example.com");
  const seeded: string[] = [];
  for (let count = 0; count < 70; count += 1) {
    seeded.push(world.seedInvoice(customer, "sent", `Seeded ${count}`));
    world.seedInvoice(other, "sent", `Other ${count}`);
    await clock.run(clock.sleep(60_000));
  }
  const api = world.api(() => true);
  let pages = 0;
  const listInvoices: InvoicesApi["listInvoices"] = async (query: InvoiceQuery) => {
    pages += 1;
    const { unapplied, keepsFilter } = ORDERS[order];
    const all: Invoice[] = [];
    for (let page = 1; ; page += 1) {
      const { customer_id, ...rest } = query;
      const found = await api.listInvoices({
        ...rest,
        ...(keepsFilter && customer_id !== undefined ? { customer_id } : {}),
        page,
      });
      all.push(...found.items);
      if (page >= (found.last_page ?? page)) break;
    }
    all.reverse();
    const number = query.page ?? 1;
    return {
      items: all.slice((number - 1) * SIZE, number * SIZE),
      page: number,
      last_page: Number.isFinite(lastPages) ? null : Math.ceil(all.length / SIZE),
      total: null,
      unapplied,
    };
  };
  const stuck: InvoicesApi["listInvoices"] = (query) => listInvoices({ ...query, page: 1 });
  const context: ActContext = {
    api: { ...api, listInvoices: Number.isFinite(lastPages) ? stuck : listInvoices },
    now: clock.now(),
    isTaken: () => Promise.resolve(false),
  };
  const [invoice = ""] = seeded;
  return { clock, api, customer, other, invoice, context, pages: () => pages };
}

const draft = (customer_id: string) => ({ currency: "EUR", calculate_from_net: true, customer_id, notes: "new" });

describe.each(Object.keys(ORDERS).filter((name): name is Order => name in ORDERS))(
  "a list order that is %s",
  (order) => {
    it("still shows the draft that was made, and that none was", async () => {
      const { clock, api, customer, context } = await stage(order);
      const prepared = await clock.run(preparing(createInvoice, draft(customer), context));
      if (prepared.state !== "go") throw new Error(prepared.state);
      const read = () => clock.run(createInvoice.reconcile(draft(customer), prepared.before, context, false));
      expect(await read()).toEqual({ is: "not_done" });
      await clock.run(api.createInvoice(draft(customer)));
      expect(await read()).toEqual({ is: "done", result: { invoice_id: expect.any(String) } });
    });

    it("does not take an older equal draft for the new one", async () => {
      const { clock, api, customer, context } = await stage(order);
      await clock.run(api.createInvoice(draft(customer)));
      await clock.run(clock.sleep(60_000));
      const prepared = await clock.run(preparing(createInvoice, draft(customer), context));
      if (prepared.state !== "go") throw new Error(prepared.state);
      const read = createInvoice.reconcile(draft(customer), prepared.before, context, false);
      expect(await clock.run(read)).toEqual({ is: "not_done" });
    });

    it("still shows the credit note and the copy", async () => {
      const { clock, api, other, invoice, context } = await stage(order);
      const cancelling = await clock.run(preparing(cancelInvoice, { invoice_id: invoice }, context));
      if (cancelling.state !== "go") throw new Error(cancelling.state);
      await clock.run(api.cancelInvoice(invoice));
      const cancelled = cancelInvoice.reconcile({ invoice_id: invoice }, cancelling.before, context, true);
      expect(await clock.run(cancelled)).toMatchObject({
        is: "done",
        result: { credit_note_number: expect.any(String) },
      });
      expect(await clock.run(preparing(cancelInvoice, { invoice_id: invoice }, context))).toMatchObject({
        state: "already",
        result: { credit_note_number: expect.any(String) },
      });

      const second = await stage(order);
      const args = { invoice_id: second.invoice, customer_id: second.other };
      const moving = await second.clock.run(preparing(changeRecipient, args, second.context));
      if (moving.state !== "go") throw new Error(moving.state);
      await second.clock.run(second.api.changeRecipient(second.invoice, other));
      const moved = changeRecipient.reconcile(args, moving.before, second.context, true);
      expect(await second.clock.run(moved)).toMatchObject({ is: "done", result: { copy_number: expect.any(String) } });
    });
  },
);

describe("a list that cannot be read to its end", () => {
  it("never proves that nothing was made, nor that nobody is billed", async () => {
    const { clock, api, customer, other, invoice, context } = await stage("refused, oldest first", 1);
    const creating = await clock.run(preparing(createInvoice, draft(customer), context));
    const args = { invoice_id: invoice, customer_id: other };
    const moving = await clock.run(preparing(changeRecipient, args, context));
    const cancelling = await clock.run(preparing(cancelInvoice, { invoice_id: invoice }, context));
    if (creating.state !== "go" || moving.state !== "go" || cancelling.state !== "go") throw new Error("not ready");
    const made = createInvoice.reconcile(draft(customer), creating.before, context, false);
    expect(await clock.run(made)).toMatchObject({ is: "ambiguous", blind: true });
    const moved = changeRecipient.reconcile(args, moving.before, context, false);
    expect(await clock.run(moved)).toMatchObject({ is: "ambiguous", blind: true });
    const voided = cancelInvoice.reconcile({ invoice_id: invoice }, cancelling.before, context, false);
    expect(await clock.run(voided)).toMatchObject({ is: "ambiguous", blind: true });
    await clock.run(api.changeRecipient(invoice, other));
    const lost = await clock.run(changeRecipient.reconcile(args, moving.before, context, false));
    expect(lost).toMatchObject({ is: "ambiguous", why: expect.stringContaining("cannot be read") });
    expect(JSON.stringify(lost)).not.toMatch(/nobody is billed|"blind"/);
    // The API's own 2xx and the void invoice prove it; only the new document's id is missing.
    const confirmed = changeRecipient.reconcile(args, moving.before, context, true);
    expect(await clock.run(confirmed)).toMatchObject({ is: "done", result: { copy_id: null } });
    const credited = cancelInvoice.reconcile({ invoice_id: invoice }, cancelling.before, context, true);
    expect(await clock.run(credited)).toMatchObject({ is: "done", result: { credit_note_id: null } });
  });
});

describe("a list that is sorted", () => {
  it("is read one page far", async () => {
    const { clock, api, customer, context, pages } = await stage("refused, oldest first");
    let asked = 0;
    const sorted: ActContext = {
      ...context,
      api: {
        ...api,
        listInvoices: (query) => {
          asked += 1;
          return api.listInvoices(query);
        },
      },
    };
    const prepared = await clock.run(preparing(createInvoice, draft(customer), sorted));
    if (prepared.state !== "go") throw new Error(prepared.state);
    await clock.run(createInvoice.reconcile(draft(customer), prepared.before, sorted, false));
    expect([asked, pages()]).toEqual([2, 0]);
  });
});
