import { describe, expect, it } from "vitest";
import type { ActContext } from "../../src/acts/act.ts";
import { cancelInvoice } from "../../src/acts/cancel-invoice.ts";
import { changeRecipient } from "../../src/acts/change-recipient.ts";
import { markPaid } from "../../src/acts/mark-paid.ts";
import { sendInvoice } from "../../src/acts/send-invoice.ts";
import type { InvoicesApi } from "../../src/api/port.ts";
import type { Invoice } from "../../src/domain/invoice.ts";
import { decimal } from "../../src/domain/money.ts";
import { NotFoundError, WrongStateError } from "../../src/errors.ts";
import { prepared as preparing } from "../harness/acts.ts";
import { Random } from "../journal/random.ts";
import { VirtualClock } from "../journal/virtual-clock.ts";
import { World } from "../journal/world.ts";

/** The API at rest, with one answer bent to what a partial act would leave. */
function stage() {
  const clock = new VirtualClock();
  const world = new World(clock, new Random(1), { faults: 0, readFaults: 0, lateMs: 1, lagMs: 0 });
  const customer = world.seedCustomer("a@example.com");
  const other = world.seedCustomer("b@example.com");
  const draft = world.seedInvoice(customer, "draft", "Seeded");
  const open = world.seedInvoice(customer, "sent", "Seeded");
  const api = world.api(() => true);
  const context = (change: Partial<InvoicesApi> = {}): ActContext => ({
    api: { ...api, ...change },
    now: clock.now(),
    isTaken: () => Promise.resolve(false),
  });
  /** `getInvoice` with some fields replaced. */
  const bent = (fields: Partial<Invoice>): Partial<InvoicesApi> => ({
    getInvoice: async (id) => ({ ...(await api.getInvoice(id)), ...fields }),
  });
  return { clock, api, customer, other, draft, open, context, bent };
}

const voided = { status: "void" as const, status_word: "void" };
const live = { status: "sent" as const, status_word: "sent" };

describe("cancel: void and exactly one credit note", () => {
  it.each([
    ["void, no credit note", 0, voided, "no credit note was found"],
    ["two credit notes", 2, voided, "2 credit notes"],
    ["a credit note, but not void", 1, live, "not void"],
  ])("%s: for a person", async (_name, times, state, why) => {
    const { clock, api, open, context, bent } = stage();
    const prepared = await clock.run(preparing(cancelInvoice, { invoice_id: open }, context()));
    if (prepared.state !== "go") throw new Error(prepared.state);
    for (let time = 0; time < times; time += 1) await clock.run(api.cancelInvoice(open));
    const read = cancelInvoice.reconcile({ invoice_id: open }, prepared.before, context(bent(state)), false);
    expect(await clock.run(read)).toMatchObject({ is: "ambiguous", why: expect.stringContaining(why) });
  });

  it("names the credit note when it was done", async () => {
    const { clock, api, open, context } = stage();
    const prepared = await clock.run(preparing(cancelInvoice, { invoice_id: open }, context()));
    if (prepared.state !== "go") throw new Error(prepared.state);
    await clock.run(api.cancelInvoice(open));
    const read = cancelInvoice.reconcile({ invoice_id: open }, prepared.before, context(), false);
    expect(await clock.run(read)).toMatchObject({
      is: "done",
      result: { credit_note_number: expect.stringMatching(/^R-/) },
    });
  });
});

describe("change of recipient: void and exactly one copy", () => {
  it.each([
    ["void, no copy", 0, voided, "nobody is billed"],
    ["a copy, but not void", 1, live, "both are billed"],
    ["two copies", 2, voided, "billed twice"],
  ])("%s: for a person", async (_name, times, state, why) => {
    const { clock, api, open, other, context, bent } = stage();
    const args = { invoice_id: open, customer_id: other };
    const prepared = await clock.run(preparing(changeRecipient, args, context()));
    if (prepared.state !== "go") throw new Error(prepared.state);
    for (let time = 0; time < times; time += 1) await clock.run(api.changeRecipient(open, other));
    const read = changeRecipient.reconcile(args, prepared.before, context(bent(state)), false);
    expect(await clock.run(read)).toMatchObject({ is: "ambiguous", why: expect.stringContaining(why) });
  });
});

