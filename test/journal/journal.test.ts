import { describe, expect, it, vi } from "vitest";
import { addItem } from "../../src/acts/add-item.ts";
import { createInvoice } from "../../src/acts/create-invoice.ts";
import { approvalSubject, verdictSubject } from "../../src/acts/index.ts";
import { markPaid } from "../../src/acts/mark-paid.ts";
import { sendInvoice } from "../../src/acts/send-invoice.ts";
import type { InvoicesApi, WriteEvidence } from "../../src/api/port.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { decimal } from "../../src/domain/money.ts";
import {
  BlockedError,
  CancelledError,
  InputError,
  JournalError,
  RateLimitedError,
  RefusedError,
  UnavailableError,
} from "../../src/errors.ts";
import { createJournals } from "../../src/journal/journal.ts";
import type { Ledger } from "../../src/journal/ledger.ts";
import { journalExportCsv, journalList, journalShow, journalVerify } from "../../src/journal/owner.ts";
import type { Outcome } from "../../src/journal/port.ts";
import { openStore } from "../../src/store/open.ts";
import { performAny } from "../harness/acts.ts";
import { placeIn } from "../harness/approvals.ts";
import { approvedSend, type Bench, bench, lost } from "./bench.ts";

async function auditLines(store: Ledger): Promise<number> {
  return (await store.audit.page(0, 1000)).length;
}

describe("a call", () => {
  it("costs two commits when nothing goes wrong", async () => {
    const { clock, journal, line, store } = bench();
    const ended = await clock.run(journal().perform(addItem, line(), {}));
    expect(ended).toMatchObject({
      outcome: "done",
      result: { item_id: expect.any(String) },
      operation: { attempts: 1 },
    });
    expect((await store.audit.page(0, 10)).map(({ event }) => event)).toEqual(["dispatched", "settled"]);
  });

  it("is answered with the first outcome when it is repeated, at the same time or later, with other spellings", async () => {
    const { clock, journal, line, world, draft } = bench();
    const one = journal();
    const [first, twin] = await clock.run(
      Promise.all([one.perform(addItem, line(), {}), one.perform(addItem, line(), {})]),
    );
    const later = await clock.run(journal().perform(addItem, { ...line(), amount: "12.5", tax_rate: "19.00" }, {}));
    expect([first.outcome, twin.outcome, later.outcome]).toEqual(["done", "already_done", "already_done"]);
    expect(later.operation?.id).toBe(first.operation?.id);
    expect(world.count(`add_item ${draft} A`)).toBe(1);
  });

  it("is done a second time only when it names the first, and a third when it names the second", async () => {
    const { clock, journal, line, world, draft } = bench();
    const one = journal();
    const perform = (duplicate_of?: string) =>
      clock.run(one.perform(addItem, line(), { ...(duplicate_of === undefined ? {} : { duplicate_of }) }));
    const first = await perform();
    const second = await perform(first.operation?.id);
    const third = await perform(second.operation?.id);
    expect([first, second, third].map(({ outcome }) => outcome)).toEqual(["done", "done", "done"]);
    expect((await perform(first.operation?.id)).operation?.id).toBe(second.operation?.id);
    expect(world.count(`add_item ${draft} A`)).toBe(3);
    const otherLine = clock.run(one.perform(addItem, line("B"), { duplicate_of: first.operation?.id ?? "" }));
    await expect(otherLine).rejects.toBeInstanceOf(InputError);
    const send = clock.run(
      performAny(one, sendInvoice, { invoice_id: draft }, { duplicate_of: first.operation?.id ?? "" }),
    );
    await expect(send).rejects.toBeInstanceOf(InputError);
  });

  it("leaves no trace when it only recalls", async () => {
    const { clock, journal, line, store } = bench();
    expect(await clock.run(journal().recall(addItem, line(), {}))).toBeNull();
    expect(await auditLines(store)).toBe(0);
    await clock.run(journal().perform(addItem, line(), {}));
    expect(await clock.run(journal().recall(addItem, line(), {}))).toMatchObject({ outcome: "already_done" });
  });

  it("that was cancelled before it was sent changes nothing", async () => {
    const { clock, journal, line, store, world } = bench();
    const abort = new AbortController();
    abort.abort();
    await expect(clock.run(journal().perform(addItem, line(), { signal: abort.signal }))).rejects.toBeInstanceOf(
      CancelledError,
    );
    expect([await auditLines(store), world.writes]).toEqual([0, 0]);
  });
});

