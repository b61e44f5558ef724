import type { z } from "zod";
import { canonicalJson } from "../../domain/json.ts";
import { ANY_ORIGIN, type Place } from "../../domain/scope.ts";
import type { SqlValue } from "../rows.ts";
import { parsed } from "../rows.ts";
import type { Connection } from "./connection.ts";

/** Statements of one transaction: none after its end, none that write where it only reads. */
export class Session {
  readonly #connection: Connection;
  readonly #writes: boolean;
  #isOver = false;

  constructor(connection: Connection, writes: boolean) {
    this.#connection = connection;
    this.#writes = writes;
  }

  one<T>(schema: z.ZodType<T>, sql: string, ...values: SqlValue[]): T | null {
    const row = this.#usable().get(sql, ...values);
    return row === undefined ? null : parsed(schema, row);
  }

  many<T>(schema: z.ZodType<T>, sql: string, ...values: SqlValue[]): readonly T[] {
    return this.raw(sql, ...values).map((row) => parsed(schema, row));
  }

  raw(sql: string, ...values: SqlValue[]): readonly unknown[] {
    return this.#usable().all(sql, ...values);
  }

  run(sql: string, ...values: SqlValue[]): number {
    if (!this.#writes) throw new TypeError("a reading transaction does not write");
    return this.#usable().run(sql, ...values);
  }

  insert(table: string, columns: Readonly<Record<string, SqlValue>>): void {
    const names = Object.keys(columns);
    this.run(
      `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
      ...Object.values(columns),
    );
  }

  end(): void {
    this.#isOver = true;
  }

  #usable(): Connection {
    if (this.#isOver) throw new TypeError("the transaction is over");
    return this.#connection;
  }
}

/** Origins that a place's queries match. */
export function origins({ origin }: Place): readonly [string, string] {
  return [origin, ANY_ORIGIN];
}

/** A list as one value, for `IN (SELECT value FROM json_each(?))`. */
export function listed(values: readonly string[]): string {
  return canonicalJson(values);
}
