import { beforeEach, describe, expect, it } from "vitest";
import type { Ledger } from "../../src/journal/ledger.ts";
import type { NewOperation } from "../../src/journal/rules/claim.ts";
import type { Change } from "../../src/journal/rules/transition.ts";
import type { OperationRow } from "../../src/journal/store-port.ts";
import { openStore } from "../../src/store/open.ts";
import { givenApproval } from "../harness/approvals.ts";
import { NOW, newOperation, PLACE } from "../store/rows.ts";

const STAGING = { ...PLACE, origin: "https://staging.test" };
let ledger: Ledger;
beforeEach(() => {
  ledger = openStore(":memory:");
  return () => ledger.close();
});

async function claimed(more: Partial<NewOperation> = {}): Promise<OperationRow> {
  const claim = await ledger.operations.claim(newOperation(more));
  if (claim.is !== "claimed") throw new Error(JSON.stringify(claim));
  return claim.row;
}
const is = async (more: Partial<NewOperation>) => (await ledger.operations.claim(newOperation(more))).is;

async function ended(row: OperationRow, state: Change["state"], more: Partial<Change> = {}): Promise<OperationRow> {
  const next = await ledger.operations.transition(row, { state, event: "settled", now: NOW, result: {}, ...more });
  if (next === null || "refused" in next) throw new Error("not changed");
  return next;
}

describe("locks", () => {
  it("hold every operation that shares one of them, and no other", async () => {
    const row = await claimed({ locks: ["inv:1", "cust:7"] });
    expect(await is({ locks: ["addr:9", "cust:7"] })).toBe("held");
    expect(await is({ locks: ["inv:1"] })).toBe("held");
    expect(await is({ locks: ["inv:2", "cust:8"] })).toBe("claimed");
    expect(
      (await ledger.operations.look({ ...PLACE, locks: ["cust:7"], kind: "add_item", subject_id: null })).holder?.id,
    ).toBe(row.id);
    await ended(row, "done");
    // Whoever read before it ended has an outdated reading.
    expect(await is({ locks: ["addr:9", "cust:7"] })).toBe("stale");
    const { latest } = await ledger.operations.look({
      ...PLACE,
      locks: ["addr:9", "cust:7"],
      kind: "add_item",
      subject_id: null,
    });
    expect(await is({ locks: ["addr:9", "cust:7"], seen: latest })).toBe("claimed");
  });

  it("find the approvals that depend on them while something can come of those", async () => {
    const asked = givenApproval(NOW, {
      id: "a",
      act: "send_invoice",
      organization_id: "org",
      subject: "s",
      locks: ["inv:1", "cust:7"],
    });
    await ledger.approvals.create(asked);
    const found = async (place = PLACE, now = NOW) =>
      (await ledger.approvals.dependingOn(place, ["cust:7"], now)).map(({ id }) => id);
    expect(await found()).toEqual(["a"]);
    expect(await found(STAGING)).toEqual([]);
    expect(await found(PLACE, asked.expires_at)).toEqual([]);
    const approval = { id: "a", digest: "digest", subject: "s" };
    const row = await claimed({ kind: "send_invoice", approval });
    expect(await found()).toEqual([]);
    await ended(row, "not_done", { rearm: true });
    expect(await found()).toEqual(["a"]);
    await ledger.approvals.expire("a", NOW);
    expect(await found()).toEqual([]);
  });
});

