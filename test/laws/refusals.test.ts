import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tools } from "../../src/tools/index.ts";
import { type Answered, approves, type Bench, type Person, part, startBench } from "../harness/mcp-tools.ts";
import { anyInvoice, expectWellFormed, freshDraft, openOperation } from "./answers.ts";

/**
 * Every guarded act against every way in which a person does not say yes: nothing happens, and the answer says so.
 * Then with a yes: it happens once, and a repeated call does nothing.
 */
const guarded = tools.filter(({ effect }) => effect === "commit");

/** Arguments for an act that is possible, and what exactly it does at the API. */
const CASES: Readonly<
  Record<
    string,
    {
      args(bench: Bench): Promise<Record<string, unknown>>;
      readonly effects: readonly string[];
      readonly mails: number;
    }
  >
> = {
  send_invoice: {
    args: async (bench) => ({ invoice_id: await freshDraft(bench) }),
    effects: ["invoice.sent"],
    mails: 1,
  },
  mark_paid: {
    args: async (bench) => ({ invoice_id: await anyInvoice(bench, { status: "sent", kind: "invoice" }) }),
    effects: ["invoice.paid"],
    mails: 0,
  },
  cancel_invoice: {
    args: async (bench) => ({ invoice_id: await anyInvoice(bench, { status: "sent", kind: "invoice" }) }),
    effects: ["invoice.voided", "credit_note.created"],
    mails: 1,
  },
  change_recipient: {
    args: async (bench) => ({
      invoice_id: await anyInvoice(bench, { status: "sent", kind: "invoice", customer_id: "181240" }),
      customer_id: "181227",
    }),
    effects: ["invoice.voided", "credit_note.created", "invoice.copied"],
    mails: 2,
  },
  settle_payments: {
    args: async () => ({
      payments: [
        { invoice_id: "#RE-2026-0012", amount: 1149.61 },
        { invoice_id: "#RE-2026-0007", amount: 899.64 },
      ],
    }),
    effects: ["invoice.paid", "invoice.paid"],
    mails: 0,
  },
  resolve_operation: {
    args: async (bench) => ({ operation_id: await openOperation(bench), verdict: "not_done" }),
    effects: [],
    mails: 0,
  },
};

const REFUSALS: Readonly<Record<string, Person | null>> = {
  "declines after reading": (_form, clock) => {
    clock.advance(3_000);
    return { action: "decline" };
  },
  "closes the form": (_form, clock) => {
    clock.advance(3_000);
    return { action: "cancel" };
  },
  "is not there: the client declines at once": () => ({ action: "decline" }),
  "is not there: the client accepts with nothing": (_form, clock) => {
    clock.advance(3_000);
    return { action: "accept", content: {} };
  },
  "is not there: the client fills in defaults": (_form, clock) => {
    clock.advance(3_000);
    return { action: "accept", content: { decision: "", typed: "", confirm: true, approved: true } };
  },
  "chooses decline in the form": (_form, clock) => {
    clock.advance(3_000);
    return { action: "accept", content: { decision: "decline", typed: "nein" } };
  },
  "types something else": (_form, clock) => {
    clock.advance(3_000);
    return { action: "accept", content: { decision: "Approve", typed: "yes" } };
  },
  "never answers": () => new Promise(() => {}),
  "cannot be reached: the client fails": () => Promise.reject(new Error("connection closed")),
  "cannot be asked: the client has no forms": null,
};

it("has a case for every guarded tool", () => {
  expect(Object.keys(CASES)).toEqual(expect.arrayContaining(guarded.map(({ name }) => name)));
});

