import { z } from "zod";
import type { Place } from "../../domain/scope.ts";
import { JournalError } from "../../errors.ts";
import {
  type AuditHead,
  type AuditRow,
  type AuditTable,
  type BankLine,
  type BankLineTable,
  type Fact,
  type FactTable,
  type Unreadable,
  WHOLE,
} from "../../journal/store-port.ts";
import { auditRow, bankLineRow, factRow } from "../rows.ts";
import { listed, type Session } from "./session.ts";

const headRow = z.object({ seq: z.number(), hash: z.string() });
const seqRow = z.object({ seq: z.number() });

export class Audit implements AuditTable {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async trails(): Promise<readonly string[]> {
    return [WHOLE];
  }

  async head(): Promise<AuditHead> {
    const head = this.#session.one(headRow, "SELECT seq, hash FROM audit_head");
    if (head === null) throw new JournalError("The journal's audit trail has lost its head.");
    return head;
  }

  async append(row: AuditRow): Promise<void> {
    this.#session.insert("audit", { ...row, data: JSON.stringify(row.data) });
    this.#session.run("UPDATE audit_head SET seq = ?, hash = ?", row.seq, row.hash);
  }

  async page(_trail: string, after: number, limit: number): Promise<readonly (AuditRow | Unreadable<number>)[]> {
    return this.#session.raw("SELECT * FROM audit WHERE seq > ? ORDER BY seq LIMIT ?", after, limit).map(lineOf);
  }

  async about(operationId: string, approvalId: string | null): Promise<readonly (AuditRow | Unreadable<number>)[]> {
    return this.#session
      .raw("SELECT * FROM audit WHERE operation_id = ? OR approval_id = ? ORDER BY seq", operationId, approvalId)
      .map(lineOf);
  }
}

function lineOf(raw: unknown): AuditRow | Unreadable<number> {
  const row = auditRow.safeParse(raw);
  return row.success ? row.data : { unreadable: seqRow.parse(raw).seq };
}

export class BankLineRows implements BankLineTable {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async find({ origin, organization_id }: Place, keys: readonly string[]): Promise<readonly BankLine[]> {
    return this.#session.many(
      bankLineRow,
      "SELECT * FROM bank_line WHERE organization_id = ? AND origin = ? AND key IN (SELECT value FROM json_each(?))",
      organization_id,
      origin,
      listed(keys),
    );
  }

  async of(operationId: string): Promise<readonly BankLine[]> {
    return this.#session.many(bankLineRow, "SELECT * FROM bank_line WHERE operation_id = ?", operationId);
  }

  async insert(line: BankLine): Promise<void> {
    this.#session.insert("bank_line", { ...line });
  }

  async update({ origin, organization_id, key, shown }: BankLine): Promise<void> {
    this.#session.run(
      "UPDATE bank_line SET shown = ? WHERE organization_id = ? AND origin = ? AND key = ?",
      shown,
      organization_id,
      origin,
      key,
    );
  }

  async remove(operationId: string): Promise<void> {
    this.#session.run("DELETE FROM bank_line WHERE operation_id = ?", operationId);
  }
}

export class FactRows implements FactTable {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async get({ origin, organization_id }: Place, kind: string, key: string): Promise<Fact | null> {
    return this.#session.one(
      factRow,
      "SELECT * FROM fact WHERE organization_id = ? AND origin = ? AND kind = ? AND key = ?",
      organization_id,
      origin,
      kind,
      key,
    );
  }

  async list({ origin, organization_id }: Place, kind: string): Promise<readonly Fact[]> {
    return this.#session.many(
      factRow,
      "SELECT * FROM fact WHERE organization_id = ? AND origin = ? AND kind = ? ORDER BY key",
      organization_id,
      origin,
      kind,
    );
  }

  async all(): Promise<readonly Fact[]> {
    return this.#session.many(factRow, "SELECT * FROM fact ORDER BY organization_id, origin, kind, key");
  }

  async put({ origin, organization_id, kind, key, value, at }: Fact): Promise<void> {
    this.#session.run(
      `INSERT INTO fact (origin, organization_id, kind, key, value, at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (organization_id, origin, kind, key) DO UPDATE SET value = excluded.value, at = excluded.at`,
      origin,
      organization_id,
      kind,
      key,
      JSON.stringify(value),
      at,
    );
  }

  async remove({ origin, organization_id }: Place, kind: string, key: string): Promise<void> {
    this.#session.run(
      "DELETE FROM fact WHERE organization_id = ? AND origin = ? AND kind = ? AND key = ?",
      organization_id,
      origin,
      kind,
      key,
    );
  }
}