describe("send", () => {
  it.each([
    ["total", { total: decimal("1.19") }],
    ["recipient", { recipient: "Somebody else" }],
    ["customer", { customer_id: "cus-9" }],
    ["currency", { currency: "USD" }],
    ["lines", { items: [] }],
  ] as const)("with another %s than right before is a mismatch", async (name, fields) => {
    const { clock, api, draft, context, bent } = stage();
    const before = await clock.run(preparing(sendInvoice, { invoice_id: draft }, context(bent({ recipient: "A" }))));
    if (before.state !== "go") throw new Error(before.state);
    await clock.run(api.sendInvoice(draft));
    const after = context(bent({ recipient: "A", ...fields }));
    const verdict = await clock.run(sendInvoice.reconcile({ invoice_id: draft }, before.before, after, true));
    expect(verdict).toMatchObject({ is: "mismatch", why: expect.stringContaining(name) });
  });

  it.each([
    ["new@example.com", "mismatch"],
    ["A@example.com ", "done"],
    [null, "done"],
  ])("with the customer's e-mail read as %s afterwards is %s", async (email, is) => {
    const { clock, api, customer, draft, context, bent } = stage();
    const reader = (address: string | null) => context(bent({ customer: { id: customer, name: "A", email: address } }));
    const before = await clock.run(preparing(sendInvoice, { invoice_id: draft }, reader("a@example.com")));
    if (before.state !== "go") throw new Error(before.state);
    await clock.run(api.sendInvoice(draft));
    const verdict = await clock.run(sendInvoice.reconcile({ invoice_id: draft }, before.before, reader(email), true));
    expect(verdict).toMatchObject({
      is,
      ...(is === "mismatch"
        ? { why: expect.stringContaining("the customer's e-mail changed around the sending") }
        : {}),
    });
  });

  it.each([
    ["no lines", { items: [] }],
    ["a void document", voided],
    ["a credit note", { is_cancellation: true }],
    ["nobody to send to", { customer_id: null, recipient: " " }],
  ])("refuses %s before anything is sent", async (_name, fields) => {
    const { clock, draft, context, bent } = stage();
    const prepared = clock.run(preparing(sendInvoice, { invoice_id: draft }, context(bent(fields))));
    await expect(prepared).rejects.toBeInstanceOf(WrongStateError);
  });
});

describe("mark paid", () => {
  it.each([
    ["a quote", { is_quote: true }],
    ["a credit note", { is_cancellation: true }],
    ["a credit", { is_credit: true }],
    ["a draft", { status: "draft" as const, status_word: "draft" }],
  ])("refuses %s before anything is sent", async (_name, fields) => {
    const { clock, open, context, bent } = stage();
    const prepared = clock.run(
      preparing(markPaid, { invoice_id: open, send_notification: false }, context(bent(fields))),
    );
    await expect(prepared).rejects.toMatchObject({ effect: "none", code: "wrong_state" });
  });
});

describe("a document that is gone", () => {
  it("proves neither outcome", async () => {
    const { clock, open, draft, context } = stage();
    const gone = context({ getInvoice: () => Promise.reject(new NotFoundError("gone")) });
    const paid = await clock.run(
      markPaid.reconcile({ invoice_id: open, send_notification: false }, { status: "sent" }, gone, false),
    );
    const sending = await clock.run(preparing(sendInvoice, { invoice_id: draft }, context()));
    if (sending.state !== "go") throw new Error(sending.state);
    const sent = await clock.run(sendInvoice.reconcile({ invoice_id: draft }, sending.before, gone, false));
    expect([paid.is, sent.is]).toEqual(["ambiguous", "ambiguous"]);
  });
});

describe("cancel: a quote", () => {
  it("that is void without a credit note is done: it billed nobody", async () => {
    const { clock, open, context, bent } = stage();
    const quote = { ...bent({ is_quote: true }) };
    const prepared = await clock.run(preparing(cancelInvoice, { invoice_id: open }, context(quote)));
    if (prepared.state !== "go") throw new Error(prepared.state);
    const read = cancelInvoice.reconcile(
      { invoice_id: open },
      prepared.before,
      context(bent({ is_quote: true, ...voided })),
      false,
    );
    expect(await clock.run(read)).toMatchObject({ is: "done", result: { credit_note_id: null } });
  });
});
