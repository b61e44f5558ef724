import { z } from "zod";
import type { Place } from "../../domain/scope.ts";
import { JournalError } from "../../errors.ts";
import type { OperationFilter, OperationState } from "../../journal/port.ts";
import type { OperationKey, OperationRow, OperationTable, Unreadable } from "../../journal/store-port.ts";
import { operationColumns, operationRow } from "../rows.ts";
import { origins, type Session } from "./session.ts";

const OPEN: readonly OperationState[] = ["dispatching", "unknown", "ambiguous"];
const OPEN_STATES = `(${OPEN.map((state) => `'${state}'`).join(",")})`;

/** `$1` is the organization, `$2` the origins. */
export const FIND = {
  fingerprint: "SELECT * FROM op WHERE organization_id = $1 AND fingerprint = $3 AND origin = ANY($2) AND remembered",
  locks: `SELECT * FROM op WHERE organization_id = $1 AND seq IN (SELECT seq FROM op_lock
      WHERE organization_id = $1 AND lock = ANY($3) AND origin = ANY($2) AND open) ORDER BY seq`,
  candidate: `SELECT * FROM op WHERE organization_id = $1 AND origin = ANY($2) AND state IN ${OPEN_STATES}
      AND candidates::jsonb ? $3 LIMIT 1`,
  open: `SELECT * FROM op WHERE organization_id = $1 AND origin = ANY($2) AND state IN ${OPEN_STATES} ORDER BY seq`,
  mismatch: `SELECT * FROM op WHERE organization_id = $1 AND subject_id = $3 AND origin = ANY($2)
      AND state = 'mismatch' AND NOT acknowledged LIMIT 1`,
  since: `SELECT * FROM op WHERE organization_id = $1 AND created_at >= $3 AND kind = ANY($4) AND origin = ANY($2)
      AND state <> 'not_done'`,
  resource: `SELECT * FROM op WHERE organization_id = $1 AND kind = $3 AND resource_id = $4 AND resource_id IS NOT NULL
      AND origin = ANY($2) LIMIT 1`,
  // The newest of each lock, one step down its index.
  latest: `SELECT max(newest.seq) AS seq FROM unnest($3::text[]) AS asked (lock) CROSS JOIN LATERAL (SELECT seq FROM op_lock
      WHERE organization_id = $1 AND op_lock.lock = asked.lock AND origin = ANY($2) ORDER BY seq DESC LIMIT 1) AS newest`,
  // Every version is above 0: only so is the index of places meant, here and nowhere else.
  places: `WITH RECURSIVE place AS (
      (SELECT organization_id, origin FROM op WHERE version > 0 ORDER BY organization_id, origin LIMIT 1)
      UNION ALL
      SELECT next.* FROM place CROSS JOIN LATERAL (SELECT organization_id, origin FROM op
        WHERE version > 0 AND (op.organization_id, op.origin) > (place.organization_id, place.origin)
        ORDER BY organization_id, origin LIMIT 1) AS next)
      SELECT origin, organization_id FROM place ORDER BY organization_id, origin`,
} as const;

const latestSeq = z.object({ seq: z.number().nullable() });
const placeRow = z.object({ origin: z.string(), organization_id: z.string() });
const idRow = z.object({ id: z.string() });

export class Operations implements OperationTable {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  get(id: string): Promise<OperationRow | null> {
    return this.#session.one(operationRow, "SELECT * FROM op WHERE id = $1", id);
  }

  find(key: OperationKey): Promise<readonly OperationRow[]> {
    const { organization_id } = key.place;
    return this.#session.many(operationRow, FIND[key.by], organization_id, origins(key.place), ...valuesOf(key));
  }

  list(place: Place, filter: OperationFilter): Promise<readonly OperationRow[]> {
    const { sql, values } = listStatement(place, filter);
    return this.#session.many(operationRow, sql, ...values);
  }

  async latest(place: Place, locks: readonly string[]): Promise<number | null> {
    const row = await this.#session.one(latestSeq, FIND.latest, place.organization_id, origins(place), locks);
    return row?.seq ?? null;
  }

  places(): Promise<readonly Place[]> {
    return this.#session.many(placeRow, FIND.places);
  }

  async page(after: string, limit: number): Promise<readonly (OperationRow | Unreadable<string>)[]> {
    const page = await this.#session.raw("SELECT * FROM op WHERE id > $1 ORDER BY id LIMIT $2", after, limit);
    return page.map((raw) => {
      const row = operationRow.safeParse(raw);
      return row.success ? row.data : { unreadable: idRow.parse(raw).id };
    });
  }

  async insert(row: OperationRow): Promise<void> {
    await this.#session.insert("op", operationColumns(row));
    if (row.locks.length === 0) return;
    await this.#session.run(
      `INSERT INTO op_lock (organization_id, lock, seq, origin, open)
        SELECT organization_id, unnest($2::text[]), seq, origin, $3 FROM op WHERE id = $1`,
      row.id,
      [...new Set(row.locks)],
      Number(OPEN.includes(row.state)),
    );
  }

  async update(row: OperationRow): Promise<void> {
    const { id: _id, ...columns } = operationColumns(row);
    const set = Object.keys(columns).map((name, at) => `${name} = $${at + 3}`);
    const changes = await this.#session.run(
      `UPDATE op SET ${set.join(", ")} WHERE id = $1 AND version = $2`,
      row.id,
      row.version - 1,
      ...Object.values(columns),
    );
    if (changes !== 1) throw new JournalError(`Operation ${row.id} changed meanwhile.`);
    if (OPEN.includes(row.state)) return;
    await this.#session.run(
      `UPDATE op_lock SET open = false WHERE organization_id = $1 AND lock = ANY($2) AND open
        AND seq = (SELECT seq FROM op WHERE id = $3)`,
      row.organization_id,
      row.locks,
      row.id,
    );
  }
}

export function listStatement(place: Place, filter: OperationFilter) {
  const conditions = ["organization_id = $1", "origin = ANY($2)"];
  const values: (string | number | readonly string[])[] = [place.organization_id, origins(place)];
  const add = (condition: (value: string) => string, value: string | number | readonly string[]) => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  if (filter.states?.every((state) => OPEN.includes(state))) conditions.push(`state IN ${OPEN_STATES}`);
  if (filter.states) add((states) => `state = ANY(${states})`, filter.states);
  if (filter.subject_id !== undefined) add((id) => `subject_id = ${id}`, filter.subject_id);
  if (filter.since !== undefined) add((since) => `created_at >= ${since}`, Date.parse(filter.since));
  if (filter.until !== undefined) add((until) => `created_at < ${until}`, Date.parse(filter.until));
  values.push(filter.limit);
  return {
    sql: `SELECT * FROM op WHERE ${conditions.join(" AND ")} ORDER BY seq DESC LIMIT $${values.length}`,
    values,
  };
}

/** After organization and origins, in the order of the statement. */
function valuesOf(key: OperationKey): readonly (string | number | readonly string[])[] {
  switch (key.by) {
    case "fingerprint":
      return [key.fingerprint];
    case "locks":
      return [key.locks];
    case "candidate":
      return [key.id];
    case "open":
      return [];
    case "mismatch":
      return [key.subject_id];
    case "since":
      return [key.since, key.kinds];
    case "resource":
      return [key.kind, key.resource_id];
  }
}
