import { randomBytes } from "node:crypto";
import { addItem, addItemArgs } from "../../src/acts/add-item.ts";
import { cancelInvoice } from "../../src/acts/cancel-invoice.ts";
import { changeRecipient } from "../../src/acts/change-recipient.ts";
import { createAddress } from "../../src/acts/create-address.ts";
import { createCustomer } from "../../src/acts/create-customer.ts";
import { createInvoice } from "../../src/acts/create-invoice.ts";
import { approvalSubject, type StoredAct } from "../../src/acts/index.ts";
import { markPaid } from "../../src/acts/mark-paid.ts";
import { sendInvoice } from "../../src/acts/send-invoice.ts";
import { updateInvoice } from "../../src/acts/update-invoice.ts";
import type { WriteEvidence } from "../../src/api/port.ts";
import type { JsonObject } from "../../src/domain/json.ts";
import { decimal } from "../../src/domain/money.ts";
import { InvoicingError, UnavailableError } from "../../src/errors.ts";
import { ACTS } from "../../src/guard/port.ts";
import type { Ledger } from "../../src/journal/ledger.ts";
import type { Journal } from "../../src/journal/port.ts";
import { openStore } from "../../src/store/open.ts";
import { performAny } from "../harness/acts.ts";
import { givenApproval, placeIn } from "../harness/approvals.ts";
import { journalIn, type TestJournal } from "../harness/journal.ts";
import { Random } from "./random.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { World, type WriteWrapper } from "./world.ts";

/** The engine as built, or with one of its safeguards taken away. */
export const VARIANTS = [
  "built",
  "no_journal",
  "transport_retry",
  "unknown_as_failed",
  "no_horizon",
  "no_lock",
] as const;
export type Variant = (typeof VARIANTS)[number];

export interface Findings {
  readonly seed: number;
  /** Effects that happened more than once. */
  duplicates: string[];
  /** "Done" that was not, "nothing happened" that did, or anything sent by recovery. */
  lies: string[];
  /** Open after everything has calmed down. */
  unresolved: string[];
  calls: number;
  writes: number;
  faults: number;
  crashes: number;
}

const HORIZON_MS = 120_000;
const CRASH_RATE = 0.03;

interface Intent {
  readonly operation: StoredAct;
  readonly args: JsonObject;
  /** What the world calls the effect. */
  readonly effect: string;
  readonly voids: string | null;
}

interface Process {
  readonly owner: string;
  readonly journal: Journal;
  alive: boolean;
  readonly died: Promise<"died">;
}

export interface Totals {
  sequences: number;
  calls: number;
  writes: number;
  faults: number;
  crashes: number;
  /** Sequences with a finding of this kind. */
  duplicates: number;
  lies: number;
  unresolved: number;
  /** The first few sequences with findings, for replay. */
  found: Findings[];
}

/** Runs seeds `from` to `from + count - 1` over one database, whose audit trail is verified at the end. */
export async function runSequences(from: number, count: number, variant: Variant): Promise<Totals> {
  const store = openStore(":memory:");
  const totals: Totals = {
    sequences: count,
    calls: 0,
    writes: 0,
    faults: 0,
    crashes: 0,
    duplicates: 0,
    lies: 0,
    unresolved: 0,
    found: [],
  };
  for (let seed = from; seed < from + count; seed += 1) {
    const findings = await new Sequence(seed, variant, store).run();
    for (const figure of ["calls", "writes", "faults", "crashes"] as const) totals[figure] += findings[figure];
    for (const kind of ["duplicates", "lies", "unresolved"] as const) totals[kind] += findings[kind].length > 0 ? 1 : 0;
    const isClean = findings.duplicates.length + findings.lies.length + findings.unresolved.length === 0;
    if (!isClean && totals.found.length < 5) totals.found.push(findings);
  }
  const { problems } = await store.audit.verify();
  if (problems.length > 0) throw new Error(`audit: ${problems.join(" ")}`);
  await store.close();
  return totals;
}

/** One story: a few intents, repeated, in parallel, by two processes that crash, over a bad network. */
export class Sequence {
  readonly #variant: Variant;
  readonly #clock = new VirtualClock();
  readonly #random: Random;
  readonly #world: World;
  readonly #store: Ledger;
  /** Sequences share a database and never meet: each has its own organization. */
  readonly #organization: string;
  readonly #owners = new Set<string>();
  readonly #findings: Findings;
  #crashing = true;
  #approvals = 0;

