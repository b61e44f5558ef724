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
  readonly #groups = new Map<string, Map<string, T>>();
  readonly #name: string;
  readonly #schema: z.ZodType<T>;
  readonly #note: (change: Change) => void;
  readonly #groupOf: (row: T) => string;

  constructor(
    name: string,
    schema: z.ZodType<T>,
    note: (change: Change) => void,
    groupOf: (row: T) => string = () => "",
  ) {
    this.#name = name;
    this.#schema = schema;
    this.#note = note;
    this.#groupOf = groupOf;
  }

  get(id: string): T | undefined {
    return this.#rows.get(id);
  }

  all(): T[] {
    return [...this.#rows.values()];
  }

  /** Rows of one group (the items of a document), in insertion order. */
  group(key: string): T[] {
    return [...(this.#groups.get(key)?.values() ?? [])];
  }

  get size(): number {
    return this.#rows.size;
  }

  put(row: T): T {
    const before = this.#rows.get(row.id);
    this.#set(row);
    this.#note({
      collection: this.#name,
      id: row.id,
      after: row,
      undo: () => {
        if (before === undefined) this.#unset(row.id);
        else this.#set(before);
      },
    });
    return row;
  }

  delete(id: string): void {
    if (!this.#rows.has(id)) return;
    const before = this.all();
    this.#unset(id);
    this.#note({
      collection: this.#name,
      id,
      after: undefined,
      undo: () => {
        for (const row of before) this.#unset(row.id);
        for (const row of before) this.#set(row);
      },
    });
  }

  restore(body: unknown): void {
    this.#set(this.#schema.parse(body));
  }

  #set(row: T): void {
    this.#rows.set(row.id, row);
    const key = this.#groupOf(row);
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, new Map([[row.id, row]]));
    else group.set(row.id, row);
  }

  #unset(id: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#rows.delete(id);
    this.#groups.get(this.#groupOf(row))?.delete(id);
  }
}

/** The simulator's state: maps in memory, written through to a persistence when there is one. */
export class Store {
  readonly #persistence: Persistence | null;
  #changes: Change[] = [];
  readonly customers = this.#table("customers", customerRecord);
  readonly addresses = this.#table("addresses", addressRecord);
  readonly invoices = this.#table("invoices", invoiceRecord);
  readonly items = this.#table("items", itemRecord, ({ invoice_id }) => invoice_id);
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

  #table<T extends { readonly id: string }>(
    name: string,
    schema: z.ZodType<T>,
    groupOf?: (row: T) => string,
  ): Table<T> {
    return new Table(name, schema, (change) => this.#changes.push(change), groupOf);
  }
}
