import { describe, expect, it, vi } from "vitest";
import { addItem } from "../../src/acts/add-item.ts";
import { cancelInvoice } from "../../src/acts/cancel-invoice.ts";
import { createInvoice } from "../../src/acts/create-invoice.ts";
import { approvalSubject, verdictSubject } from "../../src/acts/index.ts";
import { sendInvoice } from "../../src/acts/send-invoice.ts";
import type { InvoicesApi, WriteEvidence } from "../../src/api/port.ts";
import { decimal } from "../../src/domain/money.ts";
import { JournalError, NotFoundError, RateLimitedError, RejectedError, UnavailableError } from "../../src/errors.ts";
import { placeIn } from "../harness/approvals.ts";
import { approvedSend, bench, lost } from "./bench.ts";

const refused = (): WriteEvidence<never> => ({ kind: "rejected", status: 422, error: new RejectedError("Refused.") });
/** The API does it, and says that it did not. */
const doneButRefused = (api: InvoicesApi): Partial<InvoicesApi> => ({
  addItem: async (...args) => {
    await api.addItem(...args);
    return refused();
  },
});

describe("a rejection", () => {
  it("does not stand when a reading shows that it was done", async () => {
    const { clock, journal, line, store } = bench();
    const ended = await clock.run(journal(doneButRefused).perform(addItem, line(), {}));
    expect(ended.outcome).toBe("already_done");
    expect(await store.operations.list(placeIn("org"), { limit: 2 })).toMatchObject([{ state: "done" }]);
  });

  it("is checked again a little later when the API cannot be read at once", async () => {
    const { clock, journal, line } = bench();
    let unreadable = Number.POSITIVE_INFINITY;
    const api = journal((calm) => ({
      addItem: async (...args) => {
        await calm.addItem(...args);
        unreadable = clock.now() + 800;
        return refused();
      },
      getInvoice: async (...args) => {
        if (unreadable < Number.POSITIVE_INFINITY && clock.now() < unreadable) throw new UnavailableError("Down.");
        return calm.getInvoice(...args);
      },
    }));
    expect((await clock.run(api.perform(addItem, line(), {}))).outcome).toBe("already_done");
  });

  it("with a half-done act behind it is for a person, recorded as such", async () => {
    const it = bench();
    const args = { invoice_id: it.open };
    const half = it.journal((api) => ({
      cancelInvoice: () => Promise.resolve(refused()),
      getInvoice: async (id) => ({
        ...(await api.getInvoice(id)),
        ...((await it.store.operations.open(placeIn("org"))).length > 0
          ? { status: "void" as const, status_word: "void" }
          : {}),
      }),
    }));
    const approval = await it.approve("cancel_invoice", approvalSubject(cancelInvoice, args));
    const first = await it.clock.run(half.perform(cancelInvoice, args, { approval }));
    expect(first.outcome).toBe("unknown");
    expect(await it.store.operations.open(placeIn("org"))).toMatchObject([{ state: "unknown", candidates: [it.open] }]);
    await it.clock.run(it.clock.sleep(120_000));
    const again = await it.approve("cancel_invoice", approvalSubject(cancelInvoice, args));
    const later = await it.clock.run(half.perform(cancelInvoice, args, { approval: again }));
    expect(later).toMatchObject({ outcome: "ambiguous", result: null, operation: { candidates: [it.open] } });
  });
});

describe("a call under way", () => {
  it("is waited for by whoever asks whether it was made before", async () => {
    const { clock, journal, line } = bench();
    const one = journal();
    const [first, asked] = await clock.run(
      Promise.all([one.perform(addItem, line(), {}), one.recall(addItem, line(), {})]),
    );
    expect([first.outcome, asked?.outcome]).toEqual(["done", "already_done"]);
  });
});

describe("a busy API that names no time", () => {
  it("is asked again after a second", async () => {
    const { clock, journal, line } = bench();
    const asked: number[] = [];
    const busy = journal((api) => ({
      addItem: (...args) => {
        asked.push(clock.now());
        const error = new RateLimitedError("busy");
        return asked.length === 1 ? Promise.resolve({ kind: "rejected", status: 429, error }) : api.addItem(...args);
      },
    }));
    expect((await clock.run(busy.perform(addItem, line(), {}))).outcome).toBe("done");
    expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThanOrEqual(1000);
  });
});

describe("a request that fails in our own code", () => {
  it("may have left: its end is read, not assumed", async () => {
    const { clock, journal, line } = bench();
    const broken = journal((api) => ({
      addItem: async (...args) => {
        await api.addItem(...args);
        throw new TypeError("a defect");
      },
    }));
    expect((await clock.run(broken.perform(addItem, line(), {}))).outcome).toBe("done");
  });
});