  constructor(seed: number, variant: Variant, store: Ledger) {
    this.#store = store;
    this.#organization = `org-${variant}-${seed}`;
    this.#variant = variant;
    this.#random = new Random(seed);
    this.#world = new World(this.#clock, this.#random, {
      faults: 0.6,
      readFaults: 0.15,
      lateMs: HORIZON_MS * 0.95,
      lagMs: 4000,
    });
    this.#findings = { seed, duplicates: [], lies: [], unresolved: [], calls: 0, writes: 0, faults: 0, crashes: 0 };
  }

  async run(): Promise<Findings> {
    await this.#clock.run(this.#story());
    return this.#findings;
  }

  async #story(): Promise<void> {
    const intents = this.#intents();
    const processes = { a: this.#start(), b: this.#start() };
    const calls = intents.flatMap((intent) => Array.from({ length: this.#random.between(1, 4) }, () => intent));
    await Promise.all(
      calls.map(async (intent) => {
        if (!this.#random.chance(0.3)) await this.#clock.sleep(this.#random.between(0, 90_000));
        const slot = this.#random.chance(0.5) ? "a" : "b";
        if (!processes[slot].alive) {
          processes[slot] = this.#start();
          void Promise.race([processes[slot].journal.recover(), processes[slot].died]);
        }
        await this.#call(processes[slot], intent);
      }),
    );
    await this.#calmDown(intents);
  }

  /** No more faults: everything must become known, by reading alone, and every intent must come out once. */
  async #calmDown(intents: readonly Intent[]): Promise<void> {
    this.#crashing = false;
    this.#world.rules = { ...this.#world.rules, faults: 0, readFaults: 0 };
    await this.#clock.sleep(3 * HORIZON_MS);
    const last = this.#start();
    const writes = this.#world.writes;
    for (let pass = 0; pass < 3; pass += 1) {
      await last.journal.recover();
      await this.#clock.sleep(HORIZON_MS + 5000);
    }
    if (this.#world.writes !== writes) this.#findings.lies.push("recovery sent something");
    for (const row of await this.#store.operations.open(placeIn(this.#organization))) {
      this.#findings.unresolved.push(`${row.kind} ${row.state}: ${row.why}`);
    }
    for (const intent of intents) await this.#call(last, intent);
    await this.#clock.sleep(3 * HORIZON_MS);
    for (const [effect, count] of this.#world.effects) {
      if (count > 1) this.#findings.duplicates.push(`${effect} × ${count}`);
    }
    for (const [invoice, count] of this.#world.voided) {
      if (count > 1) this.#findings.duplicates.push(`voided ${invoice} × ${count}`);
    }
    this.#findings.writes = this.#world.writes;
    this.#findings.faults = this.#world.faults;
  }

  async #call(process: Process, intent: Intent): Promise<void> {
    this.#findings.calls += 1;
    const { effect } = intent;
    const lie = (what: string) => this.#findings.lies.push(`${effect}: ${what}`);
    try {
      const approval = await this.#approve(intent);
      const journal = this.#variant === "no_journal" ? this.#amnesiac(process) : process.journal;
      const operation =
        this.#variant === "no_lock"
          ? { ...intent.operation, locks: () => [randomBytes(8).toString("hex")] }
          : intent.operation;
      const ended = await Promise.race([
        performAny(journal, operation, intent.args, approval ? { approval } : {}),
        process.died,
      ]);
      if (ended === "died") return;
      if (ended.outcome === "done" || ended.outcome === "already_done") {
        const isTrue = this.#world.count(effect) > 0 || (intent.voids !== null && this.#world.voided.has(intent.voids));
        if (!isTrue) lie(`told ${ended.outcome}, but it did not happen`);
      }
      if (ended.outcome === "mismatch") lie(`told mismatch: ${ended.operation.why}`);
    } catch (error) {
      if (!(error instanceof InvoicingError) || error.effect !== "none") throw error;
      // A draft may be changed again and again, so a finished change is not remembered: the error is about this call.
      const isForgotten = intent.operation.repeat === "open";
      if (this.#world.count(effect) > 0 && !isForgotten) lie(`told "nothing happened" (${error.message}), but it did`);
      if ((this.#world.pending.get(effect) ?? 0) > 0)
        lie(`told "nothing happened" (${error.message}), but it is coming`);
    }
  }

  #start(): Process {
    const owner = `owner-${this.#owners.size + 1}-${this.#findings.crashes}`;
    this.#owners.add(owner);
    let die: (value: "died") => void = () => undefined;
    const died = new Promise<"died">((resolve) => {
      die = resolve;
    });
    const process: Process = {
      owner,
      journal: this.#journal(
        owner,
        () => process.alive,
        this.#store,
        () => {
          process.alive = false;
          this.#owners.delete(owner);
          this.#findings.crashes += 1;
          die("died");
        },
      ),
      alive: true,
      died,
    };
    return process;
  }

  /** A process that remembers nothing from call to call. */
  #amnesiac(process: Process): TestJournal {
    const store = openStore(":memory:");
    // Approvals were given in the journal that this process has forgotten.
    return this.#journal(
      process.owner,
      () => process.alive,
      store,
      () => undefined,
    );
  }

  #journal(owner: string, isAlive: () => boolean, store: Ledger, die: () => void): TestJournal {
    return journalIn(
      { ...placeIn(this.#organization), principal: "p" },
      {
        store: guarded(store, isAlive, this.#variant === "no_journal"),
        api: this.#world.api(isAlive, this.#wrapper()),
        clock: this.#clock,
        owner,
        isOwnerAlive: (other) => this.#owners.has(other),
        settle: { horizon_ms: this.#variant === "no_horizon" ? 0 : HORIZON_MS },
        random: () => this.#random.next(),
        onPoint: async () => {
          if (this.#crashing && this.#random.chance(CRASH_RATE)) die();
          if (!isAlive()) await new Promise<never>(() => undefined);
        },
      },
    );
  }

  #wrapper(): WriteWrapper {
    if (this.#variant === "transport_retry") {
      return async (_effect, write) => {
        let evidence = await write();
        for (let again = 0; again < 2 && evidence.kind === "unknown"; again += 1) evidence = await write();
        return evidence;
      };
    }
    if (this.#variant === "unknown_as_failed") {
      return async <R>(_effect: string, write: () => Promise<WriteEvidence<R>>) => {
        const evidence = await write();
        return evidence.kind === "unknown"
          ? { kind: "not_sent" as const, error: new UnavailableError("It failed.") }
          : evidence;
      };
    }
    return (_effect, write) => write();
  }

  async #approve({ operation, args }: Intent) {
    const act = ACTS.find((known) => known === operation.kind);
    if (act === undefined) return null;
    this.#approvals += 1;
    const id = `${this.#organization}-${this.#approvals}`;
    const now = this.#clock.now();
    await this.#store.approvals.create(
      givenApproval(now, { id, act, organization_id: this.#organization, subject: approvalSubject(operation, args) }),
    );
    return { id, digest: "digest", locks: [], covers: () => Promise.resolve() };
  }

  #intents(): Intent[] {
    const world = this.#world;
    const customer = world.seedCustomer("seed@example.com");
    const other = world.seedCustomer("other@example.com");
    const draft = world.seedInvoice(customer, "draft", "Seeded");
    const open = world.seedInvoice(customer, "sent", "Seeded");
    const line = (title: string) =>
      addItemArgs(draft, { title, quantity: 2, tax_rate: decimal("19"), amount: decimal("12.50") });
    const all: Intent[] = [
      intent(createCustomer, { email: "new@example.com", locale: "de" }, "create_customer new@example.com"),
      intent(
        createAddress,
        { customer_id: customer, name: "N", street_address: "S 1", zip_code: "1", city: "C", country_code: "DE" },
        `create_address ${customer} N`,
      ),
      intent(
        createInvoice,
        { currency: "EUR", calculate_from_net: true, customer_id: customer, notes: "first" },
        "create_invoice first",
      ),
      intent(
        createInvoice,
        { currency: "EUR", calculate_from_net: true, customer_id: customer, notes: "second" },
        "create_invoice second",
      ),
      intent(addItem, line("A"), `add_item ${draft} A`),
      intent(addItem, line("B"), `add_item ${draft} B`),
      intent(updateInvoice, { invoice_id: draft, changes: { notes: "changed" } }, `update_invoice ${draft} changed`),
      intent(sendInvoice, { invoice_id: draft }, `send_invoice ${draft}`),
      intent(markPaid, { invoice_id: open, send_notification: false }, `mark_paid ${open}`),
      intent(cancelInvoice, { invoice_id: open }, `cancel_invoice ${open}`, open),
      intent(changeRecipient, { invoice_id: open, customer_id: other }, `change_recipient ${open} ${other}`),
    ];
    const wanted = this.#random.between(1, 4);
    const chosen = new Set<Intent>();
    while (chosen.size < wanted) {
      const next = all[this.#random.between(0, all.length - 1)];
      if (next) chosen.add(next);
    }
    return [...chosen];
  }
}

function intent(operation: StoredAct, args: JsonObject, effect: string, voids: string | null = null): Intent {
  return { operation, args, effect, voids };
}

/** The store as a process sees it: after its death nothing comes back. */
function guarded({ operations, ...store }: Ledger, isAlive: () => boolean, forgetApprovals: boolean): Ledger {
  const alive = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!isAlive()) await new Promise<never>(() => undefined);
    return work();
  };
  return {
    ...store,
    operations: {
      get: (organization, id) => alive(() => operations.get(organization, id)),
      findEqual: (organization, print, now) => alive(() => operations.findEqual(organization, print, now)),
      look: (key) => alive(() => operations.look(key)),
      claim: (operation) =>
        alive(() => operations.claim(forgetApprovals ? { ...operation, approval: null } : operation)),
      attempt: (row, attempt) => alive(() => operations.attempt(row, attempt)),
      transition: (row, change) => alive(() => operations.transition(row, change)),
      open: (organization) => alive(() => operations.open(organization)),
      places: () => alive(() => operations.places()),
      list: (organization, filter) => alive(() => operations.list(organization, filter)),
      isTaken: (organization, kind, id) => alive(() => operations.isTaken(organization, kind, id)),
    },
  };
}