describe("a guarded act", () => {
  it("needs an approval", async () => {
    const { clock, journal, draft, world } = bench();
    // @ts-expect-error An act that leaves the house does not compile without its approval.
    await expect(clock.run(journal().perform(sendInvoice, { invoice_id: draft }, {}))).rejects.toBeInstanceOf(
      RefusedError,
    );
    expect(world.writes).toBe(0);
  });

  it("uses its approval up, and sends nothing with one for another document", async () => {
    const it = bench();
    const options = await approvedSend(it);
    expect((await it.clock.run(it.journal().perform(sendInvoice, { invoice_id: it.draft }, options))).outcome).toBe(
      "done",
    );
    expect((await it.store.approvals.get(options.approval.id))?.state).toBe("used");
    const other = { approval: await it.approve("mark_paid", approvalSubject(markPaid, { invoice_id: "x" })) };
    const paid = it.clock.run(it.journal().perform(markPaid, { invoice_id: it.open, send_notification: false }, other));
    await expect(paid).rejects.toThrow("for something else");
    expect(it.world.count(`mark_paid ${it.open}`)).toBe(0);
  });

  it("is not journalled when the document changed since", async () => {
    const it = bench();
    const options = await approvedSend(it);
    const approval = {
      ...options.approval,
      covers: () => Promise.reject(new RefusedError("changed", { next: "ask" })),
    };
    const sent = it.clock.run(it.journal().perform(sendInvoice, { invoice_id: it.draft }, { approval }));
    await expect(sent).rejects.toThrow("changed");
    expect((await it.store.approvals.get(approval.id))?.state).toBe("approved");
    expect(it.world.writes).toBe(0);
  });

  it("keeps its approval when the request never left", async () => {
    const it = bench();
    const options = await approvedSend(it);
    const error = new UnavailableError("refused");
    const down = it.journal(() => ({ sendInvoice: () => Promise.resolve({ kind: "not_sent", error }) }));
    await expect(it.clock.run(performAny(down, sendInvoice, { invoice_id: it.draft }, options))).rejects.toBe(error);
    expect((await it.store.approvals.get(options.approval.id))?.state).toBe("approved");
    expect((await it.clock.run(it.journal().perform(sendInvoice, { invoice_id: it.draft }, options))).outcome).toBe(
      "done",
    );
  });
});