describe("what stays unknown", () => {
  it("is recorded once, however often it is read", async () => {
    const { clock, journal, line, store } = bench();
    const ended = await clock.run(journal(() => ({ addItem: lost })).perform(addItem, line(), {}));
    expect(ended.outcome).toBe("unknown");
    await clock.run(journal().recover());
    expect((await store.audit.page(0, 20)).map(({ event }) => event)).toEqual(["dispatched", "read"]);
  });

  it("is read in the background until it is known, and nothing is sent", async () => {
    const { clock, journal, line, store, world } = bench();
    const one = journal(() => ({ addItem: lost }), { background: true });
    expect((await clock.run(one.perform(addItem, line(), {}))).outcome).toBe("unknown");
    await clock.run(clock.sleep(200_000));
    expect(await store.operations.list(placeIn("org"), { limit: 1 })).toMatchObject([{ state: "not_done" }]);
    expect(world.writes).toBe(0);
    await clock.run(one.close());
  });

  it("is read in the background when it was done and the journal was out of reach for a while", async () => {
    const { clock, journal, line, store } = bench();
    const one = journal(() => ({}), { background: true });
    const away = () => Promise.reject(new JournalError("Away."));
    vi.spyOn(store.operations, "transition").mockImplementationOnce(away);
    const open = vi.spyOn(store.operations, "open").mockImplementationOnce(away);
    expect((await clock.run(one.perform(addItem, line(), {}))).outcome).toBe("done");
    expect(await store.operations.list(placeIn("org"), { limit: 1 })).toMatchObject([{ state: "dispatching" }]);
    await clock.run(clock.sleep(100_000));
    expect(open.mock.calls.length).toBeGreaterThan(1);
    expect(await store.operations.list(placeIn("org"), { limit: 1 })).toMatchObject([{ state: "done" }]);
    await clock.run(one.close());
  });

  it("is left alone in the background where that is not wanted", async () => {
    const { clock, journal, line, store } = bench();
    await clock.run(journal(() => ({ addItem: lost })).perform(addItem, line(), {}));
    await clock.run(clock.sleep(200_000));
    expect(await store.operations.open(placeIn("org"))).toHaveLength(1);
  });

  it("stays unknown while no two readings agree", async () => {
    const { clock, journal, line, store, draft } = bench();
    const open = await clock.run(journal(() => ({ addItem: lost })).perform(addItem, line(), {}));
    await clock.run(clock.sleep(120_000));
    let lines = 1;
    const growing = journal((api) => ({
      getInvoice: async (id) => {
        const invoice = await api.getInvoice(id);
        const [seeded] = invoice.items ?? [];
        if (seeded === undefined) throw new Error("no line");
        lines += 1;
        const wanted = { title: "A", quantity: decimal(2), tax_rate: decimal(19), single_net_amount: decimal("12.5") };
        const more = Array.from({ length: lines }, (_, at) => ({ ...seeded, ...wanted, id: `new-${at}` }));
        return { ...invoice, items: [seeded, ...more] };
      },
    }));
    const settled = await clock.run(growing.settle(open.operation?.id ?? ""));
    expect(lines).toBeGreaterThan(3);
    expect(settled).toMatchObject({ state: "unknown", subject: { id: draft } });
    expect(await store.operations.open(placeIn("org"))).toHaveLength(1);
  });

  it("belongs to the process that took it over", async () => {
    const { clock, journal, line, store } = bench();
    const dead = journal(() => ({ addItem: lost }), {
      owner: "dead",
      onPoint: (point) => (point === "answered" ? new Promise(() => undefined) : undefined),
    });
    void dead.perform(addItem, line(), {});
    await clock.run(clock.sleep(5000));
    await clock.run(journal().recover());
    expect(await store.operations.open(placeIn("org"))).toMatchObject([{ state: "unknown", owner: "me" }]);
  });
});

describe("a person's verdict", () => {
  it("ends the operation, and what was said about people leaves the journal", async () => {
    const { clock, journal, customer, approve, store } = bench();
    const args = { currency: "EUR", calculate_from_net: true, customer_id: customer, notes: "for Jane Doe" };
    const silent = journal(() => ({ createInvoice: lost }));
    const open = await clock.run(silent.perform(createInvoice, args, {}));
    const id = open.operation?.id ?? "";
    expect(JSON.stringify(await store.operations.get(placeIn("org"), id))).toContain("Jane");
    const verdict = { is: "not_done" as const };
    const approval = await approve("resolve_operation", verdictSubject(id, verdict));
    expect(await clock.run(silent.resolve(id, verdict, approval))).toMatchObject({ state: "not_done" });
    expect(JSON.stringify(await store.operations.get(placeIn("org"), id))).not.toContain("Jane");
    const [resolved] = (await store.audit.page(0, 20)).filter(({ event }) => event === "resolved");
    expect(resolved).toMatchObject({ principal: "p", data: { verdict_approval_id: approval.id } });
  });

  it("needs an operation that exists", async () => {
    const { clock, journal } = bench();
    await expect(clock.run(journal().settle("op_none"))).rejects.toBeInstanceOf(NotFoundError);
  });
});

describe("the trail", () => {
  it("names what an operation brought into being", async () => {
    const { clock, journal, line, store } = bench();
    const ended = await clock.run(journal().perform(addItem, line(), {}));
    const [last] = (await store.audit.page(0, 10)).filter(({ event }) => event === "settled");
    expect(last?.data["resource_id"]).toBe(ended.result?.item_id);
  });
});

describe("a guarded act", () => {
  it("that never left gives its approval back for the next call", async () => {
    const it = bench();
    const options = await approvedSend(it);
    const down = it.journal(() => ({
      sendInvoice: () => Promise.resolve({ kind: "not_sent", error: new UnavailableError("Refused.") }),
    }));
    await expect(it.clock.run(down.perform(sendInvoice, { invoice_id: it.draft }, options))).rejects.toMatchObject({
      effect: "none",
    });
    const sent = await it.clock.run(it.journal().perform(sendInvoice, { invoice_id: it.draft }, options));
    expect(sent.outcome).toBe("done");
  });
});
