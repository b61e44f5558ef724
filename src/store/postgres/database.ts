import { createHash } from "node:crypto";
import type { Pool, PoolClient } from "pg";
import { z } from "zod";
import { JournalError } from "../../errors.ts";
import { once } from "../../once.ts";
import { failureOf, journalError, readOnly, StatementError } from "./failures.ts";

export interface DatabaseSettings {
  /** `postgres://user:password@host:port/database?sslmode=…` */
  readonly url: string;
  readonly schema: string;
  /** Connections this process may hold. */
  readonly connections?: number;
  /** How long work is tried again after conflicts and lost connections before the call fails. */
  readonly patience_ms?: number;
  /** How long one statement may take. */
  readonly statement_ms?: number;
}

/** Whose rows a transaction may see: row-level security compares them with every row. `null`: the owner, who sees all. */
export interface Wall {
  readonly origin: string;
  readonly organization_id: string;
  readonly principal: string;
}

/**
 * Writers of one organization take turns, because `LOCK TABLE` is the one lock that PostgreSQL takes before a transaction's
 * snapshot: whoever waited sees what the one before it wrote, instead of failing with a conflict. The turns are a matter of
 * speed alone; that nothing is lost rests on SERIALIZABLE.
 */
export const TURNS = 32;

export const turnName = (turn: number) => `turn_${String(turn).padStart(2, "0")}`;

export const TURN_NAMES: readonly string[] = Array.from({ length: TURNS }, (_, turn) => turnName(turn));

export function turnOf(organizationId: string): number {
  return createHash("sha256").update(organizationId).digest().readUInt32BE(0) % TURNS;
}

const WAITS_MS = [2, 5, 15, 40, 100, 250];
const STATEMENT_MS = 15_000;
const PATIENCE_MS = 20_000;
const INT8 = 20;
const readOnlyRow = z.object({ transaction_read_only: z.enum(["on", "off"]) });

export class Database {
  readonly schema: string;
  readonly #settings: DatabaseSettings;
  readonly #pool: () => Promise<Pool>;
  readonly #turns = new Map<string, Promise<unknown>>();
  readonly #ended = new WeakMap<object, unknown>();
  #isClosed = false;

  constructor(settings: DatabaseSettings) {
    this.#settings = settings;
    this.schema = schemaName(settings.schema);
    this.#pool = once(async () => {
      const { default: pg } = await import("pg");
      const { getTypeParser } = pg.types;
      const pool = new pg.Pool({
        connectionString: settings.url,
        max: settings.connections ?? 10,
        connectionTimeoutMillis: 5_000,
        query_timeout: (settings.statement_ms ?? STATEMENT_MS) + 2_000,
        keepAlive: true,
        keepAliveInitialDelayMillis: 5_000,
        application_name: "invoicing-mcp",
        types: {
          // Counts and milliseconds: exact far beyond any of ours.
          getTypeParser: (oid: number, format?: "text" | "binary") =>
            oid === INT8 ? Number : getTypeParser(oid, format === "binary" ? "text" : format),
        },
      });
      // An idle connection that ends is replaced at the next use.
      pool.on("error", () => {});
      // The server's last word can come with its first one, before anybody has the connection: an error that nobody listens
      // to ends the process.
      pool.on("connect", (client) => client.on("error", (error) => this.#ended.set(client, error)));
      return pool;
    });
  }

  /** One after the other within this process: those that wait hold no connection. */
  inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#turns.get(name) ?? Promise.resolve()).then(work);
    const settled = mine.catch(() => undefined);
    this.#turns.set(name, settled);
    void settled.then(() => {
      if (this.#turns.get(name) === settled) this.#turns.delete(name);
    });
    return mine;
  }

