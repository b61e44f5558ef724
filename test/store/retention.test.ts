import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ACT_KINDS, publicArgs } from "../../src/acts/index.ts";
import { isJsonObject, type Json } from "../../src/domain/json.ts";
import { planBatch } from "../../src/guard/plan-batch.ts";
import { defaultPolicy } from "../../src/guard/policy.ts";
import type { NewApproval, Plan } from "../../src/guard/port.ts";
import { planSnapshot } from "../../src/guard/snapshot.ts";
import type { Ledger } from "../../src/journal/ledger.ts";
import type { Change } from "../../src/journal/rules/transition.ts";
import type { OperationRow } from "../../src/journal/store-port.ts";
import { openStore } from "../../src/store/open.ts";
import { apiAt, approved, journalOn, openScene, type Scene, stage } from "../faults/scene.ts";
import { context, customer, input, invoice, item, organization, sendPlan } from "../guard/setup.ts";
import { performAny } from "../harness/acts.ts";
import { givenApproval } from "../harness/approvals.ts";
import { NOW, newOperation, PLACE } from "./rows.ts";

const folder = mkdtempSync(join(tmpdir(), "retention-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PLANTED = {
  name: "Zaphod Beeblebrox",
  email: "zaphod@heart-of-gold.example",
  street: "Magrathea Allee 42",
  line: "Infinite improbability consulting",
  notes: "Please pay in Altairian dollars",
  bank: "SEPA credit Beeblebrox Z.",
};
const shown = {
  recipient: `${PLANTED.name}\n${PLANTED.street}`,
  items: [item({ title: PLANTED.line })],
  notes: PLANTED.notes,
};
const buyer = customer({ email: PLANTED.email, given_name: PLANTED.name, company: null });

/** Which of the texts the file holds, in any of its bytes: pages that were let go of, too. */
function found(file: string, texts: readonly string[] = Object.values(PLANTED)): readonly string[] {
  const bytes = readFileSync(file);
  const lower = bytes.toString("latin1").toLowerCase();
  return texts.filter((text) => lower.includes(Buffer.from(text).toString("latin1").toLowerCase()));
}

let file: string;
let store: Ledger;
let files = 0;
beforeEach(() => {
  files += 1;
  file = join(folder, `${files}.db`);
  store = openStore(file);
  return () => store.close();
});

async function asked(plan: Plan, more: Partial<NewApproval> = {}): Promise<NewApproval> {
  const approval = givenApproval(NOW, {
    id: `approval-${files}-${more.id ?? ""}`,
    act: plan.act,
    organization_id: PLACE.organization_id,
    subject: "s",
    digest: plan.digest,
    plan: planSnapshot(plan, NOW + 600_000),
    locks: [`cust:${PLANTED.email}`],
    documents: plan.documents.map((document) => document.invoice.id),
    secret_hash: "hash",
    ...more,
  });
  await store.approvals.create(approval);
  return approval;
}

/** A send under way, with everything about the customer in it. */
async function sending(): Promise<OperationRow> {
  const { id, digest, subject } = await asked(sendPlan({ invoice: invoice(shown), customer: buyer }));
  const claim = await store.operations.claim(
    newOperation({
      kind: "send_invoice",
      args: { invoice_id: "i", title: PLANTED.line, email: PLANTED.email, nested: { notes: PLANTED.notes } },
      before: { recipient: shown.recipient, email: PLANTED.email },
      locks: ["inv:i", `cust:${PLANTED.email}`],
      bank_lines: [{ key: PLANTED.bank, shown: `${PLANTED.bank} 119,00` }],
      approval: { id, digest, subject },
    }),
  );
  if (claim.is !== "claimed") throw new Error(JSON.stringify(claim));
  expect(found(file)).toEqual(Object.values(PLANTED));
  return claim.row;
}

async function changed(row: OperationRow, change: Partial<Change> & Pick<Change, "state">): Promise<OperationRow> {
  const next = await store.operations.transition(row, { event: "settled", now: NOW, ...change });
  if (next === null || "refused" in next) throw new Error("not changed");
  return next;
}

describe("texts about people are in no byte of the file after an act ends as", () => {
  it.each(["done", "mismatch", "not_done"] as const)("%s", async (state) => {
    const row = await sending();
    const open = await changed(row, { state: "unknown", event: "read", why: "No answer came." });
    expect(found(file)).toEqual(Object.values(PLANTED));
    await changed(open, {
      state,
      args: publicArgs(row.kind, row.args),
      result: state === "not_done" ? null : { invoice_id: "i" },
    });
    expect(found(file)).toEqual([]);
    expect((await store.audit.verify()).problems).toEqual([]);
  });

  it("not done, by a person's verdict", async () => {
    const open = await changed(await sending(), { state: "ambiguous", candidates: ["i"] });
    const plan = sendPlan({ invoice: invoice(shown), customer: buyer });
    const { id, digest, subject } = await asked({ ...plan, act: "resolve_operation" }, { id: "verdict" });
    const verdict = { principal: "p", approval: { id, digest, subject } };
    await changed(open, { state: "not_done", event: "resolved", verdict });
    expect(found(file)).toEqual([]);
  });

  it("never sent, once its approval can no longer be used", async () => {
    const row = await sending();
    await changed(row, { state: "not_done", rearm: true });
    // It may be used again: the person need not be asked anew.
    expect(found(file)).toContain(PLANTED.name);
    await store.approvals.tidy(NOW + 600_000);
    expect(found(file)).toEqual([]);
    expect((await store.audit.verify()).problems).toEqual([]);
  });
});

it("leaves nothing between rows either, where pages split and join: many acts of many sizes, ended in another order", async () => {
  const rows: OperationRow[] = [];
  for (let one = 0; one < 120; one += 1) {
    const notes = `${PLANTED.notes} `.repeat(1 + ((one * 37) % 90));
    const plan = sendPlan({ invoice: invoice({ ...shown, notes, id: `i${one}` }), customer: buyer });
    const { id, digest, subject } = await asked(plan, { id: `${one}`, subject: `s${one}` });
    const claim = await store.operations.claim(
      newOperation({ kind: "send_invoice", args: { notes }, before: { notes }, approval: { id, digest, subject } }),
    );
    if (claim.is === "claimed") rows.push(claim.row);
  }
  expect(rows).toHaveLength(120);
  for (let step = 0; step < rows.length; step += 1) {
    const row = rows[(step * 49) % rows.length];
    if (row !== undefined) await changed(row, { state: "done", result: {} });
  }
  expect(found(file)).toEqual([]);
  expect((await store.audit.verify()).problems).toEqual([]);
});

it("keeps bank lines that were read for half a day, and then in no byte of the file", async () => {
  const texts = [PLANTED.name, PLANTED.bank];
  const lines = Array.from({ length: 60 }, (_, at) => ({
    handle: `h${at}`,
    content: { payer: PLANTED.name, text: `${PLANTED.bank} ${at}` },
  }));
  await store.seenLines.keep({ ...PLACE, principal: "p" }, lines, NOW);
  expect(found(file, texts)).toEqual(texts);
  await store.approvals.tidy(NOW + 12 * 3_600_000);
  expect(found(file, texts)).toEqual([]);
});

describe("texts about people are in no byte of the file after an approval was", () => {
  const waiting = { state: "pending", channel: null, approved_by: null, answered_at: null } as const;
  const plan = () => sendPlan({ invoice: invoice(shown), customer: buyer });
  const gone = async () => {
    expect(found(file)).toEqual([]);
    expect((await store.audit.verify()).problems).toEqual([]);
  };

  it("declined", async () => {
    const { id } = await asked(plan(), waiting);
    expect(found(file)).toContain(PLANTED.line);
    await store.approvals.answer(id, { state: "declined", channel: "page", approved_by: "person", now: NOW });
    await gone();
  });

  it("withdrawn", async () => {
    const { id } = await asked(plan(), waiting);
    await store.approvals.expire(id, NOW);
    await gone();
  });

  it.each([
    ["answered by nobody", waiting],
    ["given and not used", {}],
  ] as const)("%s, once another is asked for", async (_name, state) => {
    await asked(plan(), state);
    const other = sendPlan({ invoice: invoice({ id: "other" }), customer: customer() });
    const later = NOW + 600_000;
    await asked(other, { id: "other", created_at: later, expires_at: later + 600_000, digest: "other" });
    await gone();
  });

  const pay = async (id: string, digest: string, subject_id: string) => {
    const approval = { id, digest, subject: "s" };
    const claim = await store.operations.claim(newOperation({ kind: "mark_paid", subject_id, approval }));
    if (claim.is !== "claimed") throw new Error(JSON.stringify(claim));
    return claim.row;
  };
  const batch = async () => {
    const entries = ["a", "b"].map((id) => ({
      invoice: invoice({ ...shown, id, status: "sent", status_word: "sent" }),
      customer: buyer,
      context: context(),
      send_notification: false,
    }));
    return asked(planBatch({ entries, organization, policy: defaultPolicy, locale: input().locale }));
  };

  it("used for a whole batch", async () => {
    const { id, digest } = await batch();
    const first = await pay(id, digest, "a");
    const second = await pay(id, digest, "b");
    await changed(second, { state: "done", result: {} });
    expect(found(file)).toContain(PLANTED.name);
    await changed(first, { state: "done", result: {} });
    await gone();
  });

  it("used for a part of a batch, once its time is over", async () => {
    const { id, digest } = await batch();
    await changed(await pay(id, digest, "a"), { state: "done", result: {} });
    await store.approvals.tidy(NOW + 600_000 + 15 * 60_000 - 1);
    expect(found(file)).toContain(PLANTED.name);
    await store.approvals.tidy(NOW + 600_000 + 15 * 60_000);
    await gone();
  });
});

describe("every mutation, done for real", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene();
  });
  afterAll(() => scene.close());

  it.each(ACT_KINDS)("%s leaves no text of its arguments behind", async (kind) => {
    const act = await stage(kind, scene);
    const hidden = Object.entries(act.args).filter(([key]) => !(key in publicArgs(kind, act.args)));
    const texts = hidden.flatMap(([, value]) => leaves(value)).filter((text) => text.length > 3);
    let during: readonly string[] = [];
    const journal = journalOn(store, apiAt(scene.proxy.url, scene.simulator.token), {
      onPoint: (point) => {
        if (point === "claimed") during = found(file, texts);
      },
    });
    expect(await performAny(journal, act.operation, act.args, await approved(store, act))).toMatchObject({
      outcome: "done",
    });
    expect(during).toEqual(texts);
    expect(found(file, texts)).toEqual([]);
    await journal.close();
  });
});

/** Every text in it. */
function leaves(value: Json): readonly string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(leaves);
  return isJsonObject(value) ? Object.values(value).flatMap((one) => leaves(one)) : [];
}
