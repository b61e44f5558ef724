import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACT_KINDS, type ActKind } from "../../src/acts/index.ts";
import { decimal } from "../../src/domain/money.ts";
import { InvoicingError } from "../../src/errors.ts";
import type { Ledger } from "../../src/journal/ledger.ts";
import type { Journal } from "../../src/journal/port.ts";
import type { Fault as SimulatorFault } from "../../src/simulator/index.ts";
import { openStore } from "../../src/store/open.ts";
import { performAny } from "../harness/acts.ts";
import { PATIENCE_MS } from "./grounds.ts";
import { type Act, apiAt, approved, journalOn, openScene, type Scene, stage } from "./scene.ts";

/** What became of the write whose answer is lost. */
const WRITES = { processed: "reset_after", "not processed": "reset_before" } as const;
type Write = keyof typeof WRITES;

/** What the reads meet that follow it. */
const READS: Readonly<Record<string, SimulatorFault>> = {
  "1 reset": { kind: "reset_before", method: "GET", times: 1 },
  "2 answers of 500": { kind: "status_before", status: 500, method: "GET", times: 2 },
  "3 answers cut off": { kind: "truncated_body", method: "GET", times: 3 },
  "4 answers of 503": { kind: "status_before", status: 503, body: "html", method: "GET", times: 4 },
  "5 answers that are not JSON": { kind: "bad_json", method: "GET", times: 5 },
  "5 answers of 403": { kind: "status_before", status: 403, method: "GET", times: 5 },
  "1 answer of 404": { kind: "status_before", status: 404, method: "GET", times: 1 },
  "5 answers of 404": { kind: "status_before", status: 404, method: "GET", times: 5 },
  "lists that lag": { kind: "list_lag", ms: 1500, times: 1 },
};

interface Told {
  readonly outcome: string;
  readonly why: string | null;
}

async function call(journal: Journal, store: Ledger, act: Act): Promise<Told> {
  try {
    const ended = await performAny(journal, act.operation, act.args, await approved(store, act));
    return { outcome: ended.outcome, why: ended.operation?.why ?? null };
  } catch (error) {
    if (!(error instanceof InvoicingError) || error.effect !== "none") throw error;
    return { outcome: "none", why: error.message };
  }
}

/** Loses the answer of the act's first request; `then` runs when it arrives, before any read that follows. */
async function lose(scene: Scene, act: Act, write: Write, then: () => void): Promise<void> {
  let isFirst = true;
  await scene.proxy.plan(
    WRITES[write],
    (request) => {
      if (!act.isRequest(request)) return false;
      if (isFirst) then();
      isFirst = false;
      return true;
    },
    { times: 1 },
  );
}

/** Every outcome that was told must be true, and the call repeated must end once, done. */
async function cell(scene: Scene, kind: ActKind, write: Write, name: string, read: SimulatorFault) {
  const act = await stage(kind, scene);
  const store = openStore(":memory:");
  const journal = journalOn(store, apiAt(scene.proxy.url, scene.simulator.token));
  await lose(scene, act, write, () => scene.simulator.faults.add(read));
  const wrong: string[] = [];
  let last = "";
  for (let time = 0; time < 6 && last !== "done" && last !== "already_done"; time += 1) {
    const { outcome, why } = await call(journal, store, act);
    last = outcome;
    const effects = act.effects();
    if (outcome === "none" && effects > 0) wrong.push(`told "nothing happened" (${why}) after ${effects} effects`);
    if (outcome.endsWith("done") && effects !== 1) wrong.push(`told ${outcome} with ${effects} effects`);
    if (outcome === "mismatch") wrong.push(`told mismatch: ${why}`);
    scene.simulator.faults.clear();
  }
  if (!last.endsWith("done")) wrong.push(`ends ${last}`);
  if (act.effects() !== 1) wrong.push(`happened ${act.effects()} times`);
  wrong.push(...(await store.audit.verify()).problems);
  await scene.proxy.clear();
  await journal.close();
  await store.close();
  return wrong.map((what) => `${kind}, ${write}, ${name}: ${what}`);
}

describe(`an answer is lost, and then the reads meet trouble: every mutation × ${Object.keys(READS).length}`, () => {
  const lanes = ACT_KINDS.flatMap((kind) =>
    (["processed", "not processed"] as const).map((write) => ({ kind, write })),
  );
  const results = new Map<string, string[]>();

  beforeAll(async () => {
    // They wait for the horizon most of the time: half of the troubles in each scene.
    const halves = lanes.flatMap((lane) => [0, 1].map((half) => ({ ...lane, half })));
    await Promise.all(
      halves.map(async ({ kind, write, half }) => {
        const scene = await openScene();
        const troubles = Object.entries(READS).filter((_, at) => at % 2 === half);
        const wrong: string[] = [];
        for (const [name, read] of troubles) wrong.push(...(await cell(scene, kind, write, name, read)));
        results.set(`${kind} ${write}`, [...(results.get(`${kind} ${write}`) ?? []), ...wrong]);
        await scene.close();
      }),
    );
  }, PATIENCE_MS);

  it.each(lanes)("$kind, $write", ({ kind, write }) => expect(results.get(`${kind} ${write}`)).toEqual([]));
});