describe("what an approval is compared with", () => {
  /** A send whose connection takes so long each time; it heeds until when it may leave. */
  const slow =
    (clock: Bench["clock"], connects: number[]) =>
    (api: InvoicesApi): Partial<InvoicesApi> => ({
      sendInvoice: async (id, options) => {
        await clock.sleep(connects.shift() ?? 0);
        return options?.not_after !== undefined && clock.now() > options.not_after
          ? { kind: "not_sent", error: new UnavailableError("too late") }
          : api.sendInvoice(id, options);
      },
    });

  it("is read after every wait for a place in the budget, and the request then needs no other", async () => {
    const it = bench();
    const { clock } = it;
    const order: string[] = [];
    const slots: boolean[] = [];
    const busy = it.journal((api) => ({
      readyToWrite: async () => {
        await clock.sleep(9_000);
        order.push("ready");
        return { take: () => slots.push(true) === 1 };
      },
      sendInvoice: (id, options) => {
        order.push(options?.slot?.take() === true ? "sent" : "sent without a place");
        return api.sendInvoice(id, options);
      },
    }));
    const options = await approvedSend(it);
    const covers = async () => {
      order.push("compared");
    };
    const approval = { ...options.approval, covers };
    const ended = await clock.run(performAny(busy, sendInvoice, { invoice_id: it.draft }, { approval }));
    expect(ended.outcome).toBe("done");
    expect(order).toEqual(["ready", "compared", "sent"]);
  });

  it("is read again when the request could not leave in time", async () => {
    const it = bench();
    let compared = 0;
    const options = await approvedSend(it);
    const covers = async () => {
      compared += 1;
    };
    const approval = { ...options.approval, covers };
    const once = it.journal(slow(it.clock, [3_000]));
    const ended = await it.clock.run(performAny(once, sendInvoice, { invoice_id: it.draft }, { approval }));
    expect(ended.outcome).toBe("done");
    expect([compared, it.world.count(`send_invoice ${it.draft}`)]).toEqual([2, 1]);
    const rows = await it.store.operations.list(placeIn("org"), { limit: 5 });
    expect(rows.map(({ state }) => state)).toEqual(["done", "not_done"]);
  });

  it("is left unused when the request never can", async () => {
    const it = bench();
    const options = await approvedSend(it);
    const always = it.journal(slow(it.clock, [3_000, 3_000, 3_000, 3_000]));
    const sending = it.clock.run(performAny(always, sendInvoice, { invoice_id: it.draft }, options));
    await expect(sending).rejects.toMatchObject({ message: "too late", effect: "none" });
    expect((await it.store.approvals.get(options.approval.id))?.state).toBe("approved");
    expect(it.world.writes).toBe(0);
  });

  it("does not hurry what needs no approval, but nothing leaves once its claim may be taken over", async () => {
    const { clock, journal, line } = bench();
    let latest = 0;
    const watched = journal((api) => ({
      addItem: (id, item, fromNet, options) => {
        latest = (options?.not_after ?? 0) - clock.now();
        return api.addItem(id, item, fromNet, options);
      },
    }));
    expect((await clock.run(watched.perform(addItem, line(), {}))).outcome).toBe("done");
    expect(latest).toBe(30_000);
  });
});

describe("an act that was undone elsewhere since", () => {
  const paid = (it: Bench) => ({ invoice_id: it.open, send_notification: false });
  const approvedPaid = async (it: Bench) => ({
    approval: await it.approve("mark_paid", approvalSubject(markPaid, paid(it))),
  });
  const shown = (status: "draft" | "sent") => (api: InvoicesApi) => ({
    getInvoice: async (id: string) => ({ ...(await api.getInvoice(id)), status, status_word: status }),
  });

  it("can be done anew when that makes sense, with an approval of its own, and is then remembered again", async () => {
    const it = bench();
    const { clock, world, open } = it;
    const first = await clock.run(it.journal().perform(markPaid, paid(it), await approvedPaid(it)));
    await clock.run(clock.sleep(300_000));
    world.reopen(open);
    expect(await clock.run(it.journal().recall(markPaid, paid(it), {}))).toBeNull();
    // @ts-expect-error Nor does a second one.
    await expect(clock.run(it.journal().perform(markPaid, paid(it), {}))).rejects.toBeInstanceOf(RefusedError);
    const second = await clock.run(it.journal().perform(markPaid, paid(it), await approvedPaid(it)));
    expect(second.outcome).toBe("done");
    expect(second.operation?.id).not.toBe(first.operation?.id);
    expect(await clock.run(it.journal().recall(markPaid, paid(it), {}))).toMatchObject({ outcome: "already_done" });
    await clock.run(clock.sleep(300_000));
    world.reopen(open);
    const third = await clock.run(it.journal().perform(markPaid, paid(it), await approvedPaid(it)));
    expect(third.outcome).toBe("done");
    expect(world.count(`mark_paid ${open}`)).toBe(3);
  });

  it("is not done anew for a reading that may lag behind the act", async () => {
    const it = bench();
    await it.clock.run(it.journal().perform(markPaid, paid(it), await approvedPaid(it)));
    it.world.reopen(it.open);
    const again = await it.clock.run(it.journal().perform(markPaid, paid(it), await approvedPaid(it)));
    expect(again).toMatchObject({ outcome: "already_done", operation: { why: null } });
  });

  it("is otherwise told with what the API shows now, and not repeated", async () => {
    const it = bench();
    await it.clock.run(it.journal().perform(sendInvoice, { invoice_id: it.draft }, await approvedSend(it)));
    await it.clock.run(it.clock.sleep(300_000));
    const reset = it.journal(shown("draft"));
    const again = it.clock.run(performAny(reset, sendInvoice, { invoice_id: it.draft }, await approvedSend(it)));
    expect(await again).toMatchObject({
      outcome: "already_done",
      operation: { why: "The API shows it as draft now; it was changed elsewhere." },
    });
    expect(it.world.count(`send_invoice ${it.draft}`)).toBe(1);
    const unreadable = it.journal(() => ({ getInvoice: () => Promise.reject(new UnavailableError("down")) }));
    expect(await it.clock.run(unreadable.recall(sendInvoice, { invoice_id: it.draft }, {}))).toMatchObject({
      outcome: "already_done",
      operation: { why: null },
    });
  });
});

