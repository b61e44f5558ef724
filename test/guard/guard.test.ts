import { describe, expect, it } from "vitest";
import { decimal } from "../../src/domain/money.ts";
import { emailMark } from "../../src/guard/email-mark.ts";
import type { PageChannel } from "../../src/guard/guard.ts";
import { parsePolicy } from "../../src/guard/policy.ts";
import type { Authorisation, FormAnswer, Guard, Plan } from "../../src/guard/port.ts";
import { ORIGIN } from "../harness/approvals.ts";
import {
  asker,
  type Bench,
  bench,
  context,
  customer,
  invoice,
  item,
  organization,
  PRINCIPAL,
  type ScriptedAsker,
  SUBJECT,
  sendPlan,
  settle,
  typedPlan,
} from "./setup.ts";

const accept = (content: Record<string, unknown>): FormAnswer => ({ action: "accept", content });
const yes = accept({ decision: "approve" });

function call(guard: Guard, plan: Plan, from: ScriptedAsker, more: Partial<Parameters<Guard["authorise"]>[0]> = {}) {
  return guard.authorise({ plan, subject: SUBJECT, principal: PRINCIPAL, asker: from, ...more });
}

function answering(lab: Bench, answer: FormAnswer, afterMs: number, client = {}): ScriptedAsker {
  return asker(async () => {
    await lab.clock.sleep(afterMs);
    return answer;
  }, client);
}

function secretOf(result: Authorisation): string {
  if (result.kind !== "pending" || result.secret === null) throw new Error(`no secret in ${result.kind}`);
  return result.secret;
}

function approvalOf(result: Authorisation) {
  if (result.kind === "refused") throw new Error(result.message);
  return result.approval;
}

const organizationScope = { origin: organization.origin, organization_id: organization.id, principal: PRINCIPAL };
const noForms = { form: false };
const cards = { form: false, apps: true };
const page = (works: boolean): PageChannel & { opened: number } => {
  const channel = {
    opened: 0,
    async open() {
      channel.opened += 1;
      return works;
    },
    isOpen: () => works,
    linkTo: async ({ id }: { id: string }) => `http://127.0.0.1:1/#link-to-${id}`,
  };
  return channel;
};

/** Runs a call to its end, moving time while it waits. */
async function drive<T>(lab: Bench, running: Promise<T>, ms = 120_000): Promise<T> {
  let done = false;
  const watched = running.finally(() => {
    done = true;
  });
  for (let passed = 0; !done && passed < ms; passed += 1_000) await lab.clock.advance(1_000);
  return watched;
}

