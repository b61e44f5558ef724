import { z } from "zod";
import type { JournalStore, Tx } from "../../journal/store-port.ts";
import { Approvals, Uses } from "./approvals.ts";
import { type Connection, isBusy } from "./connection.ts";
import { Operations } from "./operations.ts";
import { Audit, BankLineRows, FactRows } from "./records.ts";
import { SeenLineRows } from "./seen-lines.ts";
import { Session } from "./session.ts";

/** Waits between tries while another connection holds the database; the last one repeats. */
const WAITS_MS = [1, 2, 5, 10, 15, 25, 50];

/**
 * One connection, used by one transaction at a time: others wait in a queue. SQLite's own waiting would stop the event
 * loop, and with it a transaction of this very process that is in the way; so a busy database is tried again from here.
 */
export class SqliteStore implements JournalStore {
  readonly #connection: Connection;
  readonly #busyMs: number;
  #last: Promise<unknown> = Promise.resolve();

  constructor(connection: Connection, busyMs: number) {
    this.#connection = connection;
    this.#busyMs = busyMs;
  }

  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      // The write lock first, so that what was read inside stays true until the commit.
      await this.#patiently(() => this.#connection.exec("BEGIN IMMEDIATE"));
      return this.#finished(work, true);
    });
  }

  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      await this.#patiently(() => {
        this.#connection.exec("BEGIN");
        try {
          // Takes the read lock: from here on it is one state.
          this.#connection.get("SELECT seq FROM audit_head");
        } catch (error) {
          this.#connection.rollback();
          throw error;
        }
      });
      return this.#finished(work, false);
    });
  }

  async check(): Promise<readonly string[]> {
    return this.#inTurn(async () => {
      const check = z
        .object({ quick_check: z.string() })
        .safeParse(await this.#patiently(() => this.#connection.get("PRAGMA quick_check(1)")));
      const isSound = check.success && check.data.quick_check === "ok";
      return isSound ? [] : ["The database file is damaged (quick_check)."];
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => this.#connection.close());
  }

  async #finished<T>(work: (tx: Tx) => Promise<T>, writes: boolean): Promise<T> {
    const session = new Session(this.#connection, writes);
    try {
      const value = await work(tablesOf(session));
      session.end();
      await this.#patiently(() => this.#connection.exec("COMMIT"));
      return value;
    } catch (error) {
      session.end();
      this.#connection.rollback();
      throw error;
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #patiently<T>(statement: () => T): Promise<T> {
    const until = Date.now() + this.#busyMs;
    for (let round = 0; ; round += 1) {
      try {
        return statement();
      } catch (error) {
        if (!isBusy(error) || Date.now() >= until) throw error;
      }
      const wait = WAITS_MS[Math.min(round, WAITS_MS.length - 1)] ?? 1;
      await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random())));
    }
  }
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
