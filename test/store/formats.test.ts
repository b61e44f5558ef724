import { chmodSync, copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { ActKind } from "../../src/acts/index.ts";
import { ACTS } from "../../src/acts/index.ts";
import { ANY_ORIGIN } from "../../src/domain/scope.ts";
import { isMarked } from "../../src/guard/email-mark.ts";
import { fingerprint } from "../../src/journal/identity.ts";
import type { Ledger } from "../../src/journal/ledger.ts";
import type { NewOperation } from "../../src/journal/rules/claim.ts";
import { openStore } from "../../src/store/open.ts";
import { journalProblem } from "../../src/store/preflight.ts";
import { FORMAT } from "../../src/store/sqlite/format.ts";
import { loadSqlite } from "../../src/store/sqlite/load.ts";
import { MIGRATIONS } from "../../src/store/sqlite/migrations/index.ts";

const JOURNALS = join(import.meta.dirname, "journals");
const folder = mkdtempSync(join(tmpdir(), "formats-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let serial = 0;
function copyOf(name: string): string {
  serial += 1;
  const file = join(folder, `${serial}-${name}`);
  copyFileSync(join(JOURNALS, name), file);
  chmodSync(file, 0o600);
  return file;
}

function sql(file: string, statements: string): void {
  const DatabaseSync = loadSqlite();
  const raw = new DatabaseSync(file);
  raw.exec(statements);
  raw.close();
}

/** When the journal was recorded, and where it is asked from now. */
const THEN = Date.parse("2026-04-02T09:00:00Z");
const PLACE = { origin: "https://b.anny.co", organization_id: "org-1" };

/** A call as the engine makes it, here and now. */
function call(kind: ActKind, args: Parameters<(typeof ACTS)[ActKind]["identity"]>[0]): NewOperation {
  serial += 1;
  const operation = ACTS[kind];
  const identity = operation.identity(args);
  const { type, id } = operation.subject(args, null);
  return {
    id: `op_new_${serial}`,
    ...PLACE,
    principal: "local:jane",
    kind,
    fingerprint: fingerprint("org-1", kind, identity, null),
    identity_hash: fingerprint("org-1", kind, identity, null),
    locks: operation.locks(args),
    subject_type: type,
    subject_id: id,
    args,
    before: {},
    owner: "me",
    lease_until: THEN,
    duplicate_of: null,
    note: null,
    now: THEN + 3_600_000,
    seen: null,
    approval: null,
  };
}

const line = (invoice_id: string) => ({ invoice_id, title: "A", quantity: 1, amount: "10", tax_rate: "19" });

describe("every format that ever was", () => {
  it("has a recorded journal and a migration, each with the next number", () => {
    const recorded = readdirSync(JOURNALS).filter((name) => name.endsWith(".db"));
    expect(recorded.sort()).toEqual(MIGRATIONS.map(({ format }) => `format-${format}.db`));
    expect(MIGRATIONS.map(({ format }) => format)).toEqual(Array.from({ length: FORMAT }, (_, index) => index + 1));
  });
});

describe.each(MIGRATIONS.map(({ format }) => format))("a journal of format %i", (format) => {
  let file: string;
  let store: Ledger;
  beforeEach(() => {
    file = copyOf(`format-${format}.db`);
    expect(journalProblem(file)).toBeNull();
    store = openStore(file);
    return () => store.close();
  });
  const claim = async (operation: NewOperation) => (await store.operations.claim(operation)).is;

  it("is opened, whole, and is found whole again", async () => {
    expect(await store.audit.verify()).toMatchObject({ problems: [], operations: 8, approvals: 6 });
    const again = openStore(file);
    expect((await again.audit.verify()).problems).toEqual([]);
    await again.close();
    expect(readFileSync(file).readUInt32BE(60)).toBe(FORMAT);
  });

  it("keeps every operation as it ended", async () => {
    const rows = await store.operations.list(PLACE, { limit: 20 });
    expect(rows.map(({ id, state }) => `${id} ${state}`).reverse()).toEqual([
      "op_01_sent done",
      "op_02_customer done",
      "op_03_dispatching dispatching",
      "op_04_unknown unknown",
      "op_05_ambiguous ambiguous",
      "op_06_mismatch mismatch",
      "op_07_unsent not_done",
      "op_08_batch done",
    ]);
    expect(new Set(rows.map(({ origin }) => origin))).toEqual(new Set([format === 1 ? ANY_ORIGIN : PLACE.origin]));
  });

  it("answers equal calls with what they became", async () => {
    expect(await claim(call("send_invoice", { invoice_id: "9b1c2a6e-0001" }))).toBe("equal");
    expect(await claim(call("mark_paid", { invoice_id: "9b1c2a6e-0007", send_notification: false }))).toBe("equal");
    const again = { email: "jane@example.com", locale: "en", given_name: "Jane", family_name: "Doe" };
    const { fingerprint: print } = call("create_customer", again);
    expect((await store.operations.findEqual(PLACE, print, THEN))?.id).toBe("op_02_customer");
  });

  it("goes on holding what was held: locks, candidates, mismatches", async () => {
    expect(await claim(call("add_item", line("9b1c2a6e-0002")))).toBe("held");
    const paul = { email: "PAUL@example.com", locale: "de", given_name: "P" };
    expect(await claim(call("create_customer", paul))).toBe("equal");
    expect(await claim({ ...call("create_customer", paul), fingerprint: "another" })).toBe("held");
    expect(await claim(call("send_invoice", { invoice_id: "9b1c2a6e-0004" }))).toBe("held");
    expect(await claim(call("send_invoice", { invoice_id: "9b1c2a6e-0005" }))).toBe("held");
  });

  it("lets no used approval be used again", async () => {
    const given = await store.approvals.get("approval-sent");
    if (given === null) throw new Error("lost");
    const { id, digest, subject } = given;
    const again = { ...call("send_invoice", { invoice_id: "9b1c2a6e-0001" }), fingerprint: "another", seen: 1 };
    expect(
      await store.operations.claim({ ...again, now: THEN + 5000, approval: { id, digest, subject } }),
    ).toMatchObject({
      is: "refused",
    });
  });

  it("is gone on with: what was open is settled, what is new is recorded, and all of it verifies", async () => {
    const row = await store.operations.get(PLACE, "op_03_dispatching");
    if (row === null) throw new Error("lost");
    const args = { invoice_id: "9b1c2a6e-0002" };
    const done = {
      state: "done",
      event: "settled",
      now: THEN,
      args,
      result: { item_id: "i" },
      remember: null,
    } as const;
    expect(await store.operations.transition(row, done)).toMatchObject({ state: "done", version: 2 });
    const next = call("add_item", line("9b1c2a6e-0002"));
    const { latest } = await store.operations.look({ ...PLACE, locks: next.locks, kind: "add_item", subject_id: null });
    expect(await claim({ ...next, seen: latest })).toBe("claimed");
    expect((await store.audit.verify()).problems).toEqual([]);
  });

  it("knows where the last invoice went without keeping the address", async () => {
    const mark = await store.approvals.lastDelivered(PLACE, "4711");
    expect(isMarked("Jane@Example.com", mark ?? "")).toBe(true);
    expect(isMarked("eve@example.com", mark ?? "")).toBe(false);
  });
});

describe("what a journal of format 1 did not record", () => {
  let file: string;
  let store: Ledger;
  beforeEach(() => {
    file = copyOf("format-1.db");
    store = openStore(file);
    return () => store.close();
  });

  it("the API's address: it answers equal calls from any", async () => {
    const elsewhere = { ...PLACE, origin: "https://staging.anny.co" };
    const sent = call("send_invoice", { invoice_id: "9b1c2a6e-0001" });
    expect((await store.operations.findEqual(elsewhere, sent.fingerprint, THEN))?.id).toBe("op_01_sent");
    const held = await store.operations.claim({ ...call("add_item", line("9b1c2a6e-0002")), ...elsewhere });
    expect(held.is).toBe("held");
  });

  it("lets no approval go on that was given for an unknown address of the API", async () => {
    const states = await Promise.all(
      ["sent", "unsent", "batch", "declined", "withdrawn", "waiting"].map((name) =>
        store.approvals.get(`approval-${name}`).then((approval) => approval?.state),
      ),
    );
    expect(states).toEqual(["used", "expired", "used", "declined", "expired", "expired"]);
    expect(await store.approvals.pending({}, THEN)).toEqual([]);
  });

  it("loses the texts of what had ended, from the file's every byte", async () => {
    await store.close();
    const bytes = readFileSync(file).toString("latin1");
    // In the fixture they are there.
    const before = readFileSync(join(JOURNALS, "format-1.db")).toString("latin1");
    for (const text of ["jane@example.com", "Hauptstra", "Payable within", "Acme Inc"]) {
      expect([text, before.includes(text), bytes.includes(text)]).toEqual([text, true, false]);
    }
    // Open operations keep what they need to be settled.
    expect(bytes).toContain("paul@example.com");
    store = openStore(file);
  });

  it("is left as it was by a migration that is interrupted", async () => {
    const broken = copyOf("format-1.db");
    sql(broken, "CREATE TABLE fact (x)");
    const before = readFileSync(broken);
    expect(() => openStore(broken)).toThrow();
    expect(readFileSync(broken).equals(before)).toBe(true);
    expect(existsSync(`${broken}-journal`)).toBe(false);
    sql(broken, "DROP TABLE fact");
    const mended = openStore(broken);
    expect((await mended.audit.verify()).problems).toEqual([]);
    await mended.close();
  });

  it("still shows what was edited before the migration", async () => {
    const edited = copyOf("format-1.db");
    sql(edited, "UPDATE op SET note = replace(note, '1785', '1') WHERE id = 'op_01_sent'");
    const opened = openStore(edited);
    expect((await opened.audit.verify()).problems).toEqual(["Operation op_01_sent differs from its last audit line."]);
    await opened.close();
  });

  it("is migrated once, whoever of several comes first", async () => {
    const shared = copyOf("format-1.db");
    const stores = [openStore(shared), openStore(shared), openStore(shared)];
    for (const one of stores) expect((await one.audit.verify()).problems).toEqual([]);
    for (const one of stores) await one.close();
  });
});

it("refuses a format that is not known yet, in words, and leaves the file alone", async () => {
  const file = copyOf("format-1.db");
  sql(file, `PRAGMA user_version = ${FORMAT + 1}`);
  const before = readFileSync(file);
  expect(() => openStore(file)).toThrow(`has format ${FORMAT + 1}`);
  expect(journalProblem(file)?.message).toContain(`has format ${FORMAT + 1}`);
  expect(readFileSync(file).equals(before)).toBe(true);
});