describe("forms asked in the middle of a call", () => {
  it("approves with an explicit yes, once and for this act only", async () => {
    const lab = bench();
    const guard = lab.guard();
    const result = await drive(lab, call(guard, sendPlan(), answering(lab, yes, 2_000)));
    expect(result).toMatchObject({
      kind: "approved",
      approval: { state: "approved", channel: "form", approved_by: "person" },
    });
    const elsewhere = asker();
    for (const more of [{ principal: "local:eve" }, { subject: "send_invoice {}" }]) {
      expect(await drive(lab, call(guard, sendPlan(), elsewhere, more))).not.toMatchObject({ kind: "approved" });
    }
    for (const changed of [{ id: "org-2" }, { origin: "https://staging.test" }]) {
      const other = sendPlan({
        organization: { id: "org-1", name: null, origin: ORIGIN, simulator: false, ...changed },
      });
      expect(await drive(lab, call(guard, other, elsewhere))).not.toMatchObject({ kind: "approved" });
    }
    const paid = { ...sendPlan(), act: "mark_paid" as const };
    expect(await drive(lab, call(guard, paid, elsewhere))).not.toMatchObject({ kind: "approved" });
  });

  const notAsked: [string, FormAnswer | "throws", number][] = [
    ["declines in 0 ms", { action: "decline" }, 0],
    ["cancels after 299 ms", { action: "cancel" }, 299],
    ["accepts with empty content", accept({}), 3_000],
    ["accepts with a default-looking value", accept({ decision: true }), 3_000],
    ["chooses the first option in 0 ms", accept({ decision: "decline" }), 0],
    ["fails", { action: "failed", reason: "closed" }, 5_000],
    ["dies mid-form", "throws", 5_000],
  ];
  for (const [name, answer, afterMs] of notAsked) {
    for (const plan of [sendPlan(), typedPlan()]) {
      it(`a client that ${name} was not asked: next channel (${plan.level})`, async () => {
        const lab = bench();
        const client = asker(async () => {
          await lab.clock.sleep(afterMs);
          if (answer === "throws") throw new Error("connection closed");
          return answer;
        });
        const began = lab.clock.now();
        const result = await drive(lab, call(lab.guard(), plan, client));
        expect(result).toMatchObject({ kind: "pending", channel: "terminal" });
        expect(lab.clock.now() - began).toBeLessThanOrEqual(46_000);
        expect(approvalOf(result).id).toBeTruthy();
        const stored = await lab.store.get(approvalOf(result).id);
        expect(stored).toMatchObject({ state: "pending", channel: "terminal" });
        expect(stored?.channel_reason).toMatch(/form/);
      });
    }
  }

  for (const answer of [{ action: "decline" }, { action: "cancel" }, accept({ decision: "decline" })] as const) {
    it(`a slow ${answer.action} is a person's no`, async () => {
      const lab = bench();
      const result = await drive(lab, call(lab.guard(), sendPlan(), answering(lab, answer, 300)));
      expect(result).toMatchObject({ kind: "refused", reason: "declined" });
    });
  }

  it("takes the typed amount in any spelling, and nothing else", async () => {
    for (const [typed, kind] of [
      ["1785.00", "approved"],
      [" 1.785,00 EUR ", "approved"],
      ["€1,785.00", "approved"],
      ["1785", "approved"],
      ["0042", "approved"],
      ["17850", "refused"],
      ["1", "refused"],
      ["yes", "refused"],
      ["R-2026-0042", "refused"],
    ] as const) {
      const lab = bench();
      const result = await drive(lab, call(lab.guard(), typedPlan(), answering(lab, accept({ typed }), 4_000)));
      expect([typed, result.kind]).toEqual([typed, kind]);
    }
  });

  it("withdraws an approval after five wrong typings, wherever they were made", async () => {
    const lab = bench();
    const guards = [lab.guard(), lab.guard()];
    const ids = new Set<string>();
    for (let attempt = 0; attempt < 5; attempt++) {
      const client = answering(lab, accept({ typed: "1" }), 1_000);
      const guard = guards[attempt % 2] ?? lab.guard();
      expect(await drive(lab, call(guard, typedPlan(), client))).toMatchObject({ kind: "refused", reason: "mistyped" });
      const open = await lab.store.pending({}, lab.clock.now());
      for (const { id } of open) ids.add(id);
      if (attempt === 4) expect(open).toEqual([]);
    }
    expect(ids.size).toBe(1);
  });

  it("are not used for what is too long to read in one; the reason is kept", async () => {
    const lab = bench();
    const notes = "March. ".repeat(700);
    const client = answering(lab, yes, 1_000, { apps: true });
    const result = await call(lab.guard(), sendPlan({ invoice: invoice({ notes }) }), client);
    expect(result).toMatchObject({ kind: "pending", channel: "card" });
    expect((await lab.store.get(approvalOf(result).id))?.channel_reason).toContain("too long for a form");
    expect(client.forms).toHaveLength(0);
    const alone = await call(lab.guard({ confirm: "form" }), sendPlan({ invoice: invoice({ notes }) }), client);
    expect(alone).toMatchObject({ kind: "refused", reason: "unavailable" });
  });

  it("tells a waiting client in the person's language that a form is open", async () => {
    const lab = bench();
    const said: string[] = [];
    const onProgress = (message: string) => void said.push(message);
    await drive(lab, call(lab.guard(), sendPlan({ locale: "de" }), answering(lab, yes, 15_000), { onProgress }));
    expect(said).toEqual(["Wartet auf die Freigabe."]);
  });

  it("has no default and puts the harmless choice first", async () => {
    const lab = bench();
    const client = answering(lab, yes, 1_000);
    await drive(lab, call(lab.guard(), sendPlan(), client));
    const form = client.forms[0];
    expect(JSON.stringify(form?.requestedSchema)).not.toContain("default");
    expect(form?.requestedSchema.properties["decision"]).toMatchObject({ enum: ["decline", "approve"] });
    expect(form?.message.length).toBeLessThan(1_800);
  });

  it("gives a person minutes, and the client a sign of life every 10 s", async () => {
    const lab = bench();
    const beats: string[] = [];
    const late = answering(lab, yes, 180_000, { progress: true });
    const running = call(lab.guard(), sendPlan(), late, { onProgress: (message) => beats.push(message) });
    expect(await drive(lab, running, 300_000)).toMatchObject({ kind: "approved" });
    expect(late.forms).toHaveLength(1);
    expect(beats).toHaveLength(17);
  });

  it("says that the form is open while it is, and takes a late answer", async () => {
    for (const [answer, kind] of [
      [yes, "approved"],
      [{ action: "decline" }, "refused"],
    ] as const) {
      const lab = bench();
      const guard = lab.guard({ terminalCommand: null });
      const late = answering(lab, answer, 9.5 * 60_000, { progress: true });
      const first = await drive(lab, call(guard, sendPlan(), late), 600_000);
      expect(first).toMatchObject({
        kind: "pending",
        channel: "form",
        tell_user: expect.stringContaining("form is open"),
      });
      await lab.clock.advance(40_000);
      expect(await call(guard, sendPlan(), late)).toMatchObject({ kind });
      expect(late.forms).toHaveLength(1);
    }
  });

  it("offers another place beside a form that nobody answers", async () => {
    const lab = bench();
    const guard = lab.guard();
    const client = asker(() => new Promise(() => {}));
    const began = lab.clock.now();
    expect(await drive(lab, call(guard, sendPlan(), client))).toMatchObject({ kind: "pending", channel: "form" });
    // A client that does not ask for progress gives its call up after a minute.
    expect(lab.clock.now() - began).toBeLessThanOrEqual(46_000);
    expect(await call(guard, sendPlan(), client)).toMatchObject({ kind: "pending", channel: "terminal" });
    expect(client.forms).toHaveLength(1);
  });

  it("asks again by form where no other place exists, and ends before the time after which the client gave up", async () => {
    const lab = bench();
    const guard = lab.guard({ terminalCommand: null });
    const stop = new AbortController();
    const slow = answering(lab, yes, 30_000);
    // The form falls with its call, as the protocol wants it.
    const withdrawn = asker(async (form) => {
      const stopped = new Promise<FormAnswer>((resolve) =>
        stop.signal.addEventListener("abort", () => resolve({ action: "failed", reason: "cancelled" })),
      );
      return Promise.race([slow.ask(form, 0, ""), stopped]);
    });
    const first = call(guard, sendPlan(), withdrawn, { signal: stop.signal });
    await lab.clock.advance(20_000);
    stop.abort("MCP error -32001: Request timed out");
    expect(await first).toMatchObject({ kind: "refused" });
    const began = lab.clock.now();
    const second = await drive(lab, call(guard, sendPlan(), slow));
    expect(second).toMatchObject({ kind: "pending", channel: "form" });
    expect(lab.clock.now() - began).toBeLessThan(20_000);
    expect(await drive(lab, call(guard, sendPlan(), slow))).toMatchObject({ kind: "approved" });
    expect(slow.forms).toHaveLength(2);
  });

  it.each(["answer", "get"] as const)("takes no failure of the record for a silence (%s)", async (method) => {
    const lab = bench();
    let fails = 0;
    const failing = new Proxy(lab.store, {
      get(target, name) {
        const own: unknown = Reflect.get(target, name);
        if (name !== method || fails === 0) return typeof own === "function" ? own.bind(target) : own;
        return async () => {
          throw new Error("away");
        };
      },
    });
    const guard = lab.guard({ store: failing });
    const answered = call(guard, sendPlan(), answering(lab, yes, 2_000));
    await settle();
    fails = 1;
    await lab.clock.advance(3_000);
    expect(await answered).toMatchObject({ kind: "refused", reason: "unavailable" });
    fails = 0;
    await lab.clock.advance(3_000);
    const again = answering(lab, yes, 1_000);
    const second = call(guard, sendPlan(), again);
    await lab.clock.advance(2_000);
    expect(await second).toMatchObject({ kind: "approved", approval: { form_unanswered: false } });
    expect(again.forms).toHaveLength(method === "answer" ? 1 : 0);
  });

  it("hears of an answer given elsewhere while the form is open", async () => {
    const lab = bench();
    const guard = lab.guard();
    const running = call(
      guard,
      sendPlan(),
      asker(() => new Promise(() => {})),
    );
    await lab.clock.advance(2_000);
    const [open] = await lab.store.pending({}, lab.clock.now());
    await lab.store.answer(open?.id ?? "", {
      state: "approved",
      channel: "terminal",
      approved_by: "person",
      now: lab.clock.now(),
    });
    await lab.clock.advance(2_000);
    expect(await running).toMatchObject({ kind: "approved", approval: { channel: "terminal" } });
  });

  it("asks once when a hundred equal calls come at once", async () => {
    const lab = bench();
    const guard = lab.guard();
    const client = answering(lab, yes, 2_000);
    const results = await drive(lab, Promise.all(Array.from({ length: 100 }, () => call(guard, sendPlan(), client))));
    expect(client.forms).toHaveLength(1);
    expect(new Set(results.map((result) => approvalOf(result).id)).size).toBe(1);
    expect(results.every((result) => result.kind === "approved")).toBe(true);
  });

  it("ends with the call's own cancellation, and leaves no timer behind", async () => {
    const lab = bench();
    const stop = new AbortController();
    const running = call(
      lab.guard(),
      sendPlan(),
      asker(() => new Promise(() => {})),
      { signal: stop.signal },
    );
    await lab.clock.advance(5_000);
    stop.abort(new Error("gone"));
    expect(await running).toMatchObject({ kind: "refused", reason: "unavailable" });
    expect(lab.clock.sleeping).toBe(0);
  });
});

