import { createHash } from "node:crypto";
import { z } from "zod";
import { canonicalJson, type JsonObject } from "../domain/json.ts";
import { jsonObjectText, operationDigest, parseOperation } from "./operation-row.ts";
import { AUDIT_EVENTS, type AuditReport, type AuditRow, type AuditStore } from "./port.ts";
import type { Connection } from "./sqlite.ts";

const auditRow = z.object({
  seq: z.number(),
  at: z.number(),
  event: z.enum(AUDIT_EVENTS),
  organization_id: z.string(),
  principal: z.string(),
  operation_id: z.string().nullable(),
  approval_id: z.string().nullable(),
  data: jsonObjectText,
  prev_hash: z.string(),
  hash: z.string(),
});
const head = z.object({ seq: z.number(), hash: z.string() });
const position = z.object({ seq: z.number() });
const operationPosition = z.object({ seq: z.number(), id: z.string() });
const PAGE = 1000;
const MAX_PROBLEMS = 20;

type Unchained = Omit<AuditRow, "seq" | "prev_hash" | "hash">;

/** Appends inside the caller's transaction: an act without its line is impossible. */
export function appendAudit(connection: Connection, line: Unchained): void {
  const last = head.parse(connection.get("SELECT seq, hash FROM audit_head"));
  const row = { ...line, seq: last.seq + 1, prev_hash: last.hash };
  const hash = hashOf(row);
  connection.run(
    "INSERT INTO audit (seq, at, event, organization_id, principal, operation_id, approval_id, data, prev_hash, hash) VALUES (?,?,?,?,?,?,?,?,?,?)",
    row.seq,
    row.at,
    row.event,
    row.organization_id,
    row.principal,
    row.operation_id,
    row.approval_id,
    canonicalJson(row.data),
    row.prev_hash,
    hash,
  );
  connection.run("UPDATE audit_head SET seq = ?, hash = ?", row.seq, hash);
}

function hashOf(row: Omit<AuditRow, "hash">): string {
  const { prev_hash, ...line } = row;
  const content: JsonObject = { ...line };
  return createHash("sha256").update(prev_hash).update("\n").update(canonicalJson(content)).digest("hex");
}

export class SqliteAudit implements AuditStore {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async page(after: number, limit: number): Promise<readonly AuditRow[]> {
    return this.#connection
      .all("SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
      .map((row) => auditRow.parse(row));
  }

  async verify(): Promise<AuditReport> {
    const problems: string[] = [];
    const report = (problem: string) => {
      if (problems.length < MAX_PROBLEMS) problems.push(problem);
    };
    const check = z.object({ quick_check: z.string() }).safeParse(this.#connection.get("PRAGMA quick_check(1)"));
    if (!check.success || check.data.quick_check !== "ok") report("The database file is damaged (quick_check).");
    const { rows, last } = await this.#verifyChain(report);
    const operations = this.#verifyOperations(last, report);
    return { rows, operations, problems };
  }

  async #verifyChain(report: (problem: string) => void) {
    /** Per operation, the digest its last line states. */
    const last = new Map<string, string>();
    let seq = 0;
    let hash = "";
    for (;;) {
      const page = this.#connection.all("SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", seq, PAGE);
      if (page.length === 0) break;
      for (const raw of page) {
        const parsed = auditRow.safeParse(raw);
        const at = position.parse(raw).seq;
        if (at !== seq + 1) report(`Audit lines ${seq + 1} to ${at - 1} are missing.`);
        seq = at;
        if (!parsed.success) {
          report(`Audit line ${at} is unreadable.`);
          continue;
        }
        const { hash: stated, ...row } = parsed.data;
        if (row.prev_hash !== hash) report(`Audit line ${at} does not follow the line before it.`);
        if (hashOf(row) !== stated) report(`Audit line ${at} was changed.`);
        hash = stated;
        const digest = row.data["digest"];
        if (row.operation_id !== null && typeof digest === "string") last.set(row.operation_id, digest);
      }
    }
    const end = head.parse(this.#connection.get("SELECT seq, hash FROM audit_head"));
    if (end.seq !== seq || end.hash !== hash) report(`The audit trail ends at line ${seq}; its head says ${end.seq}.`);
    return { rows: seq, last };
  }

  #verifyOperations(last: ReadonlyMap<string, string>, report: (problem: string) => void): number {
    let count = 0;
    let seq = 0;
    for (;;) {
      const page = this.#connection.all("SELECT * FROM op WHERE seq > ? ORDER BY seq LIMIT ?", seq, PAGE);
      if (page.length === 0) break;
      for (const raw of page) {
        const at = operationPosition.parse(raw);
        seq = at.seq;
        count += 1;
        const row = parseOperation.safeParse(raw);
        if (!row.success || operationDigest(row.data) !== last.get(at.id)) {
          report(`Operation ${at.id} differs from its last audit line.`);
        }
      }
    }
    if (count < last.size) report(`${last.size - count} operations of the audit trail are missing.`);
    return count;
  }
}
