import { describe, expect, it } from "vitest";
import type { ActContext } from "../../src/acts/act.ts";
import { ACT_KINDS, ACTS, type ActKind } from "../../src/acts/index.ts";
import { sameText } from "../../src/acts/text.ts";
import { updateInvoice } from "../../src/acts/update-invoice.ts";
import type { InvoicesApi, WriteEvidence } from "../../src/api/port.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { decimal } from "../../src/domain/money.ts";
import { UnavailableError } from "../../src/errors.ts";
import { Random } from "../journal/random.ts";
import { VirtualClock } from "../journal/virtual-clock.ts";
import { World } from "../journal/world.ts";

/** Every operation with every field it knows, and the result that the API's answer gives. */
const COMPLETE: Readonly<Record<ActKind, { readonly args: JsonObject; readonly before: JsonObject }>> = {
  create_customer: {
    args: {
      email: "a@example.com",
      locale: "de",
      given_name: "A",
      family_name: "B",
      company: "C",
      mobile: "+49 1",
    },
    before: {},
  },
  create_address: {
    args: { customer_id: "c", name: "N", street_address: "S 1", zip_code: "1", city: "C", country_code: "DE" },
    before: { address_id: null },
  },
  create_invoice: {
    args: {
      currency: "EUR",
      calculate_from_net: true,
      customer_id: "c",
      reference: { type: "orders", id: "o" },
      recipient: "R",
      invoicing_party: "P",
      issued_at: "2026-04-01",
      due_date: "2026-04-15",
      notes: "N",
      vat_number: "DE1",
      is_quote: false,
      number: "R-1",
    },
    before: { ids: [], newest: null },
  },
  update_invoice: {
    args: {
      invoice_id: "i",
      changes: {
        currency: "EUR",
        customer_id: "c",
        recipient: "R",
        invoicing_party: "P",
        issued_at: "2026-04-01",
        due_date: "2026-04-15",
        notes: "N",
        vat_number: "DE1",
        number: "R-1",
      },
    },
    before: { values: {} },
  },
  add_item: {
    args: { invoice_id: "i", title: "T", subtitle: "S", quantity: 2, tax_rate: "19", amount: "1.5" },
    before: { item_ids: [], calculate_from_net: true },
  },
  update_customer: {
    args: {
      customer_id: "c",
      changes: {
        email: "b@example.com",
        locale: "en",
        given_name: "A",
        family_name: "B",
        company: "C",
        mobile: "+49 1",
      },
    },
    before: { values: {} },
  },
  update_item: {
    args: {
      invoice_id: "i",
      item_id: "l",
      changes: { title: "T", subtitle: "S", quantity: 2, tax_rate: "19", amount: "1.5" },
    },
    before: {
      line: { title: "T", subtitle: "", quantity: "1", tax_rate: "7", net: "1", gross: null },
      calculate_from_net: true,
    },
  },
  remove_item: { args: { invoice_id: "i", item_id: "l" }, before: {} },
  delete_draft: {
    args: { invoice_id: "i" },
    before: { total: "1", currency: "EUR", lines: 1, customer_id: "c", created_at: null },
  },
  send_invoice: {
    args: { invoice_id: "i" },
    before: {
      currency: "EUR",
      total: "1",
      customer_id: "c",
      recipient: "R",
      calculate_from_net: true,
      lines: [{ title: "T", subtitle: "S", quantity: "1", tax_rate: "19", net: "1", gross: null }],
    },
  },
  mark_paid: { args: { invoice_id: "i", send_notification: true }, before: { status: "sent" } },
  cancel_invoice: { args: { invoice_id: "i" }, before: { ids: [], newest: null, customer_id: "c", total: "1" } },
  change_recipient: {
    args: { invoice_id: "i", customer_id: "d" },
    before: { ids: [], newest: null, customer_id: "d", currency: "EUR", calculate_from_net: true, lines: [] },
  },
};