describe("forms returned with input_required", () => {
  const modern = { era: "input_required" as const };

  async function ask(lab: Bench, guard: Guard, plan = sendPlan()) {
    const result = await call(guard, plan, asker(undefined, modern));
    if (result.kind !== "ask") throw new Error(`expected a question, got ${result.kind}`);
    await lab.clock.advance(2_000);
    return result;
  }
  const retry = (state: string, answer: FormAnswer) => asker(undefined, modern, { state, answer });

  it("approves with the state it sealed", async () => {
    const lab = bench();
    const guard = lab.guard();
    const { state } = await ask(lab, guard);
    expect(await call(guard, sendPlan(), retry(state, yes))).toMatchObject({ kind: "approved" });
  });

  it("go to another place after two that nobody answered, whichever process sent them", async () => {
    const lab = bench();
    await ask(lab, lab.guard());
    await lab.clock.advance(10_000);
    await ask(lab, lab.guard());
    expect(await call(lab.guard(), sendPlan(), asker(undefined, modern))).toMatchObject({
      kind: "pending",
      channel: "terminal",
    });
    expect(await lab.store.pending({}, lab.clock.now())).toHaveLength(1);
  });

  it("are not sent again by another process after one that a program answered", async () => {
    const lab = bench();
    const keys = [new Uint8Array(32)] as const;
    const asked = await call(lab.guard({ keys }), sendPlan(), asker(undefined, modern));
    if (asked.kind !== "ask") throw new Error("not asked");
    await lab.clock.advance(100);
    const quick = retry(asked.state, { action: "decline" });
    expect(await call(lab.guard({ keys }), sendPlan(), quick)).toMatchObject({ kind: "pending", channel: "terminal" });
    expect(await call(lab.guard({ keys }), sendPlan(), asker(undefined, modern))).toMatchObject({
      kind: "pending",
      channel: "terminal",
    });
  });

  it("holds no personal data in the state", async () => {
    const lab = bench();
    const { state } = await ask(lab, lab.guard());
    expect(Buffer.from(state.split(".")[0] ?? "", "base64url").toString()).not.toMatch(/Acme|Jane|example\.com/);
  });

  it("counts a quick decline as not asked, a slow one as a no, a wrong typing as neither", async () => {
    for (const [answer, waitMs, expected] of [
      [{ action: "decline" }, 100, { kind: "pending", channel: "terminal" }],
      [{ action: "decline" }, 400, { kind: "refused", reason: "declined" }],
      [accept({}), 4_000, { kind: "pending", channel: "terminal" }],
      [{ action: "timeout", reason: "" }, 4_000, { kind: "pending", channel: "terminal" }],
    ] as const) {
      const lab = bench();
      const guard = lab.guard();
      const asked = await call(guard, sendPlan(), asker(undefined, modern));
      await lab.clock.advance(waitMs);
      if (asked.kind !== "ask") throw new Error("not asked");
      expect(await call(guard, sendPlan(), retry(asked.state, answer))).toMatchObject(expected);
    }
    const lab = bench();
    const guard = lab.guard();
    const { state } = await ask(lab, guard, typedPlan());
    expect(await call(guard, typedPlan(), retry(state, accept({ typed: "9" })))).toMatchObject({ reason: "mistyped" });
  });

  it("refuses every flipped bit, a truncated and a doubled state", async () => {
    const lab = bench();
    const guard = lab.guard();
    const { state } = await ask(lab, guard);
    const [body = "", tag = ""] = state.split(".");
    const forgeries = [
      `${state}.`,
      `${body}.`,
      `.${tag}`,
      "",
      `${state}${state}`,
      `${body}.${tag}=`,
      "x".repeat(20_000),
    ];
    for (let index = 0; index < state.length; index++) {
      const flipped = state[index] === "A" ? "B" : "A";
      forgeries.push(`${state.slice(0, index)}${flipped}${state.slice(index + 1)}`);
    }
    for (const forged of forgeries) {
      const result = await call(guard, sendPlan(), retry(forged, yes));
      expect(result.kind).toBe("ask");
    }
  });

  it("refuses states of another act, principal, organization, process, and of the past", async () => {
    const lab = bench();
    const guard = lab.guard();
    const { state } = await ask(lab, guard);
    const swaps: [string, Promise<Authorisation>][] = [
      ["principal", call(guard, sendPlan(), retry(state, yes), { principal: "local:eve" })],
      ["subject", call(guard, sendPlan(), retry(state, yes), { subject: "send_invoice other" })],
      [
        "organization",
        call(
          guard,
          sendPlan({ organization: { id: "org-2", name: null, origin: ORIGIN, simulator: false } }),
          retry(state, yes),
        ),
      ],
      ["process", call(lab.guard(), sendPlan(), retry(state, yes))],
    ];
    for (const [name, running] of swaps) expect([name, (await running).kind]).toEqual([name, "ask"]);
    await lab.clock.advance(10 * 60_000 - 2_000);
    expect((await call(guard, sendPlan(), retry(state, yes))).kind).toBe("ask");
  });

  it("does not approve twice with one answer", async () => {
    const lab = bench();
    const guard = lab.guard();
    const { state } = await ask(lab, guard);
    const first = await call(guard, sendPlan(), retry(state, yes));
    await lab.store.expire(approvalOf(first).id, lab.clock.now());
    expect((await call(guard, sendPlan(), retry(state, yes))).kind).toBe("ask");
  });

  it("asks anew, and says why, when the document changed between question and answer", async () => {
    const lab = bench();
    const guard = lab.guard();
    const { state } = await ask(lab, guard);
    const changed = sendPlan({ invoice: invoice({ due_date: "2026-05-15" }) });
    const result = await call(guard, changed, retry(state, yes));
    if (result.kind !== "ask") throw new Error(result.kind);
    expect(result.form.message).toContain("due date 2026-04-15 → 2026-05-15 since you were asked");
  });
});

