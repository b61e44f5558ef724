import { z } from "zod";
import { JournalError } from "../../errors.ts";
import type { JournalStore, Tx } from "../../journal/store-port.ts";
import { Approvals, Uses } from "./approvals.ts";
import { Again, type Connected, type Database, TURN_NAMES, turnName, turnOf, type Wall } from "./database.ts";
import { durabilityProblems } from "./durability.ts";
import { StatementError } from "./failures.ts";
import { requireFormat } from "./format.ts";
import { Operations } from "./operations.ts";
import { Audit, BankLineRows, FactRows } from "./records.ts";
import { SeenLineRows } from "./seen-lines.ts";
import { Session } from "./session.ts";

const beginRow = z.object({ xid: z.string(), pid: z.number(), epoch: z.string(), format: z.number() });
const statusRow = z.object({ status: z.enum(["committed", "aborted", "in progress"]).nullable() });
const epochRow = z.object({ epoch: z.string().nullable() });
/**
 * As long as it stays the same, a transaction's number stands for that transaction alone. After a crash, numbers that had not
 * reached the disk are given out again (and statistics begin anew); another server that takes over begins another timeline.
 */
const EPOCH =
  "left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) || ' ' || coalesce(pg_stat_get_bgwriter_stat_reset_time()::text, '')";
/** Asked in every transaction: a newer version may have migrated while this one runs, and what it writes would break that one's rules. */
const FORMAT_NOW = "(SELECT format FROM schema_format WHERE one) AS format";
/** How long the end of a commit whose answer was lost is looked for. */
const LOOK_MS = 40_000;
const LOOK_EVERY_MS = 100;

/** The journal of one scope, or for its owner that of all, on a database that many instances share. */
export class PostgresStore implements JournalStore {
  readonly #database: Database;
  readonly #wall: Wall | null;
  readonly #ready: () => Promise<void>;
  readonly #close: () => Promise<void>;

  constructor(database: Database, wall: Wall | null, ready: () => Promise<void>, close: () => Promise<void>) {
    this.#database = database;
    this.#wall = wall;
    this.#ready = ready;
    this.#close = close;
  }

  async transaction<T>(work: (tx: Tx, session: Session) => Promise<T>): Promise<T> {
    await this.#ready();
    const wall = this.#wall;
    const turns = wall === null ? TURN_NAMES : [turnName(turnOf(wall.organization_id))];
    const opening = this.#database.opening("SERIALIZABLE", wall, [
      `LOCK TABLE ${turns.join(", ")} IN EXCLUSIVE MODE`,
      `SELECT pg_current_xact_id()::text AS xid, pg_backend_pid() AS pid, ${EPOCH} AS epoch, ${FORMAT_NOW}`,
    ]);
    return this.#database.inTurn(turns.join(" "), () =>
      this.#database.patiently(() =>
        this.#database.connected(async (connection) => {
          const { value, lost } = await this.#worked(connection, opening, true, work);
          if (lost === null || (await this.#isCommitted(lost))) return value;
          throw new Again(lost.cause);
        }),
      ),
    );
  }

  async read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    await this.#ready();
    const opening = this.#database.opening("REPEATABLE READ READ ONLY", this.#wall, [
      `SELECT '' AS xid, 0 AS pid, '' AS epoch, ${FORMAT_NOW}`,
    ]);
    return this.#database.patiently(() =>
      this.#database.connected(async (connection) => (await this.#worked(connection, opening, false, work)).value),
    );
  }

  /** PostgreSQL watches over its own files; what is asked is that it keeps what it confirms. */
  async check(): Promise<readonly string[]> {
    await this.#ready();
    return this.#database.patiently(() => this.#database.connected(durabilityProblems));
  }

  close(): Promise<void> {
    return this.#close();
  }

  async #worked<T>(
    connection: Connected,
    opening: string,
    writes: boolean,
    work: (tx: Tx, session: Session) => Promise<T>,
  ): Promise<{ readonly value: T; readonly lost: Lost | null }> {
    const session = new Session(connection, writes);
    let begun = { xid: "", pid: 0, epoch: "", format: 0 };
    let value: T;
    try {
      begun = beginRow.parse((await connection.query(opening))[0]);
      requireFormat({ is: "ours", format: begun.format }, this.#database.schema);
      value = await work(tablesOf(session), session);
      session.end();
      if (session.failure !== null) throw session.failure;
    } catch (error) {
      session.end();
      if (!connection.isBroken) await connection.command("ROLLBACK").catch(() => undefined);
      throw session.failure ?? error;
    }
    try {
      const done = await connection.command("COMMIT");
      if (done !== "COMMIT") throw new JournalError(`The journal's database answered COMMIT with ${done}.`);
      return { value, lost: null };
    } catch (error) {
      const isLost = error instanceof StatementError && error.failure === "lost";
      if (!isLost) throw error;
      // Nobody said whether it was committed.
      return { value, lost: writes ? { ...begun, cause: error } : null };
    }
  }

  /** Asks the server what became of a transaction whose COMMIT was not answered. Throws when that cannot be found out. */
  async #isCommitted(lost: Lost): Promise<boolean> {
    const until = Date.now() + LOOK_MS;
    for (;;) {
      const status = await this.#database
        .connected((other) => endOf(other, lost))
        .catch((error: unknown) => {
          if (error instanceof Again) return "out of reach";
          throw unknownEnd(error);
        });
      if (status === "committed") return true;
      if (status === "aborted") return false;
      // Too long out of reach, crashed meanwhile, another server, or one that has forgotten so old a transaction.
      if (status === null || Date.now() >= until) throw unknownEnd(lost.cause);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}

/** A transaction whose COMMIT was sent, or nearly, and not answered. */
interface Lost {
  readonly xid: string;
  readonly pid: number;
  readonly epoch: string;
  readonly cause: unknown;
}

async function endOf(connection: Connected, { xid, pid, epoch }: Lost) {
  const [at] = await connection.query(`SELECT CASE WHEN pg_is_in_recovery() THEN NULL ELSE ${EPOCH} END AS epoch`);
  const now = epochRow.parse(at).epoch;
  // A standby that nobody has promoted yet.
  if (now === null) return "out of reach";
  // The number may stand for another transaction by now.
  if (now !== epoch) return null;
  const [row] = await connection.query("SELECT pg_xact_status($1::xid8) AS status", [xid]);
  const { status } = statusRow.parse(row);
  // Cut off from us, its session may still wait for a COMMIT that never came: ended, it is one or the other.
  if (status === "in progress") {
    await connection.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND backend_xid = $2::xid8::xid",
      [pid, xid],
    );
  }
  return status;
}

function unknownEnd(cause: unknown): JournalError {
  return new JournalError(
    "The connection to the journal's database was lost while it stored a change: whether it did is not known.",
    { next: "Look with get_operation or list_operations before anything is repeated.", cause },
  );
}

function tablesOf(session: Session): Tx {
  return {
    operations: new Operations(session),
    approvals: new Approvals(session),
    uses: new Uses(session),
    bankLines: new BankLineRows(session),
    seenLines: new SeenLineRows(session),
    facts: new FactRows(session),
    audit: new Audit(session),
  };
}