describe("a doubtful ending", () => {
  it("is unknown until the horizon, blocks other acts on the document, then is not done and may be repeated", async () => {
    const { clock, journal, line, world, draft } = bench();
    const down = journal(() => ({ addItem: lost }));
    const first = await clock.run(down.perform(addItem, line(), {}));
    expect(first).toMatchObject({ outcome: "unknown", result: null, operation: { state: "unknown" } });
    await expect(clock.run(journal().perform(addItem, line("B"), {}))).rejects.toBeInstanceOf(BlockedError);
    await clock.run(clock.sleep(120_000));
    expect((await clock.run(down.settle(first.operation?.id ?? ""))).state).toBe("not_done");
    expect((await clock.run(journal().perform(addItem, line(), {}))).outcome).toBe("done");
    expect(world.count(`add_item ${draft} A`)).toBe(1);
  });

  it("that did happen is found by reading", async () => {
    const { clock, journal, line } = bench();
    const cut = journal((api) => ({
      addItem: async (...args) => {
        await api.addItem(...args);
        return lost();
      },
    }));
    expect((await clock.run(cut.perform(addItem, line(), {}))).outcome).toBe("done");
  });

  it("with two equal results is for a person to settle, with an approval of its own", async () => {
    const it = bench();
    const { clock, line, draft, approve } = it;
    const twice = it.journal((api) => ({
      addItem: async (...args) => {
        await api.addItem(...args);
        await api.addItem(...args);
        return lost();
      },
    }));
    const first = await clock.run(twice.perform(addItem, line(), {}));
    expect(first.outcome).toBe("unknown");
    await clock.run(clock.sleep(120_000));
    const id = first.operation?.id ?? "";
    const open = await clock.run(twice.settle(id));
    expect(open).toMatchObject({ state: "ambiguous", candidates: [expect.any(String), expect.any(String)] });
    const verdict = { is: "done" as const, resource_id: open.candidates[0] ?? "" };
    const wrong = await approve("resolve_operation", verdictSubject(id, { is: "not_done" }));
    await expect(clock.run(twice.resolve(id, verdict, wrong))).rejects.toBeInstanceOf(RefusedError);
    const right = await approve("resolve_operation", verdictSubject(id, verdict));
    const resolved = await clock.run(twice.resolve(id, verdict, right));
    expect(resolved).toMatchObject({ state: "done", result: { invoice_id: draft, item_id: verdict.resource_id } });
    expect((await clock.run(twice.perform(addItem, line(), {}))).outcome).toBe("already_done");
  });

  it("is never overruled once it is settled", async () => {
    const { clock, journal, line, store } = bench();
    await clock.run(journal().perform(addItem, line(), {}));
    const [row] = await store.operations.list(placeIn("org"), { limit: 1 });
    if (!row) throw new Error("no row");
    expect(
      await store.operations.transition(row, { state: "not_done", event: "settled", now: clock.now() }),
    ).toBeNull();
  });

  it("of a dead process becomes known by reading alone", async () => {
    const { clock, journal, line, world, store } = bench();
    const dead = journal(undefined, {
      owner: "dead",
      onPoint: (point) => (point === "answered" ? new Promise(() => undefined) : undefined),
    });
    void dead.perform(addItem, line(), {});
    await clock.run(clock.sleep(5000));
    const { writes } = world;
    await clock.run(journal().recover());
    expect(await store.operations.list(placeIn("org"), { limit: 1 })).toMatchObject([{ state: "done" }]);
    expect(world.writes).toBe(writes);
  });
});