/** An API that takes every write down and answers each alike. */
function recorder(answer: WriteEvidence<{ readonly id: string }>) {
  const seen: unknown[] = [];
  const write = (...args: readonly unknown[]) => {
    seen.push(args.slice(0, -1));
    return Promise.resolve(answer);
  };
  const nothing = (...args: readonly unknown[]) => {
    seen.push(args.slice(0, -1));
    return Promise.resolve(answer.kind === "applied" ? { ...answer, resource: null } : answer);
  };
  const calm = new World(new VirtualClock(), new Random(1), { faults: 0, readFaults: 0, lateMs: 1, lagMs: 0 });
  const api: InvoicesApi = {
    ...calm.api(() => true),
    createCustomer: write,
    createAddress: write,
    createInvoice: write,
    updateInvoice: async (...args) => {
      const evidence = await write(...args);
      if (evidence.kind !== "applied" || evidence.resource === null) {
        return evidence.kind === "applied" ? { ...evidence, resource: null } : evidence;
      }
      return { ...evidence, resource: { id: evidence.resource.id, invoice: null } };
    },
    updateCustomer: write,
    updateItem: write,
    removeItem: nothing,
    deleteInvoice: nothing,
    addItem: async (...args) => {
      const evidence = await write(...args);
      if (evidence.kind !== "applied" || evidence.resource === null) {
        return evidence.kind === "applied" ? { ...evidence, resource: null } : evidence;
      }
      return { ...evidence, resource: { id: evidence.resource.id, item: null } };
    },
    sendInvoice: nothing,
    markPaid: nothing,
    cancelInvoice: nothing,
    changeRecipient: nothing,
  };
  return { api, seen };
}

/** All texts and numbers in a value, at any depth, as text. */
function leaves(value: unknown): string[] {
  if (value === null || typeof value !== "object") return [String(value)];
  if ("toFixed" in value) return [String(value)];
  return Object.values(value).flatMap(leaves);
}

describe("what is asked for is what is sent, also after it was in the journal", () => {
  it.each(ACT_KINDS)("%s", async (kind) => {
    const { args, before } = COMPLETE[kind];
    const { schemas, dispatch } = ACTS[kind];
    const kept = {
      args: schemas.args.parse(JSON.parse(JSON.stringify(args))),
      before: schemas.before.parse(JSON.parse(JSON.stringify(before))),
    };
    expect(kept).toEqual({ args, before });
    const { api, seen } = recorder({ kind: "applied", resource: { id: "new" } });
    const evidence = await dispatch(kept.args, kept.before, api, {});
    expect(leaves(seen)).toEqual(expect.arrayContaining(leaves(args)));
    if (evidence.kind !== "applied") throw new Error(evidence.kind);
    if (evidence.resource !== null) expect(schemas.result.parse(evidence.resource)).toEqual(evidence.resource);
    const created = ["create_customer", "create_address", "create_invoice"].includes(kind);
    expect(leaves(evidence.resource).includes("new")).toBe(created);
  });

  it.each(ACT_KINDS)("%s: an answer other than yes is passed on as it is", async (kind) => {
    const { args, before } = COMPLETE[kind];
    const answer = { kind: "not_sent" as const, error: new UnavailableError("Down.") };
    expect(await ACTS[kind].dispatch(args, before, recorder(answer).api, {})).toBe(answer);
  });
});

describe("a person's verdict", () => {
  it.each(ACT_KINDS)("%s: is a complete result", (kind) => {
    const { args } = COMPLETE[kind];
    const stated = ACTS[kind].schemas.result.safeParse(ACTS[kind].stated(args, "made"));
    expect(stated.success).toBe(true);
  });
});

