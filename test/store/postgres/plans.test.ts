import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { FIND_APPROVAL } from "../../../src/store/postgres/approvals.ts";
import { Database, type Wall } from "../../../src/store/postgres/database.ts";
import { FIND, listStatement } from "../../../src/store/postgres/operations.ts";
import { ABOUT } from "../../../src/store/postgres/records.ts";
import { SEEN_LINES } from "../../../src/store/postgres/seen-lines.ts";
import { freshSchema } from "../../harness/postgres.ts";
import { FILLED_ORIGIN, fill, filledFingerprint, filledLock } from "./filled.ts";

const org = "org";
const PLACE = { origin: FILLED_ORIGIN, organization_id: org };
const places = [PLACE.origin, ""];
const questions: Readonly<Record<string, readonly [sql: string, values: readonly unknown[]]>> = {
  fingerprint: [FIND.fingerprint, [org, places, filledFingerprint(100)]],
  locks: [FIND.locks, [org, places, [filledLock(org, 5), "x"]]],
  candidate: [FIND.candidate, [org, places, "c"]],
  open: [FIND.open, [org, places]],
  mismatch: [FIND.mismatch, [org, places, "inv-5"]],
  since: [FIND.since, [org, places, 9e12, ["mark_paid"]]],
  resource: [FIND.resource, [org, places, "create_invoice", "r-5"]],
  latest: [FIND.latest, [org, places, [filledLock(org, 5), "x"]]],
  ...Object.fromEntries(
    Object.entries({
      newest: {},
      open: { states: ["unknown"] },
      done: { states: ["done"] },
      subject: { subject_id: "inv-5" },
      since: { since: "2200-01-01T00:00:00Z" },
    } as const).map(([name, filter]) => {
      const { sql, values } = listStatement(PLACE, { limit: 20, ...filter });
      return [`list ${name}`, [sql, values]] as const;
    }),
  ),
  "approval by subject": [FIND_APPROVAL.subject, [org, "p", "s", PLACE.origin, 1]],
  "approval pending": [FIND_APPROVAL.pending, [1, PLACE.origin, null, null]],
  "approval by locks": [FIND_APPROVAL.locks, [org, [filledLock(org, 5)], PLACE.origin, 1]],
  "approval declined": [FIND_APPROVAL.declined, [org, "p", 1, PLACE.origin]],
  "approval delivered": [FIND_APPROVAL.delivered, [org, "c", places]],
  "approval kept": [FIND_APPROVAL.kept, [1]],
  "operation by id": ["SELECT * FROM op WHERE id = $1", ["x"]],
  "bank lines": [
    "SELECT * FROM bank_line WHERE organization_id = $1 AND origin = $2 AND key = ANY($3)",
    [org, PLACE.origin, ["k"]],
  ],
  "bank lines of an operation": ["SELECT * FROM bank_line WHERE operation_id = $1", ["x"]],
  "lines that were read": [SEEN_LINES.find, [org, PLACE.origin, "p5", ["h5", "x"]]],
  "lines beyond the newest": [SEEN_LINES.trim, [org, PLACE.origin, "p5", 20]],
  "lines whose time is over": [SEEN_LINES.expired, [1]],
  "texts whose time is over": [
    "SELECT DISTINCT approval.origin, approval.organization_id FROM approval WHERE plan IS NOT NULL AND expires_at <= $1 AND state <> 'used'",
    [1],
  ],
  "uses of an approval": ["SELECT * FROM approval_use WHERE approval_id = $1", ["x"]],
  "end of the trail": ["SELECT seq, hash FROM audit_head WHERE organization_id = $1", [org]],
  "what is abandoned": [
    "SELECT DISTINCT op.origin, op.organization_id FROM op WHERE op.lease_until <= $1 AND op.state IN ('dispatching','unknown','ambiguous')",
    [1],
  ],
};

/** Asked by the owner alone, whom no wall stands around. */
const owners: typeof questions = {
  places: [FIND.places, []],
  "operations of a request": ["SELECT * FROM op WHERE request_id = $1", ["x"]],
  "the trail of an operation": [ABOUT, ["x", "y"]],
};

/** So many rows may be looked at for a question that has an answer or none; a journal of 20,000 operations has more. */
const FEW = 200;

const planNode: z.ZodType<PlanNode> = z.lazy(() =>
  z.object({
    "Node Type": z.string(),
    "Actual Rows": z.number(),
    "Actual Loops": z.number(),
    "Rows Removed by Filter": z.number().default(0),
    "Rows Removed by Index Recheck": z.number().default(0),
    Plans: z.array(planNode).default([]),
  }),
);
interface PlanNode {
  readonly "Node Type": string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter": number;
  readonly "Rows Removed by Index Recheck": number;
  readonly Plans: readonly PlanNode[];
}
const explained = z.array(z.object({ "QUERY PLAN": z.array(z.object({ Plan: planNode })) }));

function touched(node: PlanNode): number {
  const rows = node["Actual Rows"] + node["Rows Removed by Filter"] + node["Rows Removed by Index Recheck"];
  return rows * node["Actual Loops"] + node.Plans.reduce((sum, inner) => sum + touched(inner), 0);
}

function kinds(node: PlanNode): readonly string[] {
  return [node["Node Type"], ...node.Plans.flatMap(kinds)];
}

describe.each(["with statistics", "without statistics"])("in a journal of 20,000 operations, %s", (statistics) => {
  let database: Database;
  let admin: Database;
  beforeAll(async () => {
    const { app, owner } = await freshSchema();
    admin = new Database(owner);
    await fill(admin, 20, 1_000);
    await admin.connected((connection) =>
      connection.query(
        `INSERT INTO ${owner.schema}.seen_line SELECT $1, $2, 'p' || n % 30, 'h' || n / 30, '{}', n, 9e15 FROM generate_series(0, 749) AS n`,
        [org, PLACE.origin],
      ),
    );
    if (statistics === "with statistics") {
      await admin.connected((connection) => connection.query(`SET search_path = ${owner.schema}; ANALYZE`));
    }
    database = new Database(app);
  }, 120_000);
  afterAll(async () => {
    await database.close();
    await admin.close();
  });

  it.each(Object.keys(questions))("an index answers: %s", async (name) => {
    await expectFew(database, questions[name] ?? expect.unreachable(), { ...PLACE, principal: "" });
  });

  it.each(Object.keys(owners))("an index answers the owner: %s", async (name) => {
    await expectFew(admin, owners[name] ?? expect.unreachable(), null);
  });
});

async function expectFew(database: Database, [sql, values]: (typeof questions)[string], wall: Wall | null) {
  const rows = await database.brief(wall, (connection) =>
    connection.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, values),
  );
  const plan = explained.parse(rows)[0]?.["QUERY PLAN"][0]?.Plan ?? expect.unreachable();
  expect(kinds(plan)).not.toContain("Seq Scan");
  expect(touched(plan)).toBeLessThan(FEW);
}
