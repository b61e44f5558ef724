import type { z } from "zod";
import type { Persistence } from "./persistence.ts";
import {
  addressRecord,
  counterRecord,
  customerRecord,
  customFieldRecord,
  effectRecord,
  invoiceRecord,
  itemRecord,
  outboxMail,
  referenceRecord,
} from "./records.ts";

interface Change {
  readonly collection: string;
  readonly id: string;
  readonly after: unknown;
  undo(): void;
}

/** One collection in insertion order. Every change is undoable until the transaction ends. */
export class Table<T extends { readonly id: string }> {
  readonly #rows = new Map<string, T>();
  readonly #name: string;
  readonly #schema: z.ZodType<T>;
  readonly #note: (change: Change) => void;

  constructor(name: string, schema: z.ZodType<T>, note: (change: Change) => void) {
    this.#name = name;
    this.#schema = schema;
    this.#note = note;
  }

  get(id: string): T | undefined {
    return this.#rows.get(id);
  }

  all(): T[] {
    return [...this.#rows.values()];
  }

  get size(): number {
    return this.#rows.size;
  }

  put(row: T): T {
    const before = this.#rows.get(row.id);
    this.#rows.set(row.id, row);
    this.#note({
      collection: this.#name,
      id: row.id,
      after: row,
      undo: () => {
        if (before === undefined) this.#rows.delete(row.id);
        else this.#rows.set(row.id, before);
      },
    });
    return row;
  }

  delete(id: string): void {
    const before = this.all();
    if (!this.#rows.delete(id)) return;
    this.#note({
      collection: this.#name,
      id,
      after: undefined,
      undo: () => {
        this.#rows.clear();
        for (const row of before) this.#rows.set(row.id, row);
      },
    });
  }

  restore(body: unknown): void {
    const row = this.#schema.parse(body);
    this.#rows.set(row.id, row);
  }
}

/** The simulator's state: maps in memory, written through to a persistence when there is one. */
export class Store {
  readonly #persistence: Persistence | null;
  #changes: Change[] = [];
  readonly customers = this.#table("customers", customerRecord);
  readonly addresses = this.#table("addresses", addressRecord);
  readonly invoices = this.#table("invoices", invoiceRecord);
  readonly items = this.#table("items", itemRecord);
  readonly references = this.#table("references", referenceRecord);
  readonly custom_fields = this.#table("custom_fields", customFieldRecord);
  readonly counters = this.#table("counters", counterRecord);
  readonly outbox = this.#table("outbox", outboxMail);
  readonly effects = this.#table("effects", effectRecord);

  constructor(persistence: Persistence | null) {
    this.#persistence = persistence;
    const tables = new Map<string, { restore(body: unknown): void }>(
      Object.entries({
        customers: this.customers,
        addresses: this.addresses,
        invoices: this.invoices,
        items: this.items,
        references: this.references,
        custom_fields: this.custom_fields,
        counters: this.counters,
        outbox: this.outbox,
        effects: this.effects,
      }),
    );
    for (const { collection, body } of persistence?.load() ?? []) {
      if (body !== null) tables.get(collection)?.restore(JSON.parse(body));
    }
  }

  /** Runs `work` (synchronous): all its changes happen and are saved, or none. */
  transaction<R>(work: () => R): R {
    const outer = this.#changes;
    this.#changes = [];
    try {
      const result = work();
      this.#persistence?.save(
        this.#changes.map(({ collection, id, after }) => ({
          collection,
          id,
          body: after === undefined ? null : JSON.stringify(after),
        })),
      );
      return result;
    } catch (error) {
      for (const change of this.#changes.reverse()) change.undo();
      throw error;
    } finally {
      this.#changes = outer;
    }
  }

  close(): void {
    this.#persistence?.close();
  }

  #table<T extends { readonly id: string }>(name: string, schema: z.ZodType<T>): Table<T> {
    return new Table(name, schema, (change) => this.#changes.push(change));
  }
}
