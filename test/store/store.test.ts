import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { JournalError } from "../../src/errors.ts";
import type { NewApproval } from "../../src/guard/port.ts";
import type { Ledger } from "../../src/journal/ledger.ts";
import type { Claim, NewOperation } from "../../src/journal/rules/claim.ts";
import type { OperationRow } from "../../src/journal/store-port.ts";
import { openStore } from "../../src/store/open.ts";
import { loadSqlite } from "../../src/store/sqlite/load.ts";
import { FIND } from "../../src/store/sqlite/operations.ts";
import { givenApproval, ORIGIN, placeIn } from "../harness/approvals.ts";

const folder = mkdtempSync(join(tmpdir(), "store-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
function freshFile(): string {
  files += 1;
  return join(folder, `j${files}`, "journal.db");
}

/** The superuser writes to any file but an immutable one, which not every file system knows. */
const isRoot = process.getuid?.() === 0;
const canFreeze = !isRoot || freeze(join(folder, "probe"), () => undefined);

function freeze(file: string, work: () => void): boolean {
  if (!existsSync(file)) writeFileSync(file, "");
  if (!isRoot) {
    chmodSync(file, 0o400);
    work();
    return true;
  }
  if (spawnSync("chattr", ["+i", file]).status !== 0) return false;
  try {
    work();
  } finally {
    spawnSync("chattr", ["-i", file]);
  }
  return true;
}

const NOW = Date.parse("2026-04-01T08:00:00Z");
let serial = 0;

function operation(more: Partial<NewOperation> = {}): NewOperation {
  serial += 1;
  return {
    id: `op_${serial}`,
    origin: ORIGIN,
    organization_id: "org",
    principal: "p",
    kind: "add_item",
    fingerprint: `fp-${serial}`,
    identity_hash: `id-${serial}`,
    locks: [`inv:${serial}`],
    subject_type: "invoice",
    subject_id: `inv-${serial}`,
    args: { invoice_id: `inv-${serial}`, title: "Jane Doe" },
    before: { item_ids: [] },
    owner: "me",
    lease_until: NOW + 60_000,
    duplicate_of: null,
    note: { number: "R-1", amount: "119.00", currency: "EUR" },
    now: NOW,
    seen: null,
    approval: null,
    ...more,
  };
}

async function claimed(store: Ledger, more: Partial<NewOperation> = {}): Promise<OperationRow> {
  const claim = await store.operations.claim(operation(more));
  if (claim.is !== "claimed") throw new Error(claim.is);
  return claim.row;
}

async function finished(store: Ledger, row: OperationRow): Promise<OperationRow> {
  const done = await store.operations.transition(row, {
    state: "done",
    event: "settled",
    now: NOW,
    result: { item_id: "i" },
    remember: { until: NOW + 1000 },
  });
  if (done === null || "refused" in done) throw new Error("not changed");
  return done;
}

function approval(more: Partial<NewApproval> = {}): NewApproval {
  serial += 1;
  const id = `approval-${serial}`;
  return givenApproval(NOW, { id, act: "send_invoice", organization_id: "org", subject: "s", digest: "d", ...more });
}

function problem(work: () => unknown): JournalError {
  try {
    work();
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
  throw new Error("no error");
}

describe("claims", () => {
  it("gives one of two equal claims, and one of two on the same document", async () => {
    const store = openStore(":memory:");
    const first = await claimed(store, { fingerprint: "f", locks: ["l"] });
    expect((await store.operations.claim(operation({ fingerprint: "f" }))).is).toBe("equal");
    expect((await store.operations.claim(operation({ locks: ["l"] }))).is).toBe("held");
    await finished(store, first);
    expect((await store.operations.claim(operation({ locks: ["l"] }))).is).toBe("stale");
    expect((await store.operations.claim(operation({ locks: ["l"], seen: 1 }))).is).toBe("claimed");
  });

  it("remembers a done operation until its time is over", async () => {
    const store = openStore(":memory:");
    await finished(store, await claimed(store, { fingerprint: "f" }));
    expect((await store.operations.claim(operation({ fingerprint: "f", now: NOW + 999 }))).is).toBe("equal");
    expect(await store.operations.findEqual(placeIn("org"), "f", NOW + 1000)).toBeNull();
    expect((await store.operations.claim(operation({ fingerprint: "f", now: NOW + 1000 }))).is).toBe("claimed");
  });

  it("keeps a document that an open operation names as candidate", async () => {
    const store = openStore(":memory:");
    const row = await claimed(store);
    await store.operations.transition(row, { state: "ambiguous", event: "read", now: NOW, candidates: ["inv-9"] });
    const claim = await store.operations.claim(operation({ kind: "send_invoice", subject_id: "inv-9" }));
    expect(claim).toMatchObject({ is: "held", row: { id: row.id } });
  });

  it("lets exactly one of several processes win each claim on one file", async () => {
    const file = freshFile();
    const stores = Array.from({ length: 4 }, () => openStore(file));
    const wins = new Map<string, number>();
    for (let round = 0; round < 25; round += 1) {
      const claims = await Promise.all(
        stores.map((store) => store.operations.claim(operation({ fingerprint: `r${round}` }))),
      );
      wins.set(`r${round}`, claims.filter((claim: Claim) => claim.is === "claimed").length);
    }
    expect([...wins.values()]).toEqual(Array(25).fill(1));
    for (const store of stores) await store.close();
  });

  it("refuses transitions on an outdated row and out of final states", async () => {
    const store = openStore(":memory:");
    const row = await claimed(store);
    const done = await finished(store, row);
    expect(await store.operations.transition(row, { state: "not_done", event: "settled", now: NOW })).toBeNull();
    expect(await store.operations.transition(done, { state: "not_done", event: "settled", now: NOW })).toBeNull();
    expect((await store.operations.get(placeIn("org"), row.id))?.state).toBe("done");
    expect(await store.operations.get(placeIn("other"), row.id)).toBeNull();
  });
});

describe("approvals", () => {
  const wanted = { digest: "d", subject: "s" };
  it.each([
    ["another principal", {}, { principal: "q" }, wanted],
    ["another organization", { organization_id: "x" }, {}, wanted],
    ["another act", { act: "cancel_invoice" as const }, {}, wanted],
    ["another subject", {}, {}, { ...wanted, subject: "t" }],
    ["other content", {}, {}, { ...wanted, digest: "e" }],
    ["not answered", { state: "pending" as const }, {}, wanted],
    ["declined", { state: "declined" as const }, {}, wanted],
    ["used", { state: "used" as const }, {}, wanted],
    ["expired", { expires_at: NOW }, {}, wanted],
  ])("%s: refused, and nothing is journalled", async (_name, given, use, by) => {
    const store = openStore(":memory:");
    const one = approval(given);
    await store.approvals.create(one);
    const claim = await store.operations.claim(
      operation({ kind: "send_invoice", approval: { id: one.id, ...by }, ...use }),
    );
    expect(claim.is).toBe("refused");
    expect(await store.operations.list(placeIn("org"), { limit: 10 })).toEqual([]);
    expect((await store.approvals.get(one.id))?.state).toBe(one.state);
  });

  it("is used once, and comes back only when nothing left the machine", async () => {
    const store = openStore(":memory:");
    const one = approval();
    await store.approvals.create(one);
    const use = { kind: "send_invoice" as const, approval: { id: one.id, ...wanted } };
    const row = await claimed(store, use);
    expect((await store.operations.claim(operation(use))).is).toBe("refused");
    await store.operations.transition(row, {
      state: "not_done",
      event: "settled",
      now: NOW,
      remember: null,
      rearm: true,
    });
    expect((await store.operations.claim(operation(use))).is).toBe("claimed");
  });

  it.each([
    ["a further one in the day", { max_count: 1 }, "over_limit"],
    ["a sum above the day's", { max_gross: "200.00" }, "over_limit"],
    ["an equal one nobody was warned of", { unwarned: { customer_id: "c", since: NOW } }, "refused"],
    ["one within all limits", { max_count: 2, max_gross: "238.00" }, "claimed"],
    ["an equal one that was seen", { unwarned: { customer_id: "c", since: NOW + 1 } }, "claimed"],
    ["one for another customer", { unwarned: { customer_id: "d", since: NOW } }, "claimed"],
  ])("%s: %j is %s, and what is refused leaves the approval unused", async (_name, changes, is) => {
    const store = openStore(":memory:");
    const note = { amount: "119.00", currency: "EUR", customer_id: "c" };
    const seen = await claimed(store, { kind: "send_invoice", note });
    await finished(store, seen);
    const one = approval();
    await store.approvals.create(one);
    const limits = { currency: "EUR", gross: "119", max_count: null, max_gross: null, unwarned: null, ...changes };
    const use = { id: one.id, ...wanted, limits };
    const claim = await store.operations.claim(operation({ kind: "send_invoice", note, approval: use }));
    expect(claim.is).toBe(is);
    expect((await store.approvals.get(one.id))?.state).toBe(is === "claimed" ? "used" : "approved");
  });

  it("lets a batch settle each document it shows once, and no other", async () => {
    const store = openStore(":memory:");
    const one = approval({ act: "settle_payments", documents: ["a", "b"] });
    await store.approvals.create(one);
    const use = (subject_id: string) =>
      store.operations.claim(operation({ kind: "mark_paid", subject_id, approval: { id: one.id, ...wanted } }));
    expect([(await use("a")).is, (await use("b")).is, (await use("a")).is, (await use("c")).is]).toEqual([
      "claimed",
      "claimed",
      "refused",
      "refused",
    ]);
  });

  it("is answered once; waiting ones are found by their subject; declined ones are counted", async () => {
    const store = openStore(":memory:");
    const one = approval({ state: "pending", answered_at: null, channel: null, approved_by: null });
    await store.approvals.create(one);
    const answer = {
      state: "declined" as const,
      channel: "form" as const,
      approved_by: "person" as const,
      now: NOW + 5,
    };
    expect((await store.approvals.findOpen({ ...one, now: NOW })).map(({ id }) => id)).toEqual([one.id]);
    expect(await store.approvals.answer(one.id, answer)).toBe(true);
    expect(await store.approvals.answer(one.id, { ...answer, state: "approved" })).toBe(false);
    // A no is found until a call heard of it, once; it does not come back, and the trail knows.
    expect(await store.approvals.findOpen({ ...one, now: NOW + 3_600_000 })).toMatchObject([{ state: "declined" }]);
    expect(await store.approvals.told(one.id, NOW + 10)).toBe(true);
    expect(await store.approvals.told(one.id, NOW + 11)).toBe(false);
    expect(await store.approvals.findOpen({ ...one, now: NOW + 11 })).toEqual([]);
    expect(await store.approvals.declinedSince({ ...one, since: NOW })).toEqual([NOW + 5]);
  });

  it("adds up exactly what left, open operations included", async () => {
    const store = openStore(":memory:");
    await finished(store, await claimed(store, { kind: "send_invoice", note: { amount: "0.10", currency: "EUR" } }));
    await claimed(store, { kind: "send_invoice", note: { amount: "0.20", currency: "EUR" } });
    expect(await store.approvals.spentSince(placeIn("org"), "send_invoice", NOW)).toEqual([
      { currency: "EUR", count: 2, gross: "0.3" },
    ]);
    expect(await store.approvals.spentSince(placeIn("org"), "send_invoice", NOW + 1)).toEqual([]);
  });
});

describe("the audit trail", () => {
  async function tampered(sql: string): Promise<readonly string[]> {
    const file = freshFile();
    const store = openStore(file);
    for (let count = 0; count < 5; count += 1) await finished(store, await claimed(store));
    const batch = { id: "batch", act: "settle_payments" as const, documents: ["a", "b"] };
    await store.approvals.create(approval(batch));
    const use = { kind: "mark_paid" as const, subject_id: "a", approval: { id: "batch", digest: "d", subject: "s" } };
    await finished(store, await claimed(store, use));
    const waits = { state: "pending" as const, channel: null, approved_by: null, answered_at: null };
    await store.approvals.create(approval({ id: "waiting", plan: { view: "119.00" }, ...waits }));
    // A channel that is tried is no answer, and nothing that the trail vouches for.
    await store.approvals.offer("waiting", { channel: "page", reason: "r", secret_hash: "h" });
    expect((await store.audit.verify()).problems).toEqual([]);
    await store.close();
    const DatabaseSync = loadSqlite();
    const raw = new DatabaseSync(file);
    raw.exec(sql);
    raw.close();
    const again = openStore(file);
    const { problems } = await again.audit.verify();
    await again.close();
    return problems;
  }
  const open = "DROP TRIGGER audit_keep; DROP TRIGGER audit_fixed; DROP TRIGGER op_final; DROP TRIGGER op_keep;";

  it.each([
    ["an edited line", "UPDATE audit SET data = replace(data, '119.00', '11.00') WHERE seq = 3"],
    ["an edited time", "UPDATE audit SET at = at + 1 WHERE seq = 3"],
    ["a removed line", "DELETE FROM audit WHERE seq = 4"],
    ["a cut end", "DELETE FROM audit WHERE seq > 8"],
    [
      "an inserted line",
      "INSERT INTO audit SELECT 17, at, event, organization_id, principal, operation_id, approval_id, data, hash, hash, origin, fields_version FROM audit WHERE seq = 14",
    ],
    ["an operation's edited state", "UPDATE op SET state = 'not_done' WHERE seq = 2"],
    ["an operation's edited amount", "UPDATE op SET note = replace(note, '119.00', '11.00') WHERE seq = 2"],
    ["a removed operation", "DELETE FROM op WHERE seq = 2"],
    ["an operation that may be repeated again", "UPDATE op SET remembered = 0 WHERE seq = 2"],
    ["an operation moved to another address of the API", "UPDATE op SET origin = 'https://x' WHERE seq = 2"],
    ["an operation that cannot be read", "UPDATE op SET candidates = 'x' WHERE seq = 2"],
    ["an approval given by hand", "UPDATE approval SET state = 'approved' WHERE id = 'waiting'"],
    ["an approval with more time", "UPDATE approval SET expires_at = expires_at + 1 WHERE id = 'waiting'"],
    ["an approval for other content", "UPDATE approval SET digest = 'e' WHERE id = 'waiting'"],
    [
      "an approval that shows something else",
      "UPDATE approval SET plan = replace(plan, '119', '11') WHERE id = 'waiting'",
    ],
    [
      "an approval that shows something else, and its hash",
      "UPDATE approval SET plan = '{}', shown_hash = 'x' WHERE id = 'waiting'",
    ],
    ["an approval with another channel", `UPDATE approval SET channels = '["token"]' WHERE id = 'waiting'`],
    ["an approval of another policy", "UPDATE approval SET policy_hash = 'x' WHERE id = 'batch'"],
    ["an approval somebody else gave", "UPDATE approval SET approved_by = 'policy' WHERE id = 'batch'"],
    ["an approval given somewhere else", "UPDATE approval SET channel = 'form' WHERE id = 'batch'"],
    ["an approval of more documents", `UPDATE approval SET documents = '["a","b","c"]' WHERE id = 'batch'`],
    ["an approval that can be used again", "DELETE FROM approval_use"],
    ["a removed approval", "DELETE FROM approval WHERE id = 'batch'"],
    ["an approval that cannot be read", "UPDATE approval SET channels = 'x' WHERE id = 'batch'"],
  ])("shows %s", async (_name, sql) => {
    expect(await tampered(`${open} ${sql}`)).not.toEqual([]);
  });

  it("cannot be changed through SQL", () => {
    return expect(tampered("UPDATE audit SET at = 0")).rejects.toThrow("append-only");
  });

  it("holds no names, and a finished operation keeps none either", async () => {
    const store = openStore(":memory:");
    const row = await claimed(store);
    await store.operations.transition(row, {
      state: "done",
      event: "settled",
      now: NOW,
      args: { invoice_id: "i" },
      result: {},
    });
    expect(JSON.stringify(await store.audit.page(0, 100))).not.toContain("Jane");
    expect(JSON.stringify(await store.operations.get(placeIn("org"), row.id))).not.toContain("Jane");
  });
});

describe("the file", () => {
  it("is private and durable, in a private folder", async () => {
    const file = freshFile();
    const store = openStore(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(file, "..")).mode & 0o777).toBe(0o700);
    await store.close();
  });

  it("is refused when others can read it", async () => {
    const file = freshFile();
    await openStore(file).close();
    chmodSync(file, 0o644);
    expect(problem(() => openStore(file))).toMatchObject({
      effect: "none",
      next: expect.stringContaining("chmod 600"),
    });
  });

  it("is refused in a folder that others can write to", () => {
    const file = freshFile();
    mkdirSync(join(file, ".."));
    chmodSync(join(file, ".."), 0o777);
    expect(problem(() => openStore(file)).next).toContain("chmod 700");
  });

  it("is refused when it is no journal, another program's database, damaged or newer", async () => {
    const text = freshFile();
    mkdirSync(join(text, ".."));
    writeFileSync(text, "x".repeat(5000), { mode: 0o600 });
    expect(problem(() => openStore(text)).message).toContain("is not a journal");

    const sql = (file: string, statements: string) => {
      const DatabaseSync = loadSqlite();
      const raw = new DatabaseSync(file);
      raw.exec(statements);
      raw.close();
    };
    const foreign = freshFile();
    mkdirSync(join(foreign, ".."));
    writeFileSync(foreign, "", { mode: 0o600 });
    sql(foreign, "CREATE TABLE songs (title TEXT)");
    expect(problem(() => openStore(foreign)).message).toContain("another program");

    const newer = freshFile();
    await openStore(newer).close();
    sql(newer, "PRAGMA user_version = 99");
    expect(problem(() => openStore(newer))).toMatchObject({ message: expect.stringContaining("format 99") });

    const cut = freshFile();
    await openStore(cut).close();
    truncateSync(cut, 6000);
    expect(problem(() => openStore(cut)).message).toContain("is damaged");
  });

  it.skipIf(!canFreeze)("is refused when it cannot be written", async () => {
    const file = freshFile();
    await openStore(file).close();
    freeze(file, () => {
      const { message, next } = problem(() => openStore(file));
      expect(message).toBe(`This user may not read and write the journal ${file}.`);
      expect(next).toMatch(/^(Run: chmod 600|Its rights allow it)/);
    });
  });

  it("says that the disk is full, and keeps what it has", async () => {
    const file = freshFile();
    const first = openStore(file);
    await claimed(first);
    await first.close();
    const store = openStore(file, { max_pages: Math.ceil(statSync(file).size / 4096) + 1 });
    const big = { args: { text: "x".repeat(50_000) } };
    const error = await claimed(store, big).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(JournalError);
    expect(error).toMatchObject({ message: expect.stringContaining("disk is full"), effect: "none" });
    expect(await store.operations.list(placeIn("org"), { limit: 10 })).toHaveLength(1);
    expect((await store.audit.verify()).problems).toEqual([]);
    await store.close();
    expect(existsSync(`${file}-journal`)).toBe(false);
  });
});

describe("a long journal", () => {
  it("is searched by whole keys, never by organization alone", () => {
    const DatabaseSync = loadSqlite();
    const file = freshFile();
    openStore(file);
    const raw = new DatabaseSync(file);
    const plan = (sql: string) => JSON.stringify(raw.prepare(`EXPLAIN QUERY PLAN ${sql}`).all());
    for (const by of ["fingerprint", "mismatch", "resource"] as const) {
      expect(plan(FIND[by])).toMatch(/SEARCH op USING .*\(organization_id=\? AND \w+=\?/);
    }
    for (const by of ["locks", "latest"] as const) {
      expect(plan(FIND[by])).toMatch(/SEARCH op_lock USING .*\(organization_id=\? AND lock=\?/);
    }
    // These go through the open operations, which are few, or through those of a day.
    for (const by of ["candidate", "open"] as const) expect(plan(FIND[by])).toContain("INDEX op_open");
    expect(plan(FIND.since)).toContain("(organization_id=? AND created_at>?)");
    raw.close();
  });
});