describe("the ladder", () => {
  it("goes from form to card to page to terminal to refusal", async () => {
    const lab = bench();
    const browser = page(true);
    const cases = [
      [cards, {}, { kind: "pending", channel: "card" }],
      [noForms, { page: browser }, { kind: "pending", channel: "page" }],
      [noForms, { page: page(false) }, { kind: "pending", channel: "terminal" }],
      [noForms, {}, { kind: "pending", channel: "terminal" }],
      [noForms, { terminalCommand: null }, { kind: "refused", reason: "unavailable" }],
      [
        noForms,
        { page: page(false), terminalCommand: null },
        { kind: "pending", channel: "page", link: expect.any(String) },
      ],
      [noForms, { page: page(false), confirm: "page", terminalCommand: null }, { kind: "pending", channel: "page" }],
      [{}, { confirm: "deny" }, { kind: "refused", reason: "unavailable" }],
      [cards, { confirm: "form" }, { kind: "refused", reason: "unavailable" }],
      [noForms, { confirm: "card" }, { kind: "refused", reason: "unavailable" }],
      [{ form: true, apps: true }, { confirm: "terminal" }, { kind: "pending", channel: "terminal" }],
    ] as const;
    for (const [client, deps, expected] of cases) {
      expect(await call(lab.guard(deps), sendPlan(), asker(undefined, client))).toMatchObject(expected);
    }
  });

  for (const [place, client, deps] of [
    ["page", noForms, { page: page(true), terminalCommand: null }],
    ["terminal", noForms, {}],
    ["card", cards, {}],
  ] as const) {
    it(`tells a no of the ${place} to the next equal call, once, and asks again after that`, async () => {
      const lab = bench();
      const guard = lab.guard(deps);
      const asked = await call(guard, sendPlan(), asker(undefined, client));
      const { id } = approvalOf(asked);
      const decline = { state: "declined", channel: place, approved_by: "person", now: lab.clock.now() } as const;
      expect(await lab.store.answer(id, decline)).toBe(true);
      // Also long after the question would have lapsed, and by another process.
      await lab.clock.advance(3_600_000);
      const told = await call(lab.guard(deps), sendPlan(), asker(undefined, client));
      expect(told).toMatchObject({
        kind: "refused",
        reason: "declined",
        message: "The person declined. Nothing was done.",
      });
      const again = await call(guard, sendPlan(), asker(undefined, client));
      expect(again).toMatchObject({ kind: "pending", channel: place });
      expect(approvalOf(again).id).not.toBe(id);
    });
  }

  it("tells a no to exactly one of many equal calls, and never to another act", async () => {
    const lab = bench();
    const guard = lab.guard();
    const client = asker(undefined, noForms);
    const { id } = approvalOf(await call(guard, sendPlan(), client));
    const now = lab.clock.now();
    await lab.store.answer(id, { state: "declined", channel: "terminal", approved_by: "person", now });
    expect(await call(guard, sendPlan(), client, { subject: "other" })).toMatchObject({ kind: "pending" });
    expect(await call(guard, sendPlan(), client, { principal: "local:eve" })).toMatchObject({ kind: "pending" });
    const results = await Promise.all(Array.from({ length: 20 }, () => call(guard, sendPlan(), client)));
    expect(results.filter(({ kind }) => kind === "refused")).toHaveLength(1);
  });

  it("asks anew for what changed since a no, and says so", async () => {
    const lab = bench();
    const guard = lab.guard();
    const client = asker(undefined, noForms);
    const { id } = approvalOf(await call(guard, sendPlan(), client));
    const now = lab.clock.now();
    await lab.store.answer(id, { state: "declined", channel: "terminal", approved_by: "person", now });
    const changed = sendPlan({ invoice: invoice({ due_date: "2026-05-15" }) });
    expect(await call(guard, changed, client)).toMatchObject({
      kind: "pending",
      changes: ["You declined it as it was before."],
    });
  });

  for (const place of ["page", "terminal"] as const) {
    it(`keeps the call open while the person decides on the ${place}, if the client asked for progress`, async () => {
      for (const state of ["approved", "declined"] as const) {
        const lab = bench();
        const guard = lab.guard(place === "page" ? { page: page(true) } : {});
        const client = asker(undefined, { form: false, progress: true });
        const beats: string[] = [];
        const waiting = () => call(guard, sendPlan(), client, { onProgress: (message) => beats.push(message) });
        // The terminal's command has to be told first: the first call ends soon.
        if (place === "terminal")
          expect(await drive(lab, waiting())).toMatchObject({ kind: "pending", channel: place });
        const running = waiting();
        await lab.clock.advance(45_000);
        const [open] = await lab.store.pending({}, lab.clock.now());
        await lab.store.answer(open?.id ?? "", { state, channel: place, approved_by: "person", now: lab.clock.now() });
        await lab.clock.advance(1_000);
        expect((await running).kind).toBe(state === "approved" ? "approved" : "refused");
        expect(beats.length).toBeGreaterThanOrEqual(4);
        expect(await lab.store.declinedSince({ ...organizationScope, since: 0 })).toHaveLength(
          state === "declined" ? 1 : 0,
        );
        // What a waiting call heard is not told again.
        if (state === "declined") {
          expect(await call(guard, sendPlan(), asker(undefined, noForms))).toMatchObject({ kind: "pending" });
        }
      }
    });
  }

  it("puts the page's address beside a card until a view reported that it stands", async () => {
    const lab = bench();
    const browser = page(true);
    const guard = lab.guard({ page: browser });
    const client = asker(undefined, cards);
    const first = await call(guard, sendPlan(), client);
    expect(first).toMatchObject({ kind: "pending", channel: "card", link: expect.stringContaining("#link-to-") });
    expect(first.kind === "pending" ? first.tell_user : "").toContain("http://127.0.0.1:1/#link-to-");
    expect(browser.opened).toBe(0);
    // Nobody answered and no view came: the browser as well.
    expect(await call(guard, sendPlan(), client)).toMatchObject({ channel: "card", link: expect.any(String) });
    expect(browser.opened).toBe(1);
    const card = { id: approvalOf(first).id, secret: secretOf(first) };
    expect(await guard.answer({ ...card, secret: "x", decision: "shown" })).toMatchObject({ ok: false });
    expect(await call(guard, sendPlan(), client)).toMatchObject({ link: expect.any(String) });
    expect(await guard.answer({ ...card, decision: "shown" })).toMatchObject({ ok: true });
    expect(await lab.store.get(card.id)).toMatchObject({ state: "pending" });
    expect(await call(guard, sendPlan(), client)).toMatchObject({ channel: "card", link: null });
    expect(await call(guard, typedPlan(), client, { subject: "next" })).toMatchObject({ channel: "card", link: null });
    // The owner who allows no page gets no address.
    const only = lab.guard({ page: page(true), confirm: "card" });
    expect(await call(only, sendPlan(), client, { subject: "third" })).toMatchObject({ channel: "card", link: null });
  });

  it("still takes the card's answer after the page was opened beside it", async () => {
    const lab = bench();
    const guard = lab.guard({ page: page(true) });
    const shown = await call(guard, sendPlan(), asker(undefined, cards));
    expect(await call(guard, sendPlan(), asker(undefined, noForms))).toMatchObject({ channel: "page" });
    const answer = { id: approvalOf(shown).id, secret: secretOf(shown), decision: "approve" } as const;
    expect(await guard.answer(answer)).toMatchObject({ ok: true });
  });

  it("lets a bounded number of questions wait for one person", async () => {
    const lab = bench();
    const guard = lab.guard();
    const client = asker(undefined, noForms);
    for (let index = 0; index < 20; index++) {
      expect(await call(guard, sendPlan(), client, { subject: `s${index}` })).toMatchObject({ kind: "pending" });
    }
    expect(await call(guard, sendPlan(), client, { subject: "more" })).toMatchObject({ reason: "paused" });
    expect(await call(guard, sendPlan(), client, { subject: "s7" })).toMatchObject({ kind: "pending" });
    expect(await call(guard, sendPlan(), client, { principal: "local:eve" })).toMatchObject({ kind: "pending" });
  });

  it("keeps the secret out of everything but its field", async () => {
    const lab = bench();
    const result = await call(lab.guard(), sendPlan(), asker(undefined, cards));
    const secret = secretOf(result);
    expect(secret.length).toBeGreaterThanOrEqual(43);
    expect(JSON.stringify({ ...result, secret: null })).not.toContain(secret);
    expect(JSON.stringify(await lab.store.get(approvalOf(result).id))).not.toContain(secret);
  });

  it("fails closed when the store fails", async () => {
    const lab = bench();
    for (const method of ["create", "findOpen", "offer", "spentSince", "declinedSince"] as const) {
      const store = new Proxy(lab.store, {
        get: (target, key) =>
          key === method ? () => Promise.reject(new Error("disk")) : Reflect.get(target, key).bind(target),
      });
      const guard = lab.guard({ store });
      const subject = `failing ${method}`;
      const result = await call(guard, sendPlan(), asker(undefined, noForms), { subject });
      expect([method, result.kind]).toEqual([method, "refused"]);
    }
  });

  it("pauses after four refusals within ten minutes", async () => {
    const lab = bench();
    const guard = lab.guard();
    for (let times = 0; times < 4; times++) {
      const result = await drive(lab, call(guard, sendPlan(), answering(lab, { action: "decline" }, 1_000)));
      expect(result).toMatchObject({ reason: "declined" });
    }
    const client = answering(lab, yes, 1_000);
    expect(await call(guard, sendPlan(), client)).toMatchObject({ kind: "refused", reason: "paused" });
    expect(client.forms).toHaveLength(0);
    await lab.clock.advance(15 * 60_000);
    expect(await drive(lab, call(guard, sendPlan(), client))).toMatchObject({ kind: "approved" });
  });
});

