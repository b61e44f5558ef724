import type { z } from "zod";
import { ANY_ORIGIN, type Place } from "../../domain/scope.ts";
import { parsed, type SqlValue } from "../rows.ts";
import type { Connected } from "./database.ts";
import { journalError, StatementError } from "./failures.ts";

type Value = SqlValue | readonly string[];

/** Statements of one transaction: none after its end, none that write where it only reads, none after one that failed. */
export class Session {
  readonly #connection: Connected;
  readonly #writes: boolean;
  #isOver = false;
  #failure: StatementError | null = null;

  constructor(connection: Connected, writes: boolean) {
    this.#connection = connection;
    this.#writes = writes;
  }

  /** The first statement that failed: whatever `work` made of it, nothing of the transaction can be kept. */
  get failure(): StatementError | null {
    return this.#failure;
  }

  async one<T>(schema: z.ZodType<T>, sql: string, ...values: Value[]): Promise<T | null> {
    const [row] = await this.raw(sql, ...values);
    return row === undefined ? null : parsed(schema, row);
  }

  async many<T>(schema: z.ZodType<T>, sql: string, ...values: Value[]): Promise<readonly T[]> {
    return (await this.raw(sql, ...values)).map((row) => parsed(schema, row));
  }

  raw(sql: string, ...values: Value[]): Promise<readonly unknown[]> {
    return this.#guarded(() => this.#connection.query(sql, values));
  }

  run(sql: string, ...values: Value[]): Promise<number> {
    if (!this.#writes) return Promise.reject(new TypeError("a reading transaction does not write"));
    return this.#guarded(() => this.#connection.change(sql, values));
  }

  async insert(table: string, columns: Readonly<Record<string, SqlValue>>): Promise<void> {
    const names = Object.keys(columns);
    await this.run(
      `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map((_, at) => `$${at + 1}`).join(", ")})`,
      ...Object.values(columns),
    );
  }

  end(): void {
    this.#isOver = true;
  }

  async #guarded<T>(statement: () => Promise<T>): Promise<T> {
    if (this.#isOver) throw new TypeError("the transaction is over");
    if (this.#failure !== null) throw journalError(this.#failure);
    try {
      return await statement();
    } catch (error) {
      if (error instanceof StatementError) this.#failure ??= error;
      throw journalError(error);
    }
  }
}

/** Origins that a place's queries match. */
export function origins({ origin }: Place): readonly [string, string] {
  return [origin, ANY_ORIGIN];
}
