import { z } from "zod";
import type { Place } from "../../domain/scope.ts";
import { JournalError } from "../../errors.ts";
import type { OperationFilter, OperationState } from "../../journal/port.ts";
import type { OperationKey, OperationRow, OperationTable, Unreadable } from "../../journal/store-port.ts";
import type { SqlValue } from "../rows.ts";
import { operationColumns, operationRow } from "../rows.ts";
import { listed, origins, type Session } from "./session.ts";

const OPEN_STATES = "('dispatching','unknown','ambiguous')";
const OPEN: readonly OperationState[] = ["dispatching", "unknown", "ambiguous"];

// The index is named in each: a planner without statistics may take another one that starts with the organization.
export const FIND = {
  fingerprint: `SELECT * FROM op INDEXED BY op_fingerprint
    WHERE organization_id = ? AND fingerprint = ? AND origin IN (?, ?) AND remembered = 1`,
  locks: `SELECT DISTINCT op.* FROM op_lock INDEXED BY op_lock_open CROSS JOIN op ON op.seq = op_lock.seq
    WHERE op_lock.organization_id = ? AND op_lock.lock IN (SELECT value FROM json_each(?)) AND op_lock.origin IN (?, ?)
      AND op_lock.open = 1 ORDER BY op.seq`,
  candidate: `SELECT op.* FROM op INDEXED BY op_open CROSS JOIN json_each(op.candidates) AS named
    WHERE op.organization_id = ? AND named.value = ? AND op.origin IN (?, ?) AND op.state IN ${OPEN_STATES} LIMIT 1`,
  open: `SELECT * FROM op INDEXED BY op_open WHERE organization_id = ? AND origin IN (?, ?) AND state IN ${OPEN_STATES} ORDER BY seq`,
  mismatch: `SELECT * FROM op INDEXED BY op_mismatch
    WHERE organization_id = ? AND subject_id = ? AND origin IN (?, ?) AND state = 'mismatch' AND acknowledged = 0 LIMIT 1`,
  since: `SELECT * FROM op INDEXED BY op_created WHERE organization_id = ? AND created_at >= ?
    AND kind IN (SELECT value FROM json_each(?)) AND origin IN (?, ?) AND state <> 'not_done'`,
  resource: `SELECT * FROM op INDEXED BY op_resource
    WHERE organization_id = ? AND kind = ? AND resource_id = ? AND resource_id IS NOT NULL AND origin IN (?, ?) LIMIT 1`,
  latest: `SELECT max(seq) AS seq FROM op_lock
    WHERE organization_id = ? AND lock IN (SELECT value FROM json_each(?)) AND origin IN (?, ?)`,
} as const;

const latestSeq = z.object({ seq: z.number().nullable() });
const placeRow = z.object({ origin: z.string(), organization_id: z.string() });
const idRow = z.object({ id: z.string() });

export class Operations implements OperationTable {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async get(id: string): Promise<OperationRow | null> {
    return this.#session.one(operationRow, "SELECT * FROM op WHERE id = ?", id);
  }

  async find(key: OperationKey): Promise<readonly OperationRow[]> {
    return this.#session.many(operationRow, FIND[key.by], key.place.organization_id, ...valuesOf(key));
  }

  async list(place: Place, filter: OperationFilter): Promise<readonly OperationRow[]> {
    const conditions = ["organization_id = ?", "origin IN (?, ?)"];
    const values: SqlValue[] = [place.organization_id, ...origins(place)];
    const onlyOpen = filter.states?.every((state) => OPEN.includes(state)) ?? false;
    const index = onlyOpen ? "INDEXED BY op_open" : filter.subject_id === undefined ? "" : "INDEXED BY op_subject";
    const add = (condition: string, value: SqlValue) => {
      conditions.push(condition);
      values.push(value);
    };
    if (filter.states) add("state IN (SELECT value FROM json_each(?))", listed(filter.states));
    if (onlyOpen) conditions.push(`state IN ${OPEN_STATES}`);
    if (filter.subject_id !== undefined) add("subject_id = ?", filter.subject_id);
    if (filter.since !== undefined) add("created_at >= ?", Date.parse(filter.since));
    if (filter.until !== undefined) add("created_at < ?", Date.parse(filter.until));
    return this.#session.many(
      operationRow,
      `SELECT * FROM op ${index} WHERE ${conditions.join(" AND ")} ORDER BY seq DESC LIMIT ?`,
      ...values,
      filter.limit,
    );
  }

  async latest(place: Place, locks: readonly string[]): Promise<number | null> {
    const row = this.#session.one(latestSeq, FIND.latest, place.organization_id, listed(locks), ...origins(place));
    return row?.seq ?? null;
  }

  async places(): Promise<readonly Place[]> {
    return this.#session.many(
      placeRow,
      "SELECT DISTINCT origin, organization_id FROM op ORDER BY organization_id, origin",
    );
  }

  async page(after: string, limit: number): Promise<readonly (OperationRow | Unreadable<string>)[]> {
    return this.#session.raw("SELECT * FROM op WHERE id > ? ORDER BY id LIMIT ?", after, limit).map((raw) => {
      const row = operationRow.safeParse(raw);
      return row.success ? row.data : { unreadable: idRow.parse(raw).id };
    });
  }

  async insert(row: OperationRow): Promise<void> {
    this.#session.insert("op", operationColumns(row));
    for (const lock of row.locks) {
      this.#session.run(
        "INSERT INTO op_lock (organization_id, lock, seq, origin, open) SELECT ?, ?, seq, ?, ? FROM op WHERE id = ?",
        row.organization_id,
        lock,
        row.origin,
        Number(OPEN.includes(row.state)),
        row.id,
      );
    }
  }

  async update(row: OperationRow): Promise<void> {
    const { id, ...columns } = operationColumns(row);
    const names = Object.keys(columns);
    const changes = this.#session.run(
      `UPDATE op SET ${names.map((name) => `${name} = ?`).join(", ")} WHERE id = ? AND version = ?`,
      ...Object.values(columns),
      row.id,
      row.version - 1,
    );
    if (changes !== 1) throw new JournalError(`Operation ${row.id} changed meanwhile.`);
    if (OPEN.includes(row.state)) return;
    for (const lock of row.locks) {
      this.#session.run(
        "UPDATE op_lock SET open = 0 WHERE organization_id = ? AND lock = ? AND seq = (SELECT seq FROM op WHERE id = ?)",
        row.organization_id,
        lock,
        row.id,
      );
    }
  }
}

/** After the organization, in the order of the statement. */
function valuesOf(key: OperationKey): readonly SqlValue[] {
  const at = origins(key.place);
  switch (key.by) {
    case "fingerprint":
      return [key.fingerprint, ...at];
    case "locks":
      return [listed(key.locks), ...at];
    case "candidate":
      return [key.id, ...at];
    case "open":
      return at;
    case "mismatch":
      return [key.subject_id, ...at];
    case "since":
      return [key.since, listed(key.kinds), ...at];
    case "resource":
      return [key.kind, key.resource_id, ...at];
  }
}
