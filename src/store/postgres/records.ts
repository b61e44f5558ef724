import { z } from "zod";
import type { Place } from "../../domain/scope.ts";
import type {
  AuditHead,
  AuditRow,
  AuditTable,
  BankLine,
  BankLineTable,
  Fact,
  FactTable,
  Unreadable,
} from "../../journal/store-port.ts";
import { auditRow, bankLineRow, factRow } from "../rows.ts";
import type { Session } from "./session.ts";

const headRow = z.object({ seq: z.number(), hash: z.string() });
const seqRow = z.object({ seq: z.number() });
const trailRow = z.object({ organization_id: z.string() });

/** One trail per organization: those of one never wait for another, and each can be proven without showing the others. */
export class Audit implements AuditTable {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async trails(): Promise<readonly string[]> {
    const rows = await this.#session.many(trailRow, "SELECT organization_id FROM audit_head ORDER BY organization_id");
    return rows.map(({ organization_id }) => organization_id);
  }

  async head(organizationId: string): Promise<AuditHead> {
    const head = await this.#session.one(
      headRow,
      "SELECT seq, hash FROM audit_head WHERE organization_id = $1",
      organizationId,
    );
    return head ?? { seq: 0, hash: "" };
  }

  async append(row: AuditRow): Promise<void> {
    await this.#session.insert("audit", { ...row, data: JSON.stringify(row.data) });
    await this.#session.run(
      `INSERT INTO audit_head (organization_id, seq, hash) VALUES ($1, $2, $3)
        ON CONFLICT (organization_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash`,
      row.organization_id,
      row.seq,
      row.hash,
    );
  }

  async page(
    organizationId: string,
    after: number,
    limit: number,
  ): Promise<readonly (AuditRow | Unreadable<number>)[]> {
    const page = await this.#session.raw(
      "SELECT * FROM audit WHERE organization_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
      organizationId,
      after,
      limit,
    );
    return page.map(lineOf);
  }

  async about(operationId: string, approvalId: string | null): Promise<readonly (AuditRow | Unreadable<number>)[]> {
    return (await this.#session.raw(ABOUT, operationId, approvalId)).map(lineOf);
  }
}

/** The owner asks it, across organizations. Two questions, each of its own index: one with OR is read in the order asked for. */
export const ABOUT = `SELECT * FROM audit WHERE operation_id = $1 UNION SELECT * FROM audit WHERE approval_id = $2
  ORDER BY organization_id, seq`;

function lineOf(raw: unknown): AuditRow | Unreadable<number> {
  const row = auditRow.safeParse(raw);
  return row.success ? row.data : { unreadable: seqRow.parse(raw).seq };
}

export class BankLineRows implements BankLineTable {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  find({ origin, organization_id }: Place, keys: readonly string[]): Promise<readonly BankLine[]> {
    return this.#session.many(
      bankLineRow,
      "SELECT * FROM bank_line WHERE organization_id = $1 AND origin = $2 AND key = ANY($3)",
      organization_id,
      origin,
      keys,
    );
  }

  of(operationId: string): Promise<readonly BankLine[]> {
    return this.#session.many(bankLineRow, "SELECT * FROM bank_line WHERE operation_id = $1", operationId);
  }

  insert(line: BankLine): Promise<void> {
    return this.#session.insert("bank_line", { ...line });
  }

  async update({ origin, organization_id, key, shown }: BankLine): Promise<void> {
    await this.#session.run(
      "UPDATE bank_line SET shown = $1 WHERE organization_id = $2 AND origin = $3 AND key = $4",
      shown,
      organization_id,
      origin,
      key,
    );
  }

  async remove(operationId: string): Promise<void> {
    await this.#session.run("DELETE FROM bank_line WHERE operation_id = $1", operationId);
  }
}

export class FactRows implements FactTable {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  get({ origin, organization_id }: Place, kind: string, key: string): Promise<Fact | null> {
    return this.#session.one(
      factRow,
      "SELECT * FROM fact WHERE organization_id = $1 AND origin = $2 AND kind = $3 AND key = $4",
      organization_id,
      origin,
      kind,
      key,
    );
  }

  list({ origin, organization_id }: Place, kind: string): Promise<readonly Fact[]> {
    return this.#session.many(
      factRow,
      "SELECT * FROM fact WHERE organization_id = $1 AND origin = $2 AND kind = $3 ORDER BY key",
      organization_id,
      origin,
      kind,
    );
  }

  all(): Promise<readonly Fact[]> {
    return this.#session.many(factRow, "SELECT * FROM fact ORDER BY organization_id, origin, kind, key");
  }

  async put({ origin, organization_id, kind, key, value, at }: Fact): Promise<void> {
    await this.#session.run(
      `INSERT INTO fact (origin, organization_id, kind, key, value, at) VALUES ($1, $2, $3, $4, $5, $6)
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
    await this.#session.run(
      "DELETE FROM fact WHERE organization_id = $1 AND origin = $2 AND kind = $3 AND key = $4",
      organization_id,
      origin,
      kind,
      key,
    );
  }
}