describe("the card", () => {
  async function card(guard: Guard, plan = sendPlan()) {
    const result = await call(guard, plan, asker(undefined, cards));
    return { id: approvalOf(result).id, secret: secretOf(result) };
  }

  it("approves with its secret; the next identical call finds it", async () => {
    const lab = bench();
    const guard = lab.guard();
    const shown = await card(guard);
    expect(await guard.answer({ ...shown, decision: "approve" })).toMatchObject({ ok: true });
    expect(await call(guard, sendPlan(), asker(undefined, cards))).toMatchObject({ kind: "approved" });
  });

  it("answers in the language of what it shows, also when it is closed", async () => {
    const lab = bench();
    const guard = lab.guard();
    const shown = await card(guard, sendPlan({ locale: "de" }));
    expect((await guard.answer({ ...shown, decision: "approve" })).message).toContain("Freigegeben");
    expect(await guard.answer({ ...shown, decision: "approve" })).toEqual({
      ok: false,
      message: expect.stringContaining("schon beantwortet"),
    });
  });

  it("shows the same card to a repeated call", async () => {
    const lab = bench();
    const guard = lab.guard();
    expect(await card(guard)).toEqual(await card(guard));
  });

  it("gives one constant answer for everything wrong", async () => {
    const lab = bench();
    const guard = lab.guard();
    const shown = await card(guard);
    const other = await card(
      guard,
      sendPlan({ organization: { id: "org-2", name: null, origin: ORIGIN, simulator: true } }),
    );
    const wrong = [
      { id: shown.id, secret: "" },
      { id: shown.id, secret: shown.id },
      { id: shown.id, secret: `${shown.secret}x` },
      { id: shown.id, secret: other.secret },
      { id: other.id, secret: shown.secret },
      { id: "", secret: shown.secret },
      { id: "unknown", secret: shown.secret },
    ];
    const messages = new Set<string>();
    for (const attempt of wrong) {
      const result = await guard.answer({ ...attempt, decision: "approve" });
      expect(result.ok).toBe(false);
      messages.add(result.message);
    }
    await guard.answer({ ...shown, decision: "decline" });
    messages.add((await guard.answer({ ...shown, decision: "approve" })).message);
    expect(messages.size).toBe(1);
    expect(await lab.store.get(shown.id)).toMatchObject({ state: "declined" });
  });

  it("wants the typed text at level typed, and gives up after five wrong ones", async () => {
    const lab = bench();
    const guard = lab.guard();
    const shown = await card(guard, typedPlan());
    expect(await guard.answer({ ...shown, decision: "approve" })).toMatchObject({ ok: false });
    for (let times = 0; times < 4; times++) await guard.answer({ ...shown, decision: "approve", typed: "1" });
    expect(await guard.answer({ ...shown, decision: "approve", typed: "1785.00" })).toMatchObject({ ok: false });
    const fresh = await card(guard, typedPlan());
    expect(await guard.answer({ ...fresh, decision: "approve", typed: "1785.00" })).toMatchObject({ ok: true });
  });

  it("expires to the millisecond", async () => {
    for (const [plan, minutes] of [
      [sendPlan(), 10],
      [typedPlan(), 5],
    ] as const) {
      for (const [offset, ok] of [
        [-1_000, true],
        [1_000, false],
      ] as const) {
        const lab = bench();
        const guard = lab.guard();
        const shown = await card(guard, plan);
        await lab.clock.advance(minutes * 60_000 + offset);
        expect((await guard.answer({ ...shown, decision: "approve", typed: "1785" })).ok).toBe(ok);
        const result = await call(guard, plan, asker(undefined, cards));
        expect(result.kind).toBe(ok ? "approved" : "pending");
        if (ok) {
          await lab.clock.advance(1_000);
          expect((await call(guard, plan, asker(undefined, cards))).kind).toBe("pending");
        }
      }
    }
  });

  it("lets exactly one of a hundred answers win", async () => {
    const lab = bench();
    const guard = lab.guard();
    const shown = await card(guard);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        guard.answer({ ...shown, decision: index % 2 === 0 ? "approve" : "decline" }),
      ),
    );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it("does not take a token for a card's secret", async () => {
    const lab = bench();
    const result = await call(lab.guard({ confirm: "token" }), sendPlan(), asker(undefined, cards));
    const attempt = { id: approvalOf(result).id, secret: secretOf(result), decision: "approve" } as const;
    expect(await lab.guard().answer(attempt)).toMatchObject({ ok: false });
  });
});