describe("a draft that was changed", () => {
  const wanted = { invoice_id: "", changes: { notes: "new", due_date: "2026-04-15" } };
  it.each([
    ["has the new values", { notes: "new", due_date: "2026-04-15" }, "done"],
    ["has the former values", { notes: "old", due_date: null }, "not_done"],
    ["has others", { notes: "theirs", due_date: null }, "ambiguous"],
    ["has one of the new values", { notes: "new", due_date: null }, "ambiguous"],
  ])("%s", async (_name, fields, is) => {
    const clock = new VirtualClock();
    const world = new World(clock, new Random(1), { faults: 0, readFaults: 0, lateMs: 1, lagMs: 0 });
    const draft = world.seedInvoice(world.seedCustomer("a@example.com"), "draft", "Seeded");
    const api = world.api(() => true);
    const context: ActContext = {
      api: { ...api, getInvoice: async (id) => ({ ...(await api.getInvoice(id)), ...fields }) },
      now: clock.now(),
      isTaken: () => Promise.resolve(false),
    };
    const former = { values: { notes: "old", due_date: null } };
    const read = updateInvoice.reconcile({ ...wanted, invoice_id: draft }, former, context, false);
    expect((await clock.run(read)).is).toBe(is);
  });
});

describe("a payment that was not recorded", () => {
  it("is a negative reading", async () => {
    const clock = new VirtualClock();
    const world = new World(clock, new Random(1), { faults: 0, readFaults: 0, lateMs: 1, lagMs: 0 });
    const open = world.seedInvoice(world.seedCustomer("a@example.com"), "sent", "Seeded");
    const context = { api: world.api(() => true), now: clock.now(), isTaken: () => Promise.resolve(false) };
    const args = { invoice_id: open, send_notification: false };
    const { reconcile } = ACTS.mark_paid;
    expect((await clock.run(reconcile(args, { status: "sent" }, context, false))).is).toBe("not_done");
  });
});

describe("a new draft", () => {
  it.each([
    ["issued_at", "2026-04-02"],
    ["due_date", "2026-04-16"],
    ["notes", "N"],
    ["currency", "USD"],
    ["vat_number", "DE2"],
  ])("with another %s is not taken for this one", async (field, value) => {
    const clock = new VirtualClock();
    const world = new World(clock, new Random(1), { faults: 0, readFaults: 0, lateMs: 1, lagMs: 0 });
    const customer = world.seedCustomer("a@example.com");
    const api = world.api(() => true);
    const given = {
      currency: "EUR",
      calculate_from_net: true,
      customer_id: customer,
      issued_at: "2026-04-01",
      due_date: "2026-04-15",
      notes: "first",
      vat_number: "DE1",
    };
    const shown = (fields: object): ActContext => ({
      api: {
        ...api,
        listInvoices: async (query) => {
          const page = await api.listInvoices(query);
          return { ...page, items: page.items.map((invoice) => ({ ...invoice, items: [], ...given, ...fields })) };
        },
      },
      now: clock.now(),
      isTaken: () => Promise.resolve(false),
    });
    world.seedInvoice(customer, "draft", "Seeded");
    const { reconcile } = ACTS.create_invoice;
    const before = { ids: [], newest: null };
    expect((await clock.run(reconcile(given, before, shown({}), false))).is).toBe("done");
    expect((await clock.run(reconcile(given, before, shown({ [field]: value }), false))).is).toBe("ambiguous");
  });
});

describe("texts that read the same", () => {
  it.each([
    [" a ", "a", true],
    ["a\r\nb", "a\nb", true],
    ["a \n b", "a\nb", true],
    ["\na\n", "a", true],
    ["é", "e\u0301", true],
    [null, "", true],
    ["a", "b", false],
    ["a b", "ab", false],
  ])("%j and %j: %s", (a, b, equal) => expect(sameText(a, b)).toBe(equal));
});

describe("amounts", () => {
  it("are sent as given, not as floating point numbers", async () => {
    const { api, seen } = recorder({ kind: "applied", resource: { id: "new" } });
    const args = { ...COMPLETE.add_item.args, amount: "0.1", tax_rate: "8.1" };
    await ACTS.add_item.dispatch(args, COMPLETE.add_item.before, api, {});
    expect(seen).toEqual([["i", expect.objectContaining({ amount: decimal("0.1"), tax_rate: decimal("8.1") }), true]]);
  });
});
