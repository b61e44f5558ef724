import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { ANY_ORIGIN } from "../../src/domain/scope.ts";
import type { Approval, NewApproval } from "../../src/guard/port.ts";
import { ledgerOn } from "../../src/journal/ledger.ts";
import type { JournalStore, OperationKey, OperationRow, Tx } from "../../src/journal/store-port.ts";
import { givenApproval, placeIn } from "../harness/approvals.ts";
import { counted, NOW, newOperation, openRow, PLACE } from "./rows.ts";

/** One database behind `journal/store-port.ts`, as the tests reach it. */
export interface Adapter {
  readonly name: string;
  /** The address of a new, empty database. */
  fresh(): string | Promise<string>;
  open(address: string): JournalStore;
  /** Command line of a process that opens the address given as its next argument (`store-child.ts`). */
  readonly child: readonly string[];
}

const elsewhere = { ...PLACE, origin: "https://staging.test" };
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

function approvalRow(more: Partial<NewApproval> = {}): Approval {
  const { id } = newOperation();
  return {
    ...givenApproval(NOW, { id, act: "send_invoice", organization_id: "org", subject: "s", ...more }),
    shown_hash: "h",
  };
}

export function storePortTests(adapter: Adapter): void {
  const opened: JournalStore[] = [];
  async function open(address?: string): Promise<JournalStore> {
    const store = adapter.open(address ?? (await adapter.fresh()));
    opened.push(store);
    return store;
  }
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close();
  });
  const insert = (store: JournalStore, row: OperationRow) => store.transaction((tx) => tx.operations.insert(row));

  describe(`${adapter.name}: transactions`, () => {
    it("are all or nothing", async () => {
      const store = await open();
      const row = openRow();
      await expect(
        store.transaction(async (tx) => {
          await tx.operations.insert(row);
          throw new Error("changed my mind");
        }),
      ).rejects.toThrow("changed my mind");
      expect(await store.read((tx) => tx.operations.get(row.id))).toBeNull();
      await insert(store, row);
      expect(await store.read((tx) => tx.operations.get(row.id))).toEqual(row);
    });

    it("do not lose each other's work, whichever connection they come from", async () => {
      const address = await adapter.fresh();
      const stores = [await open(address), await open(address), await open(address)];
      await Promise.all(stores.flatMap((store) => Array.from({ length: 20 }, () => store.transaction(counted))));
      const fact = await stores[0]?.read((tx) => tx.facts.get(PLACE, "test", "count"));
      expect(fact?.value).toEqual({ count: 60 });
    });

    it("go on after one that failed, and end with their body", async () => {
      const store = await open();
      await store.transaction(() => Promise.reject(new Error("no"))).catch(() => undefined);
      let kept: Tx | null = null;
      await store.transaction(async (tx) => {
        kept = tx;
        await counted(tx);
      });
      await expect(Promise.resolve().then(() => kept?.audit.head("org"))).rejects.toThrow("over");
      await store.transaction(counted);
      expect((await store.read((tx) => tx.facts.get(PLACE, "test", "count")))?.value).toEqual({ count: 2 });
    });

    it("that only read cannot write, and see one state", async () => {
      const address = await adapter.fresh();
      const [store, other] = [await open(address), await open(address)];
      await store.transaction(counted);
      const count = (tx: Tx) => tx.facts.get(PLACE, "test", "count").then((fact) => fact?.value["count"]);
      let written: Promise<void> | null = null;
      const seen = await store.read(async (tx) => {
        const before = await count(tx);
        written = other.transaction(counted);
        for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
        return [before, await count(tx)];
      });
      await written;
      expect([seen, await store.read(count)]).toEqual([[1, 1], 2]);
      await expect(store.read((tx) => counted(tx))).rejects.toThrow("not write");
      expect(await store.read(count)).toBe(2);
    });

    it("leave nothing behind when their process is killed in the middle", async () => {
      const address = await adapter.fresh();
      await (await open(address)).transaction(counted);
      const child = run(adapter, address, "hang");
      await said(child, "inside");
      child.kill("SIGKILL");
      await once(child, "exit");
      const store = await open(address);
      expect((await store.read((tx) => tx.facts.get(PLACE, "test", "count")))?.value).toEqual({ count: 1 });
      expect(await store.check()).toEqual([]);
      await store.transaction(counted);
    });
  });

  describe(`${adapter.name}: operations`, () => {
    it("are one per remembered fingerprint and place", async () => {
      const store = await open();
      await insert(store, openRow({ fingerprint: "f" }));
      await expect(insert(store, openRow({ fingerprint: "f" }))).rejects.toThrow();
      await insert(store, openRow({ fingerprint: "f", remembered: false }));
      await insert(store, openRow({ fingerprint: "f", ...elsewhere }));
      await insert(store, openRow({ fingerprint: "f", ...placeIn("other") }));
    });

    it("are one per lock while they are open, however their sets overlap", async () => {
      const store = await open();
      const first = openRow({ locks: ["a", "b"] });
      await insert(store, first);
      await expect(insert(store, openRow({ locks: ["b", "c"] }))).rejects.toThrow();
      await insert(store, openRow({ locks: ["b"], ...elsewhere }));
      await store.transaction((tx) => tx.operations.update({ ...first, state: "done", version: 2 }));
      await insert(store, openRow({ locks: ["b", "c"] }));
    });

    it("change over the version before, and never once they are final", async () => {
      const store = await open();
      const row = openRow();
      await insert(store, row);
      const update = (change: Partial<OperationRow>) =>
        store.transaction((tx) => tx.operations.update({ ...row, ...change }));
      await expect(update({ version: 3 })).rejects.toThrow();
      await update({ version: 2, state: "done", result: { ok: true } });
      await expect(update({ version: 3, state: "not_done" })).rejects.toThrow();
      await expect(update({ version: 3, state: "done", result: { ok: false } })).rejects.toThrow();
      expect(await store.read((tx) => tx.operations.get(row.id))).toMatchObject({ version: 2, state: "done" });
    });

    it("are found by each key, in their own place and in the unknown one, and nowhere else", async () => {
      const store = await open();
      const keys: readonly (readonly [OperationKey, Partial<OperationRow>])[] = [
        [{ by: "fingerprint", place: PLACE, fingerprint: "f" }, { fingerprint: "f" }],
        [{ by: "locks", place: PLACE, locks: ["x", "l"] }, { locks: ["l", "m"] }],
        [
          { by: "candidate", place: PLACE, id: "c" },
          { state: "ambiguous", candidates: ["b", "c"] },
        ],
        [
          { by: "mismatch", place: PLACE, subject_id: "s" },
          { state: "mismatch", subject_id: "s" },
        ],
        [
          { by: "since", place: PLACE, kinds: ["mark_paid"], since: NOW + 5 },
          { kind: "mark_paid", created_at: NOW + 5 },
        ],
        [
          { by: "resource", place: PLACE, kind: "create_invoice", resource_id: "r" },
          { kind: "create_invoice", resource_id: "r" },
        ],
      ];
      for (const [key, row] of keys) {
        const found = () => store.read((tx) => tx.operations.find(key));
        await insert(store, openRow({ ...row, ...elsewhere }));
        await insert(store, openRow({ ...row, ...placeIn("other") }));
        await insert(store, openRow());
        expect([key.by, await found()]).toEqual([key.by, []]);
        const [own, unknown] = [openRow(row), openRow({ ...row, origin: ANY_ORIGIN })];
        await insert(store, own);
        expect([key.by, await found()]).toEqual([key.by, [own]]);
        await insert(store, unknown);
        expect([key.by, ids(await found()).length]).toEqual([
          key.by,
          ["candidate", "mismatch", "resource"].includes(key.by) ? 1 : 2,
        ]);
      }
      expect((await store.read((tx) => tx.operations.find({ by: "open", place: elsewhere }))).length).toBeGreaterThan(
        4,
      );
    });

    it("tell the position of the newest on any of some locks, open or not", async () => {
      const store = await open();
      const latest = (...locks: string[]) => store.read((tx) => tx.operations.latest(PLACE, locks));
      expect(await latest("a")).toBeNull();
      await insert(store, openRow({ locks: ["a"], state: "done" }));
      const first = await latest("a", "b");
      await insert(store, openRow({ locks: ["b", "a"] }));
      expect(await latest("a")).toBe(await latest("b"));
      expect(await latest("a")).toBeGreaterThan(first ?? 0);
      expect(await latest("c")).toBeNull();
    });

    it("come in pages by id, and in lists newest first", async () => {
      const store = await open();
      const rows = ["c", "a", "b"].map((id) => openRow({ id }));
      for (const row of rows) await insert(store, row);
      const page = (after: string) => store.read((tx) => tx.operations.page(after, 2));
      expect(await page("")).toMatchObject([{ id: "a" }, { id: "b" }]);
      expect(await page("b")).toMatchObject([{ id: "c" }]);
      expect(ids(await store.read((tx) => tx.operations.list(PLACE, { limit: 2 })))).toEqual(["b", "a"]);
      expect(await store.read((tx) => tx.operations.places())).toEqual([PLACE]);
    });
  });

  describe(`${adapter.name}: approvals`, () => {
    const put = (store: JournalStore, ...rows: Approval[]) =>
      store.transaction(async (tx) => {
        for (const row of rows) await tx.approvals.insert(row);
      });
    const scope = { ...PLACE, principal: "p" };

    it("are found by what they depend on while something can come of them", async () => {
      const store = await open();
      const row = approvalRow({ locks: ["cust:1", "inv:1"] });
      await put(store, row, approvalRow({ locks: ["cust:1"], ...elsewhere }), approvalRow({ locks: ["cust:2"] }));
      const found = (now: number) =>
        store.read((tx) => tx.approvals.find({ by: "locks", place: PLACE, locks: ["x", "cust:1"], now }));
      expect(ids(await found(NOW))).toEqual([row.id]);
      expect(await found(row.expires_at)).toEqual([]);
      await store.transaction((tx) => tx.approvals.update({ ...row, state: "used" }));
      expect(await found(NOW)).toEqual([]);
      await store.transaction((tx) => tx.approvals.update(row));
      expect(ids(await found(NOW))).toEqual([row.id]);
    });

    it("are found by subject, as waiting, as declined and by whom they mailed, in one scope alone", async () => {
      const store = await open();
      const waiting = { state: "pending", answered_at: null } as const;
      const mine = approvalRow(waiting);
      const delivered = { customer_id: "1", email_mark: "m" };
      await put(
        store,
        mine,
        approvalRow({ ...waiting, ...elsewhere }),
        approvalRow({ ...waiting, principal: "q" }),
        approvalRow({ state: "declined" }),
        approvalRow({ state: "declined", ...elsewhere }),
        approvalRow({ id: "mailed", state: "used", delivered }),
        approvalRow({ state: "used", delivered, created_at: NOW + 1, ...elsewhere }),
      );
      const read: JournalStore["read"] = (work) => store.read(work);
      expect(ids(await read((tx) => tx.approvals.find({ by: "subject", scope, subject: "s", now: NOW })))).toEqual([
        mine.id,
      ]);
      expect(ids(await read((tx) => tx.approvals.find({ by: "pending", scope, now: NOW })))).toEqual([mine.id]);
      expect(
        await read((tx) => tx.approvals.find({ by: "pending", scope: { principal: "q" }, now: NOW })),
      ).toHaveLength(1);
      expect(await read((tx) => tx.approvals.find({ by: "pending", scope: {}, now: NOW }))).toHaveLength(3);
      expect(await read((tx) => tx.approvals.find({ by: "declined", scope, since: NOW }))).toHaveLength(1);
      expect(ids(await read((tx) => tx.approvals.find({ by: "delivered", place: PLACE, customer_id: "1" })))).toEqual([
        "mailed",
      ]);
    });

    it("count wrong entries and what nobody answered once, whoever met with it, and close at the last", async () => {
      const address = await adapter.fresh();
      const desks = [await open(address), await open(address)].map((store) => ledgerOn(store).approvals);
      const [first, second] = [desks[0] ?? expect.unreachable(), desks[1] ?? expect.unreachable()];
      const { id } = newOperation();
      const asked = { id, act: "send_invoice", organization_id: "org", subject: "s" } as const;
      await first.create(givenApproval(NOW, { ...asked, state: "pending", answered_at: null, approved_by: null }));
      await first.offer(id, { channel: "form", reason: "r", form_sent: true });
      await second.offer(id, { channel: "card", reason: "r", form_sent: true });
      // Several calls at once put it on the page: one of them is the first.
      const page = { channel: "page", reason: "r" } as const;
      const offered = await Promise.all(Array.from({ length: 6 }, (_, at) => desks[at % 2]?.offer(id, page)));
      expect(offered.filter((isFirst) => isFirst === true)).toHaveLength(1);
      expect(await first.get(id)).toMatchObject({ forms_sent: 2, form_unanswered: false, card: "sent" });
      await second.note(id, "form_unanswered");
      await first.note(id, "card_stands");
      await second.offer(id, { channel: "card", reason: "r" });
      expect(await second.get(id)).toMatchObject({ forms_sent: 2, form_unanswered: true, card: "stands" });
      // All at once, at both: none is lost, and none beyond the last counts.
      const struck = await Promise.all(Array.from({ length: 8 }, (_, at) => desks[at % 2]?.strike(id, 5, NOW + 1)));
      expect(struck.filter((open) => open === true)).toHaveLength(4);
      expect(await first.get(id)).toMatchObject({ state: "expired", wrong_entries: 5, plan: null });
      const answer = { state: "approved", channel: "page", approved_by: "person", now: NOW + 2 } as const;
      expect(await second.answer(id, answer)).toBe(false);
      await second.note(id, "card_stands");
      expect((await ledgerOn(await open(address)).audit.verify()).problems).toEqual([]);
    });

    it("keep their plan until somebody takes it away", async () => {
      const store = await open();
      const row = approvalRow({ plan: { names: ["Jane"] }, expires_at: NOW });
      await put(store, row);
      const kept = () => store.read((tx) => tx.approvals.find({ by: "kept", expired_by: NOW }));
      expect(await kept()).toEqual([row]);
      await store.transaction((tx) => tx.approvals.update({ ...row, plan: null }));
      expect(await kept()).toEqual([]);
    });
  });

  describe(`${adapter.name}: what is kept beside`, () => {
    it("holds a bank line once per place, until it is set free", async () => {
      const store = await open();
      const line = { ...PLACE, key: "k", operation_id: "op", invoice_id: "i", at: NOW, shown: "ACME 119,00" };
      const hold = (more: object = {}) => store.transaction((tx) => tx.bankLines.insert({ ...line, ...more }));
      await hold();
      await expect(hold({ operation_id: "other" })).rejects.toThrow();
      await hold(elsewhere);
      await store.transaction((tx) => tx.bankLines.update({ ...line, shown: null }));
      expect(await store.read((tx) => tx.bankLines.find(PLACE, ["x", "k"]))).toEqual([{ ...line, shown: null }]);
      await store.transaction((tx) => tx.bankLines.remove("op"));
      expect(await store.read((tx) => tx.bankLines.of("op"))).toEqual([]);
    });

    it("keeps lines that were read, the newest of each principal, until their time is over", async () => {
      const address = await adapter.fresh();
      const [store, other] = [await open(address), await open(address)];
      const [mine, theirs] = [ledgerOn(store).seenLines, ledgerOn(other).seenLines];
      const scope = { ...PLACE, principal: "p" };
      const lines = (prefix: string, count: number) =>
        Array.from({ length: count }, (_, at) => ({ handle: `${prefix}${at}`, content: { text: `${prefix} ${at}` } }));
      const all = () => store.read((tx) => tx.seenLines.all());
      await mine.keep(scope, lines("a", 3), NOW);
      // Read again, and twice in one statement: the last word counts.
      await theirs.keep(scope, [...lines("a", 1), { handle: "a0", content: { text: "again" } }], NOW + 1);
      expect([...(await mine.find(scope, ["a0", "a2", "x"], NOW + 1))].sort()).toEqual([
        ["a0", { text: "again" }],
        ["a2", { text: "a 2" }],
      ]);
      for (const elsewhere of [
        { ...scope, principal: "q" },
        { ...scope, origin: "https://staging.test" },
      ]) {
        expect((await mine.find(elsewhere, ["a0"], NOW)).size).toBe(0);
      }
      const halfDay = 12 * 3_600_000;
      expect((await mine.find(scope, ["a0", "a1"], NOW + halfDay)).size).toBe(1);
      await theirs.keep({ ...scope, principal: "q" }, lines("q", 1), NOW + 2);
      await mine.keep(scope, lines("b", 5_000), NOW + 2);
      expect((await all()).map(({ handle }) => handle).filter((handle) => handle.startsWith("a"))).toEqual([]);
      expect(await all()).toHaveLength(5_001);
      await theirs.keep(scope, lines("c", 1), NOW + 3);
      expect(await all()).toHaveLength(5_001);
      expect((await mine.find(scope, ["c0"], NOW + 3)).size).toBe(1);
      await ledgerOn(store).approvals.tidy(NOW + halfDay + 2);
      expect((await all()).map(({ handle }) => handle)).toEqual(["c0"]);
    });

    it("replaces a fact, and lists those of a kind", async () => {
      const store = await open();
      const fact = { ...PLACE, kind: "superseded", key: "i", value: { by: "j" }, at: NOW };
      const put = (more: object) => store.transaction((tx) => tx.facts.put({ ...fact, ...more }));
      await put({});
      await put({ value: { by: "k" } });
      await put({ ...elsewhere });
      await put({ key: "h" });
      expect(await store.read((tx) => tx.facts.list(PLACE, "superseded"))).toMatchObject([
        { key: "h" },
        { key: "i", value: { by: "k" } },
      ]);
      await store.transaction((tx) => tx.facts.remove(PLACE, "superseded", "i"));
      expect(await store.read((tx) => tx.facts.get(PLACE, "superseded", "i"))).toBeNull();
    });
  });

  describe(`${adapter.name}: several processes`, () => {
    it("let exactly one win each claim, by fingerprint, by lock and by a single approval", async () => {
      const address = await adapter.fresh();
      const rounds = 25;
      const store = await open(address);
      for (let round = 0; round < rounds; round += 1) {
        await ledgerOn(store).approvals.create(
          givenApproval(NOW, { id: `once-${round}`, act: "send_invoice", organization_id: "org", subject: "s" }),
        );
      }
      const children = [1, 2, 3].map(() => run(adapter, address, "claim", String(rounds)));
      const claims = (await Promise.all(children.map(lines))).flat();
      const won = new Map<string, number>();
      for (const claim of claims) {
        const [round = "", is] = claim.split(" ");
        won.set(round, (won.get(round) ?? 0) + Number(is === "claimed"));
      }
      expect(claims).toHaveLength(3 * 3 * rounds);
      expect([...new Set(won.values())]).toEqual([1]);
      expect((await ledgerOn(store).audit.verify()).problems).toEqual([]);
    });
  });
}

function run({ child: [command = "", ...args] }: Adapter, address: string, ...more: string[]): ChildProcess {
  return spawn(command, [...args, address, ...more], { stdio: ["ignore", "pipe", "inherit"] });
}

async function said(child: ChildProcess, word: string): Promise<void> {
  for await (const chunk of child.stdout ?? []) if (String(chunk).includes(word)) return;
  throw new Error(`the process ended without saying ${word}`);
}

async function lines(child: ChildProcess): Promise<readonly string[]> {
  let text = "";
  for await (const chunk of child.stdout ?? []) text += String(chunk);
  return text.split("\n").filter((line) => line !== "");
}
