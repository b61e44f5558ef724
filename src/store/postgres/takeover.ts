import { existsSync } from "node:fs";
import { JournalError } from "../../errors.ts";
import { ledgerOn } from "../../journal/ledger.ts";
import { LINE_VERSION, lineHash } from "../../journal/rules/digest.ts";
import { type AuditHead, type AuditRow, type JournalStore, type Tx, WHOLE } from "../../journal/store-port.ts";
import { markMoved, openSqlite } from "../sqlite/open.ts";
import { Database, type DatabaseSettings } from "./database.ts";
import { openAsOwner } from "./open.ts";
import type { Session } from "./session.ts";
import type { PostgresStore } from "./store.ts";

const PAGE = 500;

export interface Takeover {
  readonly operations: number;
  readonly approvals: number;
  readonly lines: number;
  /** It was done before; nothing was changed. */
  readonly repeated: boolean;
}

/**
 * Brings a journal on SQLite into PostgreSQL: its operations, approvals, bank lines and facts as they are, its trail line by
 * line into the trails of its organizations. All of it or nothing. The file takes nothing new from then on: two records
 * that both go on would let something be done twice. May be repeated after an interruption.
 */
export async function takeOver(location: string, owner: DatabaseSettings): Promise<Takeover> {
  const target = openAsOwner({ statement_ms: 600_000, ...owner });
  try {
    return await moved(location, target, owner);
  } finally {
    await target.close();
  }
}

async function moved(location: string, target: PostgresStore, owner: DatabaseSettings): Promise<Takeover> {
  // Opened, it would be made: an empty record, taken over as if it was the one that was meant.
  if (!existsSync(location)) {
    throw new JournalError(`There is no journal at ${location}. Nothing was taken over.`, {
      next: "Name the file that the local server writes: journal.sqlite in its data folder.",
    });
  }
  // Both are asked before the file is touched: whether the copy can be made, and whether the original is worth it.
  await target.read((tx) => tx.audit.trails());
  const source = openSqlite(location, { moved: true });
  try {
    const { problems } = await ledgerOn(source).audit.verify();
    if (problems[0] !== undefined) {
      throw new JournalError(`The journal ${location} is not whole: ${problems[0]} Nothing was taken over.`, {
        next: "See: invoicing-mcp journal verify. Restore a copy of the file, or start without it knowingly.",
      });
    }
    markMoved(location);
    try {
      return await source.read(async (from) => {
        const head = await from.audit.head(WHOLE);
        return target.transaction((to, session) => copied(from, to, session, head));
      });
    } catch (error) {
      await undone(location, source, owner);
      throw error;
    }
  } finally {
    await source.close();
  }
}

/** Lets the file go on, once it is certain that PostgreSQL has nothing of it. Otherwise the next run finds out. */
async function undone(location: string, source: JournalStore, owner: DatabaseSettings): Promise<void> {
  const head = await source.read((from) => from.audit.head(WHOLE));
  const database = new Database(owner);
  try {
    const known = await database.connected((connection) =>
      connection.query(`SELECT FROM ${database.schema}.taken_over WHERE head = $1`, [head.hash]),
    );
    if (known.length === 0) markMoved(location, true);
  } catch {
    // Out of reach.
  } finally {
    await database.close();
  }
}

async function copied(from: Tx, to: Tx, session: Session, head: AuditHead): Promise<Takeover> {
  const known = await session.raw("SELECT FROM taken_over WHERE head = $1", head.hash);
  if (known.length > 0) return { operations: 0, approvals: 0, lines: 0, repeated: true };
  const [operations, approvals, heads] = [new Set<string>(), new Set<string>(), new Map<string, AuditHead>()];
  for (let after = 0; after < head.seq; ) {
    for (const line of await from.audit.page(WHOLE, after, PAGE)) {
      if ("unreadable" in line) throw new JournalError(`Audit line ${line.unreadable} is unreadable.`);
      after = line.seq;
      // In the order of their first lines, which is the order in which they were claimed.
      await approvalOf(line.approval_id, from, to, approvals);
      await operationOf(line.operation_id, from, to, operations);
      await appended(line, to, heads);
    }
  }
  for (const fact of await from.facts.all()) await to.facts.put(fact);
  await to.seenLines.put(await from.seenLines.all());
  await session.run("INSERT INTO taken_over (head, operations) VALUES ($1, $2)", head.hash, operations.size);
  return { operations: operations.size, approvals: approvals.size, lines: head.seq, repeated: false };
}

async function approvalOf(id: string | null, from: Tx, to: Tx, done: Set<string>): Promise<void> {
  if (id === null || done.has(id)) return;
  done.add(id);
  const approval = await from.approvals.get(id);
  if (approval === null) throw new JournalError(`Approval ${id} of the audit trail is missing.`);
  await to.approvals.insert(approval);
  for (const use of await from.uses.of(id)) await to.uses.insert(use);
}

async function operationOf(id: string | null, from: Tx, to: Tx, done: Set<string>): Promise<void> {
  if (id === null || done.has(id)) return;
  done.add(id);
  const row = await from.operations.get(id);
  if (row === null) throw new JournalError(`Operation ${id} of the audit trail is missing.`);
  await to.operations.insert(row);
  for (const line of await from.bankLines.of(id)) await to.bankLines.insert(line);
}

/** The same line at the end of its organization's trail. */
async function appended(line: AuditRow, to: Tx, heads: Map<string, AuditHead>): Promise<void> {
  const { hash: _hash, ...content } = line;
  const head = heads.get(line.organization_id) ?? (await to.audit.head(line.organization_id));
  const next = { ...content, fields_version: LINE_VERSION, seq: head.seq + 1, prev_hash: head.hash };
  const hash = lineHash(next) ?? "";
  await to.audit.append({ ...next, hash });
  heads.set(line.organization_id, { seq: next.seq, hash });
}