describe("token mode", () => {
  it("is recorded as the model's, and does not count in any other mode", async () => {
    const lab = bench();
    const guard = lab.guard({ confirm: "token" });
    const token = secretOf(await call(guard, sendPlan(), asker()));
    expect(await call(guard, sendPlan(), asker(), { token: "guess" })).toMatchObject({ kind: "refused" });
    const result = await call(guard, sendPlan(), asker(), { token });
    expect(result).toMatchObject({ kind: "approved", approval: { approved_by: "model", channel: "token" } });
    expect(await call(lab.guard(), sendPlan(), asker(undefined, noForms))).toMatchObject({ kind: "pending" });
  });

  it("ignores tokens unless the owner chose them", async () => {
    const lab = bench();
    const token = secretOf(await call(lab.guard({ confirm: "token" }), sendPlan(), asker()));
    const result = await call(lab.guard(), sendPlan(), asker(undefined, noForms), { token });
    expect(result).toMatchObject({ kind: "pending", channel: "terminal" });
  });
});

describe("a document that changed since it was approved", () => {
  const changes: [string, Plan, RegExp][] = [
    [
      "gross",
      sendPlan({ invoice: invoice({ total: decimal("17850") }) }),
      /^gross 1,785\.00 → 17,850\.00 EUR since you approved$/,
    ],
    ["net", sendPlan({ invoice: invoice({ net_amount: decimal("1501") }) }), /net 1,500\.00 → 1,501\.00 EUR/],
    ["tax", sendPlan({ invoice: invoice({ tax_amount: decimal("1") }) }), /tax 285\.00 → 1\.00 EUR/],
    ["status", sendPlan({ invoice: invoice({ status_word: "sent" }) }), /status "draft" → "sent"/],
    ["number", sendPlan({ invoice: invoice({ number: "R-2026-0043" }) }), /number R-2026-0042 → R-2026-0043/],
    ["currency", sendPlan({ invoice: invoice({ currency: "USD" }) }), /currency EUR → USD/],
    ["recipient", sendPlan({ invoice: invoice({ recipient: "Eve" }) }), /recipient ".*" → "Eve"/],
    ["blank recipient", sendPlan({ invoice: invoice({ recipient: null }) }), /recipient ".*" → none/],
    ["sender", sendPlan({ invoice: invoice({ invoicing_party: "Other" }) }), /sender none → "Other"/],
    ["customer", sendPlan({ invoice: invoice({ customer_id: "4712" }) }), /linked customer 4711 → 4712/],
    ["issue date", sendPlan({ invoice: invoice({ issued_at: null }) }), /issue date 2026-04-01 → none/],
    ["due date", sendPlan({ invoice: invoice({ due_date: "2026-04-16" }) }), /due date 2026-04-15 → 2026-04-16/],
    ["notes", sendPlan({ invoice: invoice({ notes: "New account: 1" }) }), /notes ".*" → "New account: 1"/],
    ["VAT number", sendPlan({ invoice: invoice({ vat_number: "DE1" }) }), /vat number none → "DE1"/],
    ["reference", sendPlan({ invoice: invoice({ reference: { type: "orders", id: "1" } }) }), /reference none → /],
    ["quote", sendPlan({ invoice: invoice({ is_quote: true }) }), /quote false → true/],
    ["credit note", sendPlan({ invoice: invoice({ is_cancellation: true }) }), /credit note false → true/],
    ["credit", sendPlan({ invoice: invoice({ is_credit: true }) }), /credit false → true/],
    ["payment", sendPlan({ invoice: invoice({ has_payment: true }) }), /has payment false → true/],
    ["lock", sendPlan({ invoice: invoice({ locked: true }) }), /locked false → true/],
    ["direction", sendPlan({ invoice: invoice({ calculate_from_net: false }) }), /amounts are net true → false/],
    ["last change", sendPlan({ invoice: invoice({ updated_at: "2026-04-02T00:00:00Z" }) }), /last change/],
    ["VAT breakdown", sendPlan({ invoice: invoice({ vat_breakdown: [] }) }), /tax 1 rate 19 → none/],
    ["id", sendPlan({ invoice: invoice({ id: "9b1c2a6e-0002" }) }), /invoice id/],
    [
      "line title",
      sendPlan({ invoice: invoice({ items: [item({ title: "Else — March 2026" })] }) }),
      /line 1 title ".*" → "Else — March 2026"/,
    ],
    [
      "line subtitle",
      sendPlan({ invoice: invoice({ items: [item({ subtitle: "x" })] }) }),
      /line 1 subtitle none → "x"/,
    ],
    [
      "line quantity",
      sendPlan({ invoice: invoice({ items: [item({ quantity: decimal(11) })] }) }),
      /line 1 quantity 10 → 11/,
    ],
    [
      "line price",
      sendPlan({ invoice: invoice({ items: [item({ single_net_amount: decimal(151) })] }) }),
      /line 1 unit net 150\.00 → 151\.00 EUR/,
    ],
    [
      "line gross",
      sendPlan({ invoice: invoice({ items: [item({ single_gross_amount: null })] }) }),
      /line 1 unit gross 178\.50 → none/,
    ],
    [
      "line rate",
      sendPlan({ invoice: invoice({ items: [item({ tax_rate: decimal(7) })] }) }),
      /line 1 tax rate 19 → 7/,
    ],
    ["one more line", sendPlan({ invoice: invoice({ items: [item(), item({ id: "2" })] }) }), /lines 1 → 2/],
    [
      "e-mail",
      sendPlan({ customer: customer({ email: "eve@example.com" }) }),
      /customer e-mail ".*" → "eve@example\.com"/,
    ],
    ["customer name", sendPlan({ customer: customer({ company: "Evil" }) }), /customer name/],
    ["simulator", sendPlan({ organization: { id: "org-1", name: null, origin: ORIGIN, simulator: true } }), /^$/],
  ];
  for (const [name, changed, sentence] of changes) {
    it(`is not approved any more: ${name}`, async () => {
      const lab = bench();
      const guard = lab.guard();
      const first = await drive(lab, call(guard, sendPlan(), answering(lab, yes, 1_000)));
      expect(first.kind).toBe("approved");
      const again = await call(guard, changed, asker(undefined, noForms));
      if (again.kind !== "pending") throw new Error(again.kind);
      expect(again.approval.id).not.toBe(approvalOf(first).id);
      if (name !== "simulator") expect(again.changes.join("\n")).toMatch(new RegExp(sentence.source, "m"));
      expect(await lab.store.get(approvalOf(first).id)).toMatchObject({ state: "expired" });
      // The document turning back does not bring the old approval back either.
      expect((await call(guard, sendPlan(), asker(undefined, noForms))).kind).toBe("pending");
    });
  }

  it("counts as changed when the level went up", async () => {
    const lab = bench();
    const guard = lab.guard();
    await drive(lab, call(guard, sendPlan(), answering(lab, yes, 1_000)));
    const plan = typedPlan();
    expect(plan.digest).toBe(sendPlan().digest);
    expect((await call(guard, plan, asker(undefined, noForms))).kind).toBe("pending");
  });

  it("does not cover a warning that appeared after it, nor an act beyond a limit reached since", async () => {
    const lab = bench();
    const guard = lab.guard();
    const first = typedPlan();
    const result = await drive(lab, call(guard, first, answering(lab, accept({ typed: "1785.00" }), 1_000)));
    const given = approvalOf(result);
    expect(await guard.covers(given, first)).toBe(true);
    const moved = sendPlan({ context: context({ earlier: [], last_email: emailMark("old@example.com") }) });
    expect([moved.digest, moved.level]).toEqual([first.digest, first.level]);
    expect(await guard.covers(given, moved)).toBe(false);
    const again = await call(guard, moved, asker(undefined, noForms));
    expect(again).toMatchObject({ kind: "pending", changes: [expect.stringContaining("e-mail changed")] });
    const policy = parsePolicy({ version: 1, limits: { max_sent_per_day: { count: 0 } } });
    await expect(lab.guard({ policy }).covers(given, first)).rejects.toThrow("max_sent_per_day.count");
  });

  it("given by the policy covers nothing that the policy would not approve by now", async () => {
    const lab = bench();
    const unattended = { enabled: true, acts: ["send_invoice"], below: { EUR: "2000" } };
    const guard = lab.guard({ policy: parsePolicy({ version: 1, unattended }) });
    const given = approvalOf(await call(guard, sendPlan(), asker(undefined, noForms)));
    expect(await guard.covers(given, sendPlan())).toBe(true);
    expect(await guard.covers(given, typedPlan())).toBe(false);
    expect(await lab.guard().covers(given, sendPlan())).toBe(false);
  });

  it("does not care for the organization's name", () => {
    expect(sendPlan({ organization: { id: "org-1", name: "Renamed", origin: ORIGIN, simulator: false } }).digest).toBe(
      sendPlan().digest,
    );
  });
});

