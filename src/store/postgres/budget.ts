import { createHash } from "node:crypto";
import { z } from "zod";
import type { SharedBudget, SharedLimits } from "../../api/shared-budget.ts";
import type { Clock } from "../../domain/clock.ts";
import { parsed } from "../rows.ts";
import type { Database } from "./database.ts";

type Kind = "read" | "write";

const WINDOW_MS = 60_000;
/** How long places that were taken beforehand may be kept. */
const HOLD_MS = 2_000;
/** Of what is left, so much is taken at once: much while there is plenty, one by one near the limit. */
const SHARE = 16;
const MOST_AT_ONCE = 24;

const answerRow = z.object({
  lease: z.number().nullable(),
  granted: z.number(),
  remaining: z.number(),
  wait_ms: z.number(),
});

/** Places taken at once, to be used before `until`. */
interface Lease {
  readonly id: number;
  readonly until: number;
  left: number;
  used: number;
  last: number;
}

interface Counter {
  lease: Lease | null;
  waiting: number;
  remaining: number;
  asking: Promise<number> | null;
}

/**
 * A window of a minute in the database, which all instances fill. An instance takes several places in one round trip and
 * says with the next one how many it used and when: so the window is filled to the last place, and never beyond it.
 */
export class PostgresBudget implements SharedBudget {
  readonly #database: Database;
  readonly #ready: () => Promise<void>;
  readonly #credential: string;
  readonly #clock: Clock;
  readonly #counters: Readonly<Record<Kind, Counter>> = { read: newCounter(), write: newCounter() };

  constructor(database: Database, ready: () => Promise<void>, name: string, clock: Clock) {
    this.#database = database;
    this.#ready = ready;
    this.#credential = createHash("sha256").update(`budget\n${name}`).digest("hex");
    this.#clock = clock;
  }

  async take(kind: Kind, limits: SharedLimits): Promise<number> {
    const counter = this.#counters[kind];
    for (;;) {
      const { lease } = counter;
      const now = this.#clock.now();
      if (lease !== null && lease.left > 0 && now < lease.until) {
        lease.left -= 1;
        lease.used += 1;
        lease.last = now;
        return 0;
      }
      counter.waiting += 1;
      try {
        counter.asking ??= this.#ask(kind, counter, limits).finally(() => {
          counter.asking = null;
        });
        const waitMs = await counter.asking;
        if (waitMs > 0) return waitMs;
      } finally {
        counter.waiting -= 1;
      }
    }
  }

  async block(forMs: number): Promise<void> {
    this.#counters.read.lease = null;
    this.#counters.write.lease = null;
    await this.#query("SELECT block_slots($1, $2)", [this.#credential, Math.ceil(forMs)]);
  }

  /** 0: a lease is there. */
  async #ask(kind: Kind, counter: Counter, { most }: SharedLimits): Promise<number> {
    // Everybody who comes in this turn is counted.
    await Promise.resolve();
    const over = counter.lease;
    const now = this.#clock.now();
    const beforehand = Math.min(MOST_AT_ONCE, Math.floor(counter.remaining / SHARE));
    const [row] = await this.#query("SELECT * FROM take_slots($1, $2, $3, $4, $5, $6, $7, $8, $9)", [
      this.#credential,
      kind,
      most,
      WINDOW_MS,
      Math.max(1, counter.waiting, beforehand),
      HOLD_MS,
      over === null ? [] : [over.id],
      over === null ? [] : [over.used],
      over === null ? [] : [Math.max(0, now - over.last)],
    ]);
    const { lease, granted, remaining, wait_ms } = parsed(answerRow, row);
    counter.remaining = remaining;
    counter.lease = lease === null ? null : { id: lease, until: now + HOLD_MS, left: granted, used: 0, last: now };
    return wait_ms;
  }

  /** Never runs again by itself: what is tried twice counts twice. */
  async #query(sql: string, values: readonly unknown[]): Promise<readonly unknown[]> {
    await this.#ready();
    const { schema } = this.#database;
    const named = sql.replace(/\b(take_slots|block_slots)\b/, `${schema}.$1`);
    return this.#database.connected((connection) => connection.query(named, values));
  }
}

function newCounter(): Counter {
  return { lease: null, waiting: 0, remaining: 0, asking: null };
}
