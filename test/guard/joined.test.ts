import { describe, expect, it } from "vitest";
import type { GuardDeps } from "../../src/guard/guard.ts";
import { parsePolicy } from "../../src/guard/policy.ts";
import type { ApprovalStore, Asker, Authorisation, FormAnswer, Guard, Plan } from "../../src/guard/port.ts";
import {
  asker,
  type Bench,
  bench,
  customer,
  PRINCIPAL,
  type ScriptedAsker,
  SUBJECT,
  sendPlan,
  settle,
} from "./setup.ts";

/** Equal calls of one moment at two processes on one store: the person is asked once. */
const yes: FormAnswer = { action: "accept", content: { decision: "approve" } };
const modern = { era: "input_required" } as const;

function call(guard: Guard, from: Asker, plan: Plan = sendPlan()): Promise<Authorisation> {
  return guard.authorise({ plan, subject: SUBJECT, principal: PRINCIPAL, asker: from });
}

/** A client whose person answers when told to. */
function held(client = {}): { readonly from: ScriptedAsker; answer(given: FormAnswer): void } {
  let tell: (answer: FormAnswer) => void = () => {};
  const answered = new Promise<FormAnswer>((resolve) => {
    tell = resolve;
  });
  return { from: asker(() => answered, client), answer: tell };
}

/** The store of a process that dies over this one thing. */
function stuckAt(method: keyof ApprovalStore, store: ApprovalStore): ApprovalStore {
  return new Proxy(store, {
    get(target, name) {
      const own: unknown = Reflect.get(target, name);
      if (name === method) return () => new Promise<never>(() => {});
      return typeof own === "function" ? own.bind(target) : own;
    },
  });
}

const two = (lab: Bench, changes: Partial<GuardDeps> = {}) => [lab.guard(changes), lab.guard(changes)] as const;
const waiting = (lab: Bench) => lab.store.pending({}, lab.clock.now());
const idOf = (answer: Authorisation) => ("approval" in answer ? answer.approval.id : null);