describe("an answer is lost, and somebody else changes the same thing before it is read", () => {
  const line = { title: "Theirs", quantity: 1, tax_rate: decimal(19), amount: decimal(5) };
  const id = (act: Act) => String(act.args["invoice_id"] ?? act.args["customer_id"]);
  const fresh = async ({ direct }: Scene, act: Act) => {
    const page = await direct.listInvoices({ customer_id: String(act.args["customer_id"]) });
    return page.items[0]?.id ?? "";
  };
  /** `told`: after the horizon. `effects`: by whomever. */
  const cases: readonly {
    readonly kind: ActKind;
    readonly write: Write;
    readonly they: string;
    readonly change: (scene: Scene, act: Act) => Promise<unknown>;
    readonly told: string;
    readonly effects: number;
  }[] = [
    {
      kind: "create_customer",
      write: "not processed",
      they: "create the same one",
      change: ({ direct }, { args }) => direct.createCustomer({ email: String(args["email"]), locale: "de" }),
      told: "done",
      effects: 1,
    },
    {
      kind: "create_address",
      write: "not processed",
      they: "give another address",
      change: ({ direct }, act) =>
        direct.createAddress(id(act), {
          name: "Theirs",
          street_address: "S 2",
          zip_code: "1",
          city: "C",
          country_code: "DE",
        }),
      told: "ambiguous",
      effects: 1,
    },
    {
      kind: "create_invoice",
      write: "processed",
      they: "add a line to the new draft",
      change: async (scene, act) => scene.direct.addItem(await fresh(scene, act), line, true),
      told: "ambiguous",
      effects: 1,
    },
    {
      kind: "create_invoice",
      write: "processed",
      they: "rewrite the notes of the new draft",
      change: async (scene, act) => scene.direct.updateInvoice(await fresh(scene, act), { notes: "theirs" }),
      told: "ambiguous",
      effects: 1,
    },
    {
      kind: "update_invoice",
      write: "processed",
      they: "change the same field again",
      change: ({ direct }, act) => direct.updateInvoice(id(act), { notes: "theirs" }),
      told: "ambiguous",
      effects: 2,
    },
    {
      kind: "add_item",
      write: "processed",
      they: "add another line",
      change: ({ direct }, act) => direct.addItem(id(act), line, true),
      told: "done",
      effects: 2,
    },
    {
      kind: "add_item",
      write: "not processed",
      they: "add another line",
      change: ({ direct }, act) => direct.addItem(id(act), line, true),
      told: "done",
      effects: 2,
    },
    {
      kind: "add_item",
      write: "not processed",
      they: "add a line of the same title",
      change: ({ direct }, act) => direct.addItem(id(act), { ...line, title: String(act.args["title"]) }, true),
      told: "ambiguous",
      effects: 1,
    },
    {
      kind: "send_invoice",
      write: "not processed",
      they: "send it",
      change: ({ direct }, act) => direct.sendInvoice(id(act)),
      told: "done",
      effects: 1,
    },
    {
      kind: "send_invoice",
      write: "processed",
      they: "cancel it",
      change: ({ direct }, act) => direct.cancelInvoice(id(act)),
      told: "ambiguous",
      effects: 1,
    },
    {
      kind: "mark_paid",
      write: "not processed",
      they: "cancel it",
      change: ({ direct }, act) => direct.cancelInvoice(id(act)),
      told: "ambiguous",
      effects: 0,
    },
    {
      kind: "mark_paid",
      write: "not processed",
      they: "mark it as paid",
      change: ({ direct }, act) => direct.markPaid(id(act), false),
      told: "done",
      effects: 1,
    },
    {
      kind: "cancel_invoice",
      write: "not processed",
      they: "cancel it",
      change: ({ direct }, act) => direct.cancelInvoice(id(act)),
      told: "done",
      effects: 1,
    },
    {
      kind: "change_recipient",
      write: "not processed",
      they: "cancel it",
      change: ({ direct }, act) => direct.cancelInvoice(id(act)),
      told: "ambiguous",
      effects: 0,
    },
  ];

  let scenes: Scene[] = [];
  afterAll(() => Promise.all(scenes.map((scene) => scene.close())));

  it.concurrent.each(cases)(
    "$kind, $write; they $they: $told",
    async ({ kind, write, change, told, effects }) => {
      const scene = await openScene();
      scenes = [...scenes, scene];
      const act = await stage(kind, scene);
      const store = openStore(":memory:");
      let theirs: Promise<unknown> = Promise.resolve();
      // Reads wait until the other's change is through.
      const api = apiAt(scene.proxy.url, scene.simulator.token);
      const journal = journalOn(store, {
        ...api,
        getInvoice: (...args) => theirs.then(() => api.getInvoice(...args)),
        getCustomer: (...args) => theirs.then(() => api.getCustomer(...args)),
        listInvoices: (...args) => theirs.then(() => api.listInvoices(...args)),
        listCustomers: (...args) => theirs.then(() => api.listCustomers(...args)),
      });
      await lose(scene, act, write, () => {
        const arrived = async () => {
          while (write === "processed" && act.effects() === 0) await new Promise((resolve) => setTimeout(resolve, 2));
          await change(scene, act);
        };
        theirs = arrived();
      });
      const first = await call(journal, store, act);
      let last = first;
      for (let time = 0; time < 6 && !/done|ambiguous/.test(last.outcome); time += 1) {
        last = await call(journal, store, act);
      }
      // `already_done` or `done`: whether the first call found out or a later one.
      expect(last.outcome.replace("already_", "")).toBe(told);
      expect(act.effects()).toBe(effects);
      await journal.close();
      await store.close();
    },
    60_000,
  );
});