describe("the origin of the API", () => {
  it("keeps apart what is equal: claims, locks, lookups, resources, sums of a day", async () => {
    const common = { fingerprint: "f", locks: ["inv:1"], kind: "send_invoice" as const };
    const row = await claimed(common);
    await ended(row, "done", { resource_id: "r", remember: { until: null } });
    expect(await ledger.operations.findEqual(PLACE, "f", NOW)).not.toBeNull();
    expect(await ledger.operations.findEqual(STAGING, "f", NOW)).toBeNull();
    expect(await ledger.operations.get(STAGING, row.id)).toBeNull();
    expect(await ledger.operations.isTaken(STAGING, "send_invoice", "r")).toBe(false);
    expect(await ledger.operations.list(STAGING, { limit: 9 })).toEqual([]);
    expect(await ledger.approvals.spentSince(STAGING, "send_invoice", 0)).toEqual([]);
    expect(await is({ ...common, ...STAGING })).toBe("claimed");
    expect(await ledger.operations.places()).toEqual([PLACE, STAGING]);
  });

  it("is part of an approval: given for one address it lets nothing go at another", async () => {
    await ledger.approvals.create(
      givenApproval(NOW, { id: "a", act: "send_invoice", organization_id: "org", subject: "s" }),
    );
    const use = { kind: "send_invoice" as const, approval: { id: "a", digest: "digest", subject: "s" } };
    expect(await ledger.operations.claim(newOperation({ ...use, ...STAGING }))).toMatchObject({
      is: "refused",
      reason: expect.stringContaining("another address"),
    });
    expect(await is(use)).toBe("claimed");
  });
});

describe("lines of bank statements", () => {
  const bank_lines = [
    { key: "2026-04-01/ACME/119.00", shown: "ACME 119.00" },
    { key: "2026-04-01/ACME/1.00", shown: "ACME 1.00" },
  ];
  const keys = bank_lines.map(({ key }) => key);

  it("are held by the operation they paid, whichever of them is asked for", async () => {
    const row = await claimed({ kind: "mark_paid", bank_lines });
    const second = newOperation({ kind: "mark_paid", bank_lines: bank_lines.slice(1) });
    expect(await ledger.operations.claim(second)).toMatchObject({
      is: "refused",
      reason: expect.stringContaining(row.id),
    });
    const found = await ledger.bankLines.find(PLACE, [...keys, "other"]);
    expect([...found.keys()].sort()).toEqual([...keys].sort());
    expect(found.get(keys[0] ?? "")).toMatchObject({
      invoice_id: row.subject_id,
      operation_id: row.id,
      shown: "ACME 119.00",
    });
    expect(await ledger.bankLines.find(STAGING, keys)).toEqual(new Map());
    await ended(row, "done");
    expect((await ledger.bankLines.find(PLACE, keys)).get(keys[0] ?? "")).toMatchObject({ shown: null });
    expect((await ledger.operations.claim(second)).is).toBe("refused");
  });

  it("are free again when it is proven not done, and only then", async () => {
    const row = await claimed({ kind: "mark_paid", bank_lines });
    const unknown = await ended(row, "unknown", { event: "read", result: null });
    expect(await is({ kind: "mark_paid", bank_lines })).toBe("refused");
    await ended(unknown, "not_done");
    expect(await is({ kind: "mark_paid", bank_lines })).toBe("claimed");
  });
});

describe("facts", () => {
  it("are kept until they are found out anew", async () => {
    await ledger.facts.put(PLACE, { kind: "k", key: "i", value: { by: "j" }, at: NOW });
    await ledger.facts.put(PLACE, { kind: "k", key: "i", value: { by: "l" }, at: NOW + 1 });
    expect(await ledger.facts.list(PLACE, "k")).toMatchObject([{ value: { by: "l" }, at: NOW + 1 }]);
    await ledger.facts.remove(PLACE, "k", "i");
    expect(await ledger.facts.list(PLACE, "k")).toEqual([]);
  });
});

describe("an approval", () => {
  it("is answered only where it may be, whatever the one who takes the answer knows of policies", async () => {
    const waiting = { state: "pending", channel: null, approved_by: null, answered_at: null } as const;
    const asked = givenApproval(NOW, {
      id: "a",
      act: "send_invoice",
      organization_id: "org",
      subject: "s",
      ...waiting,
      channels: ["form"],
    });
    await ledger.approvals.create(asked);
    const answer = { state: "approved", approved_by: "person", now: NOW } as const;
    expect(await ledger.approvals.answer("a", { ...answer, channel: "terminal" })).toBe(false);
    expect(await ledger.approvals.answer("a", { ...answer, channel: "form" })).toBe(true);
  });
});