describe("equal calls at two processes", () => {
  it("make one approval and show one form; both hear of the one answer", async () => {
    const lab = bench();
    const [one, other] = two(lab);
    const [asked, beside] = [held(), held()];
    const calls = [call(one, asked.from), call(other, beside.from)];
    await settle();
    await lab.clock.advance(10_000);
    expect(await waiting(lab)).toHaveLength(1);
    expect(asked.from.forms.length + beside.from.forms.length).toBe(1);
    for (const { answer } of [asked, beside]) answer(yes);
    await lab.clock.advance(1_000);
    const answers = await Promise.all(calls);
    expect(answers.map(({ kind }) => kind)).toEqual(["approved", "approved"]);
    expect(new Set(answers.map(idOf)).size).toBe(1);
  });

  it("hear of one no, told once", async () => {
    const lab = bench();
    const [one, other] = two(lab);
    const asked = held();
    const calls = [call(one, asked.from), call(other, asked.from)];
    await lab.clock.advance(2_000);
    asked.answer({ action: "accept", content: { decision: "decline" } });
    await lab.clock.advance(1_000);
    for (const answer of await Promise.all(calls))
      expect(answer).toMatchObject({ kind: "refused", reason: "declined" });
    expect(await waiting(lab)).toEqual([]);
  });

  it("send one form as a result; the other call waits for what comes back with it", async () => {
    const lab = bench();
    const keys = [new Uint8Array(32)] as const;
    const [one, other] = two(lab, { keys });
    const first = await call(one, asker(undefined, modern));
    const beside = call(other, asker(undefined, modern));
    if (first.kind !== "ask") throw new Error(first.kind);
    await lab.clock.advance(5_000);
    const returned = { state: first.state, answer: yes };
    expect(await call(other, asker(undefined, modern, returned))).toMatchObject({ kind: "approved" });
    await lab.clock.advance(1_000);
    expect(await beside).toMatchObject({ kind: "approved", approval: { id: first.approval.id, forms_sent: 1 } });
  });

  it("ask again at the same process where a form that went out as a result came to nobody", async () => {
    const lab = bench();
    const guard = lab.guard();
    const lost = await call(guard, asker(undefined, modern));
    const again = call(guard, asker(undefined, modern));
    await lab.clock.advance(11_000);
    expect(await again).toMatchObject({ kind: "ask", approval: { id: idOf(lost) } });
    expect(await waiting(lab)).toMatchObject([{ forms_sent: 2 }]);
  });

  it("ask nobody about what an equal call did since it was read", async () => {
    const lab = bench();
    const from = asker(() => yes);
    const request = { plan: sendPlan(), subject: SUBJECT, principal: PRINCIPAL, asker: from };
    const late = await lab.guard().authorise({ ...request, isDone: async () => true });
    expect(late).toMatchObject({ kind: "refused", message: expect.stringContaining("An equal call did this") });
    expect(from.forms).toHaveLength(0);
    expect(await waiting(lab)).toEqual([]);
    expect(await lab.guard().authorise({ ...request, isDone: async () => false })).toMatchObject({ kind: "approved" });
  });

  it("ask at the second one where the first one died over it", async () => {
    for (const sent of [false, true]) {
      const lab = bench();
      const [one, other] = two(lab);
      const dying = lab.guard({ store: stuckAt("offer", lab.store) });
      void call(sent ? one : dying, held().from);
      await settle();
      const beside = asker(() => yes);
      const answer = call(other, beside);
      await lab.clock.advance(sent ? 29_000 : 2_000);
      expect([sent, beside.forms.length]).toEqual([sent, 0]);
      await lab.clock.advance(2_000);
      expect([sent, beside.forms.length]).toEqual([sent, 1]);
      expect(await answer).toMatchObject({ kind: "approved" });
    }
  });

  it("ask at once where the first one's client gave its form up", async () => {
    const lab = bench();
    const [one, other] = two(lab);
    const abort = new AbortController();
    const request = { plan: sendPlan(), subject: SUBJECT, principal: PRINCIPAL, asker: held().from };
    const first = one.authorise({ ...request, signal: abort.signal });
    await settle();
    const beside = held();
    void call(other, beside.from);
    await lab.clock.advance(1_000);
    expect(beside.from.forms).toHaveLength(0);
    abort.abort(new Error("stopped"));
    expect(await first).toMatchObject({ kind: "refused" });
    await lab.clock.advance(1_000);
    // Nobody answered there: the next place is asked, or the form here.
    expect((await waiting(lab))[0]?.channel).not.toBe(null);
    expect(await lab.store.pending({}, lab.clock.now())).toHaveLength(1);
  });

  it("ask by their own form again when they come later", async () => {
    const lab = bench();
    const [one, other] = two(lab);
    void call(one, held().from);
    await settle();
    await lab.clock.advance(10_000);
    const later = held();
    void call(other, later.from);
    await settle();
    expect(later.from.forms).toHaveLength(1);
    expect(await waiting(lab)).toHaveLength(1);
  });

  it("do not take what differs for the same: what was asked before is withdrawn", async () => {
    const lab = bench();
    const [one, other] = two(lab);
    const changed = sendPlan({ locale: "en", customer: customer({ email: "new@example.com" }) });
    void call(one, held().from);
    await settle();
    const second = held();
    void call(other, second.from, changed);
    await settle();
    expect(second.from.forms[0]?.message).toContain("Changed since the earlier approval");
    expect(await waiting(lab)).toHaveLength(1);
  });

  it("take the policy's one answer, whoever of them gives it", async () => {
    const unattended = { enabled: true, acts: ["send_invoice"], below: { EUR: "9999" } };
    const policy = parsePolicy({ version: 1, unattended });
    const lab = bench();
    const [one, other] = two(lab, { policy });
    // The first one dies between asking and the policy's answer.
    const dying = lab.guard({
      policy,
      store: stuckAt("answer", lab.store),
    });
    void call(dying, asker());
    await settle();
    expect(await waiting(lab)).toMatchObject([{ channels: ["policy"] }]);
    const nobody = asker();
    const answers = await Promise.all([call(one, nobody), call(other, nobody)]);
    expect(answers.map(({ kind }) => kind)).toEqual(["approved", "approved"]);
    expect(new Set(answers.map(idOf)).size).toBe(1);
    expect(nobody.forms).toEqual([]);
    // One that the policy would not answer by now is nobody's.
    const strict = lab.guard();
    const asked = held();
    void call(strict, asked.from);
    await settle();
    expect(asked.from.forms).toHaveLength(1);
  });

  it("keep asking apart for each person and act", async () => {
    const lab = bench();
    const [one, other] = two(lab);
    const request = { plan: sendPlan(), subject: SUBJECT, principal: PRINCIPAL };
    const [first, second, third] = [held(), held(), held()];
    void one.authorise({ ...request, asker: first.from });
    void other.authorise({ ...request, principal: "local:otto", asker: second.from });
    void other.authorise({ ...request, subject: "another", asker: third.from });
    await settle();
    expect([first, second, third].map(({ from }) => from.forms.length)).toEqual([1, 1, 1]);
    expect(await waiting(lab)).toHaveLength(3);
  });
});