describe.each(guarded.map((tool) => [tool.name, tool] as const))("%s", (name, tool) => {
  let bench: Bench;
  let args: Record<string, unknown>;
  const act = CASES[name];
  beforeAll(async () => {
    // Forms wait for minutes, of which a hundred and fiftieth passes here.
    bench = await startBench({ speed: 150 });
    args = (await act?.args(bench)) ?? {};
  });
  afterAll(() => bench.close());

  it.each(Object.entries(REFUSALS))("does nothing when the person %s", async (situation, person) => {
    // A pause after several refusals is another rule's business.
    bench.clock.advance(3_600_000);
    const before = bench.simulator.effects().length;
    const mails = bench.simulator.outbox().length;
    const answer = await bench.call(name, args, person);
    expectWellFormed(tool, answer);
    if (situation === "never answers") {
      expect(answer.structured).toMatchObject({ outcome: "approval_required", waiting: { title: expect.any(String) } });
      expect(answer.text).toContain("The form is open in this client");
      // Some clients show their model the structure only, others the text: both carry what is waiting.
      const waiting = part(answer, "waiting");
      const said = [waiting["title"], waiting["warnings"], waiting["changes"], answer.structured["tell_user"]].flat();
      for (const sentence of said) expect(answer.text).toContain(sentence);
    } else {
      expect(answer.isError).toBe(true);
      expect(part(answer, "error")).toMatchObject({ code: "refused", effect: "none" });
      expect(answer.text).toMatch(/Nothing was done|so nothing was done/);
    }
    expect(bench.simulator.effects().length).toBe(before);
    expect(bench.simulator.outbox().length).toBe(mails);
    await expectNothingJournaled(bench, name);
  });

  it("happens once with a yes, and not again when called again", async () => {
    bench.clock.advance(3_600_000);
    const before = bench.simulator.effects().length;
    const mails = bench.simulator.outbox().length;
    let asked = 0;
    const person: Person = (form, clock) => {
      asked += 1;
      return approves(form, clock);
    };
    const done = await bench.ok(name, args, person);
    expectWellFormed(tool, done);
    const happened = () =>
      bench.simulator
        .effects()
        .slice(before)
        .map(({ kind }) => kind);
    expect(happened().sort()).toEqual([...(act?.effects ?? [])].sort());
    expect(bench.simulator.outbox().length - mails).toBe(act?.mails);
    expect(asked).toBe(1);
    if (act?.effects.length === 0) return;
    const again = await bench.call(name, args, person);
    expectWellFormed(tool, again);
    // A batch answers row by row and may refuse what is settled; a single act finds its first outcome.
    if (name !== "settle_payments") {
      expect(done.structured["outcome"]).toBe("done");
      expect(again.structured["outcome"]).toBe("already_done");
      expect(again.structured["operation_id"]).toBe(done.structured["operation_id"]);
    }
    expect(happened()).toHaveLength(act?.effects.length ?? 0);
    expect(asked).toBe(1);
  });
});

/** A refused act never reached the journal: there is nothing to settle and nothing to explain. */
async function expectNothingJournaled(bench: Bench, kind: string): Promise<void> {
  const journal = await bench.deps.journal();
  const records = await journal.list({ limit: 50 });
  expect(records.filter((record) => record.kind === kind)).toEqual([]);
}

/** Kept apart: what a person sees must be enough to decide. */
it.each(guarded.filter(({ name }) => name !== "resolve_operation").map(({ name }) => [name]))(
  "%s shows who, how much, and that it cannot be undone",
  async (name) => {
    const bench = await startBench();
    try {
      const shown: string[] = [];
      const reader: Person = (form, clock) => {
        shown.push(form.message);
        clock.advance(3_000);
        return { action: "decline" };
      };
      const answer: Answered = await bench.refused(name, (await CASES[name]?.args(bench)) ?? {}, reader);
      expect(answer.isError).toBe(true);
      expect(shown).toHaveLength(1);
      expect(shown[0]).toMatch(/[\d,]+\.\d\d EUR|[\d.]+,\d\d EUR/);
      expect(shown[0]).toContain("Lindenhof Studios");
      expect(shown[0]).toMatch(/cannot be undone|no way to set (it|them) back/i);
      expect(shown[0]).toMatch(/simulator/i);
    } finally {
      await bench.close();
    }
  },
);