describe("values that came out differently", () => {
  it("keep the draft from being sent until a person has looked", async () => {
    const it = bench();
    const { clock, line, draft, approve } = it;
    const odd = it.journal((api) => ({
      getInvoice: async (id) => ({ ...(await api.getInvoice(id)), total: decimal("1.00") }),
    }));
    const added = await clock.run(odd.perform(addItem, line(), {}));
    expect(added).toMatchObject({ outcome: "mismatch", operation: { why: expect.stringContaining("1.00 EUR") } });
    const send = async () =>
      clock.run(it.journal().perform(sendInvoice, { invoice_id: draft }, await approvedSend(it)));
    await expect(send()).rejects.toBeInstanceOf(BlockedError);
    const id = added.operation?.id ?? "";
    const seen = await approve("resolve_operation", verdictSubject(id, { is: "done" }));
    expect((await clock.run(odd.resolve(id, { is: "done" }, seen))).state).toBe("mismatch");
    expect((await send()).outcome).toBe("done");
  });
});

describe("a busy API", () => {
  const limited = (retry_after_ms: number): WriteEvidence<never> => ({
    kind: "rejected",
    status: 429,
    error: new RateLimitedError("busy", { retry_after_ms }),
  });

  it("is asked again after the time it names, and the attempt is journalled first", async () => {
    const { clock, journal, line, store, world, draft } = bench();
    let asked = 0;
    const busy = journal((api) => ({
      addItem: (...args) => {
        asked += 1;
        return asked === 1 ? Promise.resolve(limited(5000)) : api.addItem(...args);
      },
    }));
    const ended = await clock.run(busy.perform(addItem, line(), {}));
    expect(ended).toMatchObject({ outcome: "done", operation: { attempts: 2 } });
    expect((await store.audit.page(0, 10)).map(({ event }) => event)).toEqual(["dispatched", "attempted", "settled"]);
    expect(world.count(`add_item ${draft} A`)).toBe(1);
  });

  it("is left alone when the wait is longer than the call", async () => {
    const { clock, journal, line, world } = bench();
    const busy = journal(() => ({ addItem: () => Promise.resolve(limited(60_000)) }));
    await expect(clock.run(busy.perform(addItem, line(), {}))).rejects.toMatchObject({
      retry_after_ms: 60_000,
      effect: "none",
    });
    expect(world.writes).toBe(0);
  });
});

