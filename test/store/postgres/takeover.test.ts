import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { type Ledger, ledgerOn } from "../../../src/journal/ledger.ts";
import type { OperationRow, Tx } from "../../../src/journal/store-port.ts";
import { openStore } from "../../../src/store/open.ts";
import { Database } from "../../../src/store/postgres/database.ts";
import { openAsOwner, openPostgres } from "../../../src/store/postgres/open.ts";
import { takeOver } from "../../../src/store/postgres/takeover.ts";
import { openSqlite } from "../../../src/store/sqlite/open.ts";
import { freshSchema } from "../../harness/postgres.ts";
import { createTcpProxy } from "../../harness/tcp-proxy.ts";
import { counted, NOW, newOperation, PLACE } from "../rows.ts";

const folder = mkdtempSync(join(tmpdir(), "takeover-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
let files = 0;

function file(recorded?: string): string {
  files += 1;
  const path = join(folder, `${files}.db`);
  if (recorded !== undefined) {
    copyFileSync(join(import.meta.dirname, "..", "journals", recorded), path);
    chmodSync(path, 0o600);
  }
  return path;
}

/** What was done with SQLite, by a process that is gone. */
async function worked(path: string, work: (ledger: Ledger) => Promise<unknown>): Promise<void> {
  const ledger = openStore(path);
  try {
    await work(ledger);
  } finally {
    await ledger.close();
  }
}

async function done(ledger: Ledger, more: Parameters<typeof newOperation>[0]): Promise<OperationRow> {
  const claim = await ledger.operations.claim(newOperation(more));
  if (claim.is !== "claimed") throw new Error(claim.is);
  const settled = await ledger.operations.transition(claim.row, {
    event: "settled",
    state: "done",
    result: { ok: true },
    now: NOW + 1,
  });
  if (settled === null || "refused" in settled) throw new Error("not settled");
  return settled;
}

const everything = async (tx: Tx) => ({
  operations: await tx.operations.page("", 10_000),
  approvals: await tx.approvals.page("", 10_000),
  facts: await tx.facts.all(),
  lines: await tx.seenLines.all(),
});

describe("a journal that is taken over", () => {
  it.each(["format-1.db", "format-2.db", "format-3.db", "format-4.db"])(
    "is whole and knows what it knew: %s",
    async (recorded) => {
      const { owner, app } = await freshSchema();
      const path = file(recorded);
      const taken = await takeOver(path, owner);
      const [from, to] = [openSqlite(path, { moved: true }), openAsOwner(owner)];
      opened.push(from, to);
      const [before, after] = [await from.read(everything), await to.read(everything)];
      expect(after).toEqual(before);
      expect(taken).toMatchObject({ operations: before.operations.length, approvals: before.approvals.length });
      const report = await ledgerOn(to).audit.verify();
      expect(report).toMatchObject({ problems: [], rows: taken.lines, operations: taken.operations });

      // What a server behind the walls is told about each is what the file says.
      const postgres = openPostgres(app);
      opened.push(postgres);
      const known = ledgerOn(from).operations;
      for (const place of await known.places()) {
        const { operations } = ledgerOn(postgres.journal(place));
        const list = await known.list(place, { limit: 1_000 });
        expect(await operations.list(place, { limit: 1_000 })).toEqual(list);
        for (const row of list) {
          expect(await operations.findEqual(place, row.fingerprint, NOW)).toEqual(
            await known.findEqual(place, row.fingerprint, NOW),
          );
        }
        expect(await operations.open(place)).toEqual(await known.open(place));
      }
    },
  );

  it("does nothing twice: what was done on SQLite is answered, what is open holds its locks, a line stays used", async () => {
    const { owner, app } = await freshSchema();
    const path = file();
    await worked(path, async (ledger) => {
      await done(ledger, { fingerprint: "done", bank_lines: [{ key: "line", shown: "ACME" }] });
      await ledger.operations.claim(newOperation({ fingerprint: "open", locks: ["inv:7"] }));
    });
    await takeOver(path, owner);
    const postgres = openPostgres(app);
    opened.push(postgres);
    const { operations } = ledgerOn(postgres.journal(PLACE));
    const claims = [
      await operations.claim(newOperation({ fingerprint: "done" })),
      await operations.claim(newOperation({ fingerprint: "open" })),
      await operations.claim(newOperation({ locks: ["inv:7"] })),
      await operations.claim(newOperation({ bank_lines: [{ key: "line", shown: "ACME" }] })),
    ];
    expect(claims.map(({ is }) => is)).not.toContain("claimed");
    expect(claims[0]).toMatchObject({ row: { state: "done", fingerprint: "done" } });
    expect(await operations.claim(newOperation())).toMatchObject({ is: "claimed" });
  });

  it("takes nothing new in the file, from a process that has it open or one that starts", async () => {
    const { owner } = await freshSchema();
    const path = file();
    const running = openStore(path);
    opened.push(running);
    await done(running, {});
    await takeOver(path, owner);
    await expect(running.operations.claim(newOperation())).rejects.toThrow("taken over into PostgreSQL");
    expect(() => openStore(path)).toThrow("taken over into PostgreSQL");
    expect(await takeOver(path, owner)).toMatchObject({ repeated: true });
  });

  it("joins others of the same organization, and is refused whole where both did the same", async () => {
    const { owner } = await freshSchema();
    const [one, two, three] = [file(), file(), file()];
    await worked(one, (ledger) => done(ledger, { fingerprint: "same" }));
    await worked(two, (ledger) => done(ledger, { fingerprint: "other" }));
    await worked(three, async (ledger) => {
      await done(ledger, { id: "kept out" });
      await done(ledger, { fingerprint: "same" });
    });
    await takeOver(one, owner);
    await takeOver(two, owner);
    await expect(takeOver(three, owner)).rejects.toThrow("refused a statement (23505)");
    const target = openAsOwner(owner);
    opened.push(target);
    expect(await ledgerOn(target).audit.verify()).toMatchObject({ problems: [], operations: 2 });
    // It goes on as it was.
    await worked(three, (ledger) => done(ledger, {}));
  });

  it("survives a connection that is cut while it is stored, and a file that is damaged is not touched", async () => {
    const { owner } = await freshSchema();
    const proxy = await createTcpProxy(() => Number(new URL(owner.url).port));
    opened.push(proxy);
    const url = proxy.through(owner.url);
    const path = file();
    await worked(path, (ledger) => done(ledger, {}));
    for (const fate of ["cut", "cut_after"] as const) {
      let left = 1;
      proxy.fate = (chunk) => (chunk.includes("COMMIT") && chunk.length < 40 && left-- > 0 ? fate : "pass");
      await takeOver(path, { ...owner, url });
    }
    const target = openAsOwner(owner);
    opened.push(target);
    expect(await ledgerOn(target).audit.verify()).toMatchObject({ problems: [], operations: 1 });

    const damaged = file();
    await worked(damaged, (ledger) => done(ledger, { id: "changed" }));
    const raw = openSqlite(damaged);
    await raw.transaction(async (tx) => {
      const row = await tx.operations.get("changed");
      if (row !== null) await tx.operations.update({ ...row, version: row.version + 1, note: null });
    });
    await raw.close();
    await expect(takeOver(damaged, owner)).rejects.toThrow("is not whole");
    const again = openSqlite(damaged);
    opened.push(again);
    await again.transaction(counted);
  });

  it("keeps to itself what the server's role has no business with", async () => {
    const { app } = await freshSchema();
    const database = new Database(app);
    opened.push(database);
    await expect(
      database.connected((connection) => connection.query(`SELECT * FROM ${app.schema}.taken_over`)),
    ).rejects.toThrow();
  });
});
