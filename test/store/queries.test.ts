import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import type { NewApproval } from "../../src/guard/port.ts";
import type { Ledger } from "../../src/journal/ledger.ts";
import type { NewOperation } from "../../src/journal/rules/claim.ts";
import { openStore } from "../../src/store/open.ts";
import { loadSqlite } from "../../src/store/sqlite/load.ts";
import { givenApproval, ORIGIN, placeIn } from "../harness/approvals.ts";

const NOW = Date.parse("2026-04-01T08:00:00Z");

async function claim(store: Ledger, serial: number, more: Partial<NewOperation> = {}) {
  const claimed = await store.operations.claim({
    id: `op_${serial}`,
    origin: ORIGIN,
    organization_id: "org",
    principal: "p",
    kind: "mark_paid",
    fingerprint: `f-${serial}`,
    identity_hash: `i-${serial}`,
    locks: [`inv:${serial}`],
    subject_type: "invoice",
    subject_id: `inv-${serial}`,
    args: { invoice_id: `inv-${serial}` },
    before: {},
    owner: "me",
    lease_until: NOW,
    duplicate_of: null,
    note: null,
    now: NOW + serial * 1000,
    seen: null,
    approval: null,
    ...more,
  });
  if (claimed.is !== "claimed") throw new Error(claimed.is);
  return claimed.row;
}

const approval = (more: Partial<NewApproval>): NewApproval =>
  givenApproval(NOW, {
    id: "a",
    act: "send_invoice",
    organization_id: "org",
    subject: "s",
    digest: "d",
    state: "pending",
    channel: null,
    approved_by: null,
    answered_at: null,
    expires_at: NOW + 1000,
    ...more,
  });

describe("the trail of an operation", () => {
  it("is found by indexes, without reading the whole", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "trail-")), "journal.sqlite");
    await openStore(file).close();
    const database = new (loadSqlite())(file);
    const plan = database
      .prepare("EXPLAIN QUERY PLAN SELECT * FROM audit WHERE operation_id = ? OR approval_id = ? ORDER BY seq")
      .all("x", null);
    database.close();
    rmSync(dirname(file), { recursive: true });
    expect(JSON.stringify(plan)).toMatch(/audit_operation.*audit_approval/);
    expect(JSON.stringify(plan)).not.toContain("SCAN");
  });
});

describe("lists of operations", () => {
  it("are bounded by time, since inclusive and until exclusive, newest first", async () => {
    const store = openStore(":memory:");
    for (const serial of [1, 2, 3, 4]) await claim(store, serial);
    const at = (serial: number) => new Date(NOW + serial * 1000).toISOString();
    const ids = async (filter: { since?: string; until?: string; limit?: number }) =>
      (await store.operations.list(placeIn("org"), { limit: 10, ...filter })).map(({ id }) => id);
    expect(await ids({ since: at(2) })).toEqual(["op_4", "op_3", "op_2"]);
    expect(await ids({ until: at(3) })).toEqual(["op_2", "op_1"]);
    expect(await ids({ since: at(2), until: at(4), limit: 1 })).toEqual(["op_3"]);
  });

  it("are narrowed by state, open and final, and by document", async () => {
    const store = openStore(":memory:");
    const first = await claim(store, 1);
    await claim(store, 2);
    await store.operations.transition(first, { state: "done", event: "settled", now: NOW, result: {}, remember: null });
    const ids = async (filter: Parameters<Ledger["operations"]["list"]>[1]) =>
      (await store.operations.list(placeIn("org"), filter)).map(({ id }) => id);
    expect(await ids({ limit: 10, states: ["dispatching", "unknown"] })).toEqual(["op_2"]);
    expect(await ids({ limit: 10, states: ["done", "unknown"] })).toEqual(["op_1"]);
    expect(await ids({ limit: 10, subject_id: "inv-2" })).toEqual(["op_2"]);
    expect(await ids({ limit: 10, subject_id: "inv-2", states: ["done"] })).toEqual([]);
    expect(await store.operations.places()).toEqual([placeIn("org")]);
  });
});

describe("approvals", () => {
  it("that wait are those not answered and not expired, for whatever purpose", async () => {
    const store = openStore(":memory:");
    await store.approvals.create(approval({ id: "waiting" }));
    await store.approvals.create(approval({ id: "answered", state: "approved" }));
    const waiting = async (now: number) => (await store.approvals.pending({}, now)).map(({ id }) => id);
    expect(await waiting(NOW + 999)).toEqual(["waiting"]);
    expect(await waiting(NOW + 1000)).toEqual([]);
    await store.approvals.expire("waiting", NOW);
    expect(await waiting(NOW)).toEqual([]);
    expect((await store.approvals.get("waiting"))?.state).toBe("expired");
  });

  it("cannot be answered when they have expired", async () => {
    const store = openStore(":memory:");
    await store.approvals.create(approval({}));
    const answer = { state: "approved", channel: "page", approved_by: "person", now: NOW + 1000 } as const;
    expect(await store.approvals.answer("a", answer)).toBe(false);
  });

  it("that do not exist allow nothing", async () => {
    const store = openStore(":memory:");
    const wanted = { approval: { id: "none", digest: "d", subject: "s" } };
    await expect(claim(store, 1, wanted)).rejects.toThrow("refused");
    expect(await store.operations.list(placeIn("org"), { limit: 1 })).toEqual([]);
  });

  it("of a batch go on for a quarter of an hour after they were used, and no longer", async () => {
    const store = openStore(":memory:");
    const documents = [1, 2, 3].map((serial) => `inv-${serial}`);
    await store.approvals.create(approval({ state: "approved", act: "settle_payments", documents, answered_at: NOW }));
    const use = { approval: { id: "a", digest: "d", subject: "s" } };
    await claim(store, 1, { ...use, now: NOW });
    await claim(store, 2, { ...use, now: NOW + 1000 + 15 * 60_000 - 1 });
    await expect(claim(store, 3, { ...use, now: NOW + 1000 + 15 * 60_000 })).rejects.toThrow("refused");
  });

  it("keep the secret that they were offered with, where another offer brings none", async () => {
    const store = openStore(":memory:");
    await store.approvals.create(approval({}));
    await store.approvals.offer("a", { channel: "card", reason: "asked in the chat", secret_hash: "h" });
    await store.approvals.offer("a", { channel: "page", reason: "the card was closed" });
    expect(await store.approvals.get("a")).toMatchObject({
      channel: "page",
      channel_reason: "the card was closed",
      secret_hash: "h",
    });
  });
});