describe("a journal that cannot record the end", () => {
  /** The store, with calls that fail while `isDown`. `only`: names of the operations store's functions. */
  function failing(store: Ledger, isDown: () => boolean, only?: keyof Ledger["operations"]): Ledger {
    const { operations } = store;
    const name = (one: keyof Ledger["operations"]) => {
      if (isDown() && (only === undefined || only === one))
        throw new JournalError("disk full. Nothing is sent without it.");
      return operations;
    };
    return {
      ...store,
      operations: {
        get: async (...args) => name("get").get(...args),
        findEqual: async (...args) => name("findEqual").findEqual(...args),
        look: async (...args) => name("look").look(...args),
        claim: async (...args) => name("claim").claim(...args),
        attempt: async (...args) => name("attempt").attempt(...args),
        transition: async (...args) => name("transition").transition(...args),
        open: async (...args) => name("open").open(...args),
        places: async () => name("places").places(),
        list: async (...args) => name("list").list(...args),
        isTaken: async (...args) => name("isTaken").isTaken(...args),
      },
    };
  }

  it("still tells it, and knows it again later", async () => {
    const { clock, journal, line, store, world, draft } = bench();
    const problems: string[] = [];
    const full = failing(store, () => true, "transition");
    const broken = journal(undefined, { store: full, onProblem: ({ message }) => problems.push(message) });
    expect(await clock.run(broken.perform(addItem, line(), {}))).toMatchObject({
      outcome: "done",
      operation: { why: expect.stringContaining("could not record") },
    });
    expect(problems).toEqual(["disk full. Nothing is sent without it."]);
    await clock.run(journal().recover());
    expect((await clock.run(journal().perform(addItem, line(), {}))).outcome).toBe("already_done");
    expect(world.count(`add_item ${draft} A`)).toBe(1);
  });

  type Writes = Pick<InvoicesApi, "sendInvoice" | "createInvoice">;
  const answers: readonly [
    name: string,
    change: (api: InvoicesApi) => Partial<Writes>,
    outcomes: string[],
    sent: number,
  ][] = [
    ["a normal answer", () => ({}), ["done", "done"], 1],
    [
      "a lost answer to what was done",
      (api) => ({
        sendInvoice: async (id) => {
          await api.sendInvoice(id);
          return lost();
        },
        createInvoice: async (invoice) => {
          await api.createInvoice(invoice);
          return lost();
        },
      }),
      // Whose the new draft is only the journal knows; that a draft is sent shows on the draft itself.
      ["done", "unknown"],
      1,
    ],
    ["a lost request", () => ({ sendInvoice: lost, createInvoice: lost }), ["unknown", "unknown"], 0],
    [
      "a request that never left",
      () => {
        const never = { kind: "not_sent" as const, error: new UnavailableError("refused") };
        return { sendInvoice: () => Promise.resolve(never), createInvoice: () => Promise.resolve(never) };
      },
      ["unknown", "unknown"],
      0,
    ],
    [
      "a rejection",
      () => {
        const error = new RateLimitedError("busy", { retry_after_ms: 10 });
        const busy = { kind: "rejected" as const, status: 429, error };
        return { sendInvoice: () => Promise.resolve(busy), createInvoice: () => Promise.resolve(busy) };
      },
      ["unknown", "unknown"],
      0,
    ],
  ];

  it.each(answers)("and cannot be read either: %s is never told as an error", async (_name, change, outcomes, sent) => {
    const it = bench();
    let isDown = false;
    const broken = it.journal(change, {
      store: failing(it.store, () => isDown),
      onPoint: (point) => {
        isDown ||= point === "answered";
      },
    });
    const told: Outcome<JsonObject>[] = [];
    told.push(await it.clock.run(performAny(broken, sendInvoice, { invoice_id: it.draft }, await approvedSend(it))));
    isDown = false;
    const fresh = { currency: "EUR", calculate_from_net: true, customer_id: it.customer, notes: "x" };
    told.push(await it.clock.run(broken.perform(createInvoice, fresh, {})));
    expect(told.map(({ outcome }) => outcome)).toEqual(outcomes);
    for (const { operation } of told) {
      expect(operation).toMatchObject({
        id: expect.stringMatching(/^op_/),
        why: expect.stringContaining("could not record"),
      });
    }
    expect(it.world.count(`send_invoice ${it.draft}`)).toBe(sent);
    isDown = false;
    await it.clock.run(it.clock.sleep(130_000));
    const after = it.journal();
    for (const { operation } of told) {
      const settled = await it.clock.run(after.settle(operation?.id ?? ""));
      expect(settled.state).toMatch(sent === 1 ? /^done$/ : /^(unknown|not_done)$/);
    }
  });

  it("fails the act itself when it broke before", async () => {
    const it = bench();
    const broken = it.journal(undefined, { store: failing(it.store, () => true, "claim") });
    const sending = it.clock.run(performAny(broken, sendInvoice, { invoice_id: it.draft }, await approvedSend(it)));
    await expect(sending).rejects.toMatchObject({ code: "journal", effect: "none" });
    expect(it.world.writes).toBe(0);
  });
});

describe("stopping", () => {
  it("waits for what is under way and takes nothing new", async () => {
    const { clock, journal, line } = bench();
    const one = journal();
    const running = one.perform(addItem, line(), {});
    await clock.run(clock.sleep(10));
    const closed = one.close();
    expect((await clock.run(running)).outcome).toBe("done");
    await clock.run(closed);
    await expect(one.perform(addItem, line("B"), {})).rejects.toBeInstanceOf(CancelledError);
  });
});

describe("without a journal file", () => {
  it("an id-addressed act is still not repeated: the state itself says so", async () => {
    const it = bench();
    await it.clock.run(it.journal().perform(sendInvoice, { invoice_id: it.draft }, await approvedSend(it)));
    const store = openStore(":memory:");
    const approval = { id: "none", digest: "d", locks: [], covers: () => Promise.resolve() };
    const again = it.clock.run(
      it.journal(undefined, { store }).perform(sendInvoice, { invoice_id: it.draft }, { approval }),
    );
    expect(await again).toMatchObject({ outcome: "already_done", operation: null });
    expect(it.world.count(`send_invoice ${it.draft}`)).toBe(1);
  });
});