describe("policy at the guard", () => {
  it("refuses beyond a hard limit even with an approval", async () => {
    const lab = bench();
    const plan = sendPlan();
    await drive(lab, call(lab.guard(), plan, answering(lab, yes, 1_000)));
    const policy = parsePolicy({ version: 1, limits: { max_gross_per_invoice: { EUR: "1000" } } });
    const result = await call(lab.guard({ policy }), plan, asker());
    expect(result).toMatchObject({ kind: "refused", reason: "policy" });
    expect(result.kind === "refused" ? result.message : "").toContain("1,000.00 EUR");
  });

  it("approves unattended only what the owner listed, below the amount, without a raising risk", async () => {
    const policy = (below: string) =>
      parsePolicy({ version: 1, unattended: { enabled: true, acts: ["send_invoice"], below: { EUR: below } } });
    const lab = bench();
    const quiet = asker(undefined, noForms);
    const small = await call(lab.guard({ policy: policy("2000") }), sendPlan(), quiet);
    expect(small).toMatchObject({ kind: "approved", approval: { approved_by: "policy", channel: "policy" } });
    expect(await call(lab.guard(), sendPlan(), quiet)).toMatchObject({ kind: "pending" });
    expect(await call(lab.guard({ policy: policy("1785") }), sendPlan(), quiet)).toMatchObject({ kind: "pending" });
    expect(await call(lab.guard({ policy: policy("2000") }), typedPlan(), quiet)).toMatchObject({ kind: "pending" });
    const usd = sendPlan({
      invoice: invoice({ currency: "USD" }),
      context: context({ earlier: [invoice({ id: "e", status: "sent", total: decimal(5), currency: "USD" })] }),
    });
    expect(await call(lab.guard({ policy: policy("2000") }), usd, quiet)).toMatchObject({ kind: "pending" });
  });

  it("uses only the channels the owner lists", async () => {
    const lab = bench();
    const policy = parsePolicy({ version: 1, channels: { approve: ["page"], typed: [] } });
    const client = asker(undefined, { form: true, apps: true });
    const guard = lab.guard({ policy, page: page(true) });
    expect(await call(guard, sendPlan(), client)).toMatchObject({ kind: "pending", channel: "page" });
    expect(await call(guard, typedPlan(), client)).toMatchObject({ kind: "refused", reason: "unavailable" });
    await settle();
    expect(client.forms).toHaveLength(0);
  });
});
