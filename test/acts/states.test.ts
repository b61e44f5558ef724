import { describe, expect, it } from "vitest";
import type { ActContext } from "../../src/acts/act.ts";
import { cancelInvoice } from "../../src/acts/cancel-invoice.ts";
import { changeRecipient } from "../../src/acts/change-recipient.ts";
import type { InvoicesApi } from "../../src/api/port.ts";
import type { Invoice } from "../../src/domain/invoice.ts";
import { WrongStateError } from "../../src/errors.ts";
import { prepared as preparing } from "../harness/acts.ts";
import { Random } from "../journal/random.ts";
import { VirtualClock } from "../journal/virtual-clock.ts";
import { World } from "../journal/world.ts";

function stage() {
  const clock = new VirtualClock();
  const world = new World(clock, new Random(1), { faults: 0, readFaults: 0, lateMs: 1, lagMs: 0 });
  const customer = world.seedCustomer("a@example.com");
  const other = world.seedCustomer("b@example.com");
  const draft = world.seedInvoice(customer, "draft", "Seeded");
  const open = world.seedInvoice(customer, "sent", "Seeded");
  const twin = world.seedInvoice(customer, "sent", "Seeded");
  const api = world.api(() => true);
  const context = (change: Partial<InvoicesApi> = {}): ActContext => ({
    api: { ...api, ...change },
    now: clock.now(),
    isTaken: () => Promise.resolve(false),
  });
  /** `listInvoices` with some fields of each invoice replaced. */
  const listed = (fields: (invoice: Invoice) => Partial<Invoice>): Partial<InvoicesApi> => ({
    listInvoices: async (query) => {
      const page = await api.listInvoices(query);
      return { ...page, items: page.items.map((invoice) => ({ ...invoice, ...fields(invoice) })) };
    },
  });
  return { clock, api, customer, other, draft, open, twin, context, listed };
}

describe("cancel, before anything is sent", () => {
  it("refuses a draft and says what can be done", async () => {
    const { clock, draft, context } = stage();
    const prepared = clock.run(preparing(cancelInvoice, { invoice_id: draft }, context()));
    await expect(prepared).rejects.toThrow(WrongStateError);
    await expect(prepared).rejects.toMatchObject({ message: expect.stringContaining("draft"), effect: "none" });
  });

  it("finds a void invoice cancelled, with its credit note", async () => {
    const { clock, api, open, context } = stage();
    await clock.run(api.cancelInvoice(open));
    const prepared = await clock.run(preparing(cancelInvoice, { invoice_id: open }, context()));
    expect(prepared).toMatchObject({
      state: "already",
      result: {
        invoice_id: open,
        credit_note_id: expect.any(String),
        credit_note_number: expect.stringMatching(/^R-/),
      },
    });
  });
});

describe("cancel, while it is read what became of it", () => {
  it("does not take the credit note of another invoice over the same amount for its own", async () => {
    const { clock, api, open, twin, context, listed } = stage();
    const prepared = await clock.run(preparing(cancelInvoice, { invoice_id: open }, context()));
    if (prepared.state !== "go") throw new Error(prepared.state);
    await clock.run(api.cancelInvoice(twin));
    const referenced = listed(({ is_cancellation }) =>
      is_cancellation ? { reference: { type: "invoices", id: twin } } : {},
    );
    const read = cancelInvoice.reconcile({ invoice_id: open }, prepared.before, context(referenced), false);
    expect(await clock.run(read)).toMatchObject({ is: "not_done" });
    // Without a reference the amount alone cannot tell them apart: never taken for "not done".
    const unreferenced = cancelInvoice.reconcile({ invoice_id: open }, prepared.before, context(), false);
    expect(await clock.run(unreferenced)).toMatchObject({ is: "ambiguous" });
  });
});

describe("cancel, when the list could not be searched whole before", () => {
  it("is never concluded as not done from a list without a credit note", async () => {
    const { clock, open, context } = stage();
    const prepared = await clock.run(preparing(cancelInvoice, { invoice_id: open }, context()));
    if (prepared.state !== "go") throw new Error(prepared.state);
    const before = { ...prepared.before, partial: true as const };
    const read = cancelInvoice.reconcile({ invoice_id: open }, before, context(), false);
    expect(await clock.run(read)).toMatchObject({ is: "ambiguous", candidates: [open] });
  });
});

describe("change of recipient, before anything is sent", () => {
  it.each([
    ["a draft", "draft"],
    ["a void invoice without a copy", "void"],
  ] as const)("refuses %s", async (_name, status) => {
    const { clock, api, open, other, context } = stage();
    const bent = context({
      getInvoice: async (id) => ({ ...(await api.getInvoice(id)), status, status_word: status }),
    });
    const prepared = clock.run(preparing(changeRecipient, { invoice_id: open, customer_id: other }, bent));
    await expect(prepared).rejects.toMatchObject({ message: expect.stringContaining(status), effect: "none" });
  });

  it("refuses the customer it has", async () => {
    const { clock, open, customer, context } = stage();
    const prepared = clock.run(preparing(changeRecipient, { invoice_id: open, customer_id: customer }, context()));
    await expect(prepared).rejects.toBeInstanceOf(WrongStateError);
  });

  it("goes on with a sent invoice even when an equal one of the new customer exists", async () => {
    const { clock, api, open, twin, other, context } = stage();
    await clock.run(api.changeRecipient(twin, other));
    const prepared = await clock.run(preparing(changeRecipient, { invoice_id: open, customer_id: other }, context()));
    expect(prepared.state).toBe("go");
  });

  it("finds a void invoice with one copy transferred", async () => {
    const { clock, api, open, other, context } = stage();
    await clock.run(api.changeRecipient(open, other));
    const prepared = await clock.run(preparing(changeRecipient, { invoice_id: open, customer_id: other }, context()));
    expect(prepared).toMatchObject({
      state: "already",
      result: { copy_id: expect.any(String), copy_status: "sent", copy_number: expect.stringMatching(/^R-/) },
    });
  });
});