describe("what the owner sees", () => {
  it("lists, explains, verifies and exports without names", async () => {
    const it = bench();
    const note = { number: "R-1", amount: "119.00", currency: "EUR" };
    const args = { currency: "EUR", calculate_from_net: true, customer_id: it.customer, notes: "=for Jane Doe" };
    const made = await it.clock.run(it.journal().perform(createInvoice, args, { note }));
    const id = made.operation?.id ?? "";
    expect(await journalList(it.store, placeIn("org"), { limit: 5 })).toMatchObject([
      { id, kind: "create_invoice", state: "done", amount: "119.00 EUR", number: "R-1" },
    ]);
    const shown = await journalShow(it.store, placeIn("org"), id);
    expect(shown.trail.map(({ event }) => event)).toEqual(["dispatched", "settled"]);
    await expect(journalShow(it.store, placeIn("other"), id)).rejects.toThrow("no operation");
    const pages = vi.spyOn(it.store.audit, "page");
    await journalShow(it.store, placeIn("org"), id);
    expect(pages).not.toHaveBeenCalled();
    expect(await journalVerify(it.store)).toMatchObject({ ok: true, rows: 2, operations: 1 });
    const csv: string[] = [];
    for await (const line of journalExportCsv(it.store, placeIn("org"))) csv.push(line);
    expect(csv).toHaveLength(3);
    expect(JSON.stringify([shown, csv])).not.toContain("Jane");
  });
});

describe("lines of bank statements", () => {
  it("pay once: another payment by the same line is refused and keeps its approval", async () => {
    const it = bench();
    const journal = it.journal();
    const bank_lines = [{ key: "2026-04-01 ACME 24.00", shown: "ACME 24.00" }];
    const pay = async (invoice_id: string) => {
      const args = { invoice_id, send_notification: false };
      const approval = await it.approve("mark_paid", approvalSubject(markPaid, args));
      return { approval, call: () => it.clock.run(journal.perform(markPaid, args, { approval, bank_lines })) };
    };
    const first = await (await pay(it.open)).call();
    expect(first.outcome).toBe("done");
    const other = await pay(it.world.seedInvoice(it.customer, "sent", "Seeded"));
    await expect(other.call()).rejects.toThrow(`used before, by ${first.operation?.id}`);
    expect((await it.store.approvals.get(other.approval.id))?.state).toBe("approved");
    const used = await journal.usedBankLines(["2026-04-01 ACME 24.00", "another"]);
    expect([...used]).toMatchObject([
      ["2026-04-01 ACME 24.00", { operation_id: first.operation?.id, invoice_id: it.open }],
    ]);
  });
});

describe("one process that serves several scopes", () => {
  it("keeps places apart, and lets the people of one place share what was done", async () => {
    const { clock, world, store, line, draft } = bench();
    const journals = createJournals({
      store,
      api: world.api(() => true),
      clock,
      owner: "me",
      isOwnerAlive: () => true,
      random: () => 0,
    });
    const jane = journals.in({ ...placeIn("org"), principal: "jane" });
    const paul = journals.in({ ...placeIn("org"), principal: "paul" });
    const staging = journals.in({ origin: "https://staging.test", organization_id: "org", principal: "jane" });
    const [first, twin] = await clock.run(
      Promise.all([jane.perform(addItem, line(), {}), paul.perform(addItem, line(), {})]),
    );
    expect([first.outcome, twin.outcome]).toEqual(["done", "already_done"]);
    expect(first.operation).toMatchObject({ principal: "jane" });
    const id = first.operation?.id ?? "";
    expect(await paul.get(id)).toMatchObject({ id });
    expect(await staging.get(id)).toBeNull();
    expect(await staging.list({ limit: 5 })).toEqual([]);
    expect(await clock.run(staging.recall(addItem, line(), {}))).toBeNull();
    expect((await clock.run(staging.perform(addItem, line(), {}))).outcome).toBe("done");
    expect(world.count(`add_item ${draft} A`)).toBe(2);
    await clock.run(journals.close());
  });
});