  /** Runs again what ended in a conflict or a lost connection, until patience is over. Each run begins from nothing. */
  async patiently<T>(run: () => Promise<T>): Promise<T> {
    const until = Date.now() + (this.#settings.patience_ms ?? PATIENCE_MS);
    for (let round = 0; ; round += 1) {
      try {
        return await run();
      } catch (error) {
        const again = error instanceof Again;
        if (!again || this.#isClosed || Date.now() >= until) throw again ? journalError(error.cause) : error;
      }
      const wait = WAITS_MS[Math.min(round, WAITS_MS.length - 1)] ?? 1;
      await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random())));
    }
  }

  /** A connection for as long as `work` takes. One that broke is thrown away. */
  async connected<T>(work: (client: Connected) => Promise<T>): Promise<T> {
    const pool = await this.#pool();
    let client: PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      throw failureOf(error) === "lost" && !this.#isClosed ? new Again(error) : journalError(error);
    }
    const connected = new Connected(client, this.#ended.get(client) ?? null);
    try {
      return await work(connected);
    } catch (error) {
      throw judged(error);
    } finally {
      connected.leave();
      client.release(connected.isBroken);
    }
  }

  /** Asks once whether the server can be reached and written to now, and what else has to hold. Throws `JournalError`. */
  async writable(holds: (connection: Connected) => Promise<void>): Promise<void> {
    try {
      await this.connected(async (connection) => {
        const [row] = await connection.query("SHOW transaction_read_only");
        if (readOnlyRow.parse(row).transaction_read_only !== "off") throw readOnly();
        await holds(connection);
      });
    } catch (error) {
      throw error instanceof Again ? journalError(error.cause) : error;
    }
  }

  /**
   * A short transaction on rows that are locked one by one. It runs again after a conflict or a lost connection, even one
   * lost while it was stored: `work` must bear that.
   */
  brief<T>(wall: Wall | null, work: (connection: Connected) => Promise<T>): Promise<T> {
    return this.patiently(() =>
      this.connected(async (connection) => {
        try {
          await connection.query(this.opening("READ COMMITTED", wall));
          const value = await work(connection);
          await connection.command("COMMIT");
          return value;
        } catch (error) {
          if (!connection.isBroken) await connection.command("ROLLBACK").catch(() => undefined);
          throw error;
        }
      }),
    );
  }

  /** Statements that open every transaction, in one round trip. */
  opening(isolation: string, wall: Wall | null, more: readonly string[] = []): string {
    const scope = wall ?? { origin: "", organization_id: "", principal: "" };
    const statementMs = this.#settings.statement_ms ?? STATEMENT_MS;
    return [
      `BEGIN ISOLATION LEVEL ${isolation}`,
      `SET LOCAL search_path = ${this.schema}, pg_temp`,
      `SET LOCAL statement_timeout = ${statementMs}`,
      `SET LOCAL lock_timeout = ${statementMs}`,
      // A client that is cut off does not keep others waiting for long.
      `SET LOCAL idle_in_transaction_session_timeout = ${statementMs * 2}`,
      // Whatever the server's default is, a commit is on disk.
      "SET LOCAL synchronous_commit = on",
      // Every question has its index; a planner without statistics may think that a small table is better read whole.
      // The index has the order too: gathered into a bitmap and sorted, all of an organization is read for its newest.
      "SET LOCAL enable_seqscan = off",
      "SET LOCAL enable_bitmapscan = off",
      `SET LOCAL invoicing.origin = ${literal(scope.origin)}`,
      `SET LOCAL invoicing.organization = ${literal(scope.organization_id)}`,
      `SET LOCAL invoicing.principal = ${literal(scope.principal)}`,
      ...more,
    ].join("; ");
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await (await this.#pool()).end();
  }
}

/** The work may be run again: nothing of it happened. */
export class Again extends Error {
  constructor(cause: unknown) {
    super("conflict or lost connection", { cause });
  }
}

/** A failed statement: that the work may be run again, or the failure in words. Anything else is the work's own error. */
export function judged(error: unknown): unknown {
  if (!(error instanceof StatementError)) return error;
  return error.failure === "conflict" || error.failure === "lost" ? new Again(error) : journalError(error);
}

/** One connection while it is ours. */
export class Connected {
  readonly #client: PoolClient;
  #broken: unknown;
  readonly #onError = (error: Error) => {
    this.#broken ??= error;
  };

  /** `broken`: why it ended already. */
  constructor(client: PoolClient, broken: unknown) {
    this.#client = client;
    this.#broken = broken;
    client.on("error", this.#onError);
  }

  get isBroken(): boolean {
    return this.#broken !== null;
  }

  async query(text: string, values?: readonly unknown[]): Promise<readonly unknown[]> {
    return (await this.#run(text, values)).rows;
  }

  /** How many rows it changed. */
  async change(text: string, values: readonly unknown[]): Promise<number> {
    return (await this.#run(text, values)).rowCount ?? 0;
  }

  /** What the server says it did, e.g. `COMMIT` or `ROLLBACK`. */
  async command(text: string): Promise<string> {
    return (await this.#run(text)).command;
  }

  leave(): void {
    this.#client.removeListener("error", this.#onError);
  }

  async #run(text: string, values?: readonly unknown[]) {
    if (this.#broken !== null) throw new StatementError(this.#broken);
    try {
      const result = await this.#client.query(text, values === undefined ? undefined : [...values]);
      // Several statements give several results: the last one counts.
      return Array.isArray(result) ? lastOf(result) : result;
    } catch (error) {
      const failed = new StatementError(error);
      if (failed.failure === "lost") this.#broken ??= error;
      throw failed;
    }
  }
}

const queryResult = z.object({ rows: z.array(z.unknown()), rowCount: z.number().nullable(), command: z.string() });

function lastOf(results: readonly unknown[]): z.infer<typeof queryResult> {
  return queryResult.parse(results.at(-1));
}

/** Read alike whatever the server's settings for strings are. */
export function literal(value: string): string {
  if (value.includes("\0")) throw new JournalError("A name holds a character that cannot be stored.");
  return `E'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** Part of statements, so it is plain or refused. */
export function schemaName(name: string): string {
  if (/^[a-z_][a-z0-9_]{0,48}$/.test(name)) return name;
  throw new JournalError("The schema's name may hold small letters, digits and _ and begins with a letter.", {
    next: "Correct INVOICES_DATABASE_SCHEMA.",
  });
}
