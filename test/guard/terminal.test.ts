import { describe, expect, it } from "vitest";
import { emailMark, isMarked } from "../../src/guard/email-mark.ts";
import { defaultPolicy, parsePolicy } from "../../src/guard/policy.ts";
import type { Plan } from "../../src/guard/port.ts";
import { approveInTerminal } from "../../src/guard/terminal.ts";
import { openStore } from "../../src/store/open.ts";
import { givenApproval, ORIGIN } from "../harness/approvals.ts";
import { asker, type Bench, bench, PRINCIPAL, sendPlan, typedPlan } from "./setup.ts";

async function ask(lab: Bench, plan: Plan, subject: string): Promise<string> {
  const from = asker(undefined, { form: false });
  const result = await lab.guard().authorise({ plan, subject, principal: PRINCIPAL, asker: from });
  if (result.kind !== "pending") throw new Error(result.kind);
  expect(result.tell_user).toContain("invoicing-mcp approve");
  return result.approval.id;
}

async function sit(lab: Bench, lines: (string | null)[]) {
  const shown: string[] = [];
  const answered = await approveInTerminal({
    store: lab.store,
    clock: lab.clock,
    policy: defaultPolicy,
    io: {
      write: (text) => void shown.push(text),
      ask: async (prompt) => {
        shown.push(prompt);
        return lines.shift() ?? null;
      },
    },
  });
  return { answered, text: shown.join("") };
}

describe("invoicing-mcp approve", () => {
  it("shows the preview and takes yes, no and nothing", async () => {
    for (const [line, state, count] of [
      ["y", "approved", 1],
      ["n", "declined", 1],
      ["", "pending", 0],
      [null, "pending", 0],
    ] as const) {
      const lab = bench();
      const id = await ask(lab, sendPlan(), "a");
      const { answered, text } = await sit(lab, [line]);
      expect(text).toContain("Gross 1,785.00 EUR");
      expect([line, answered]).toEqual([line, count]);
      expect(await lab.store.get(id)).toMatchObject({ state });
    }
  });

  it("holds to the channels that were asked under, in a process that knows no policy", async () => {
    const lab = bench();
    const strict = lab.guard({ policy: parsePolicy({ version: 1, channels: { approve: ["form"] } }) });
    const from = asker(() => ({ action: "cancel" }));
    await strict.authorise({ plan: sendPlan(), subject: "a", principal: PRINCIPAL, asker: from });
    const [waiting] = await lab.store.pending({}, lab.clock.now());
    if (waiting === undefined) throw new Error("nothing waits");
    expect(waiting.channels).toEqual(["form"]);
    expect((await sit(lab, ["y"])).text).toContain("Nothing is waiting");
    expect(await lab.store.get(waiting.id)).toMatchObject({ state: "pending" });
  });

  it("asks again after an unclear answer or a wrong typing", async () => {
    const lab = bench();
    const typed = await ask(lab, typedPlan(), "a");
    expect((await sit(lab, ["y", "17850", "1785"])).answered).toBe(1);
    expect(await lab.store.get(typed)).toMatchObject({ state: "approved", channel: "terminal", approved_by: "person" });
    const plain = await ask(lab, sendPlan({ locale: "de" }), "b");
    const { text } = await sit(lab, ["vielleicht", "ja"]);
    expect(text).toContain("Freigeben? (j: ja");
    expect(await lab.store.get(plain)).toMatchObject({ state: "approved" });
  });

  it("says when nothing waits, and does not answer what expired while it was shown", async () => {
    const lab = bench();
    expect((await sit(lab, [])).text).toContain("Nothing is waiting");
    const id = await ask(lab, sendPlan(), "a");
    const answered = await approveInTerminal({
      store: lab.store,
      clock: lab.clock,
      policy: defaultPolicy,
      io: {
        write: () => {},
        ask: async () => {
          await lab.clock.advance(10 * 60_000);
          return "y";
        },
      },
    });
    expect(answered).toBe(0);
    expect(await lab.store.get(id)).toMatchObject({ state: "pending" });
  });
});

describe("the last e-mail to a customer", () => {
  it("is marked by the newest approval that was used, not by one that waits", async () => {
    const store = openStore(":memory:");
    const last = () => store.approvals.lastDelivered({ origin: ORIGIN, organization_id: "org-1" }, "4711");
    const given = (id: string, email: string, created_at: number) =>
      givenApproval(created_at, {
        id,
        act: "send_invoice",
        organization_id: "org-1",
        subject: id,
        delivered: { customer_id: "4711", email_mark: emailMark(email) },
      });
    await store.approvals.create(given("waiting", "new@example.com", 3));
    expect(await last()).toBeNull();
    await store.approvals.create({ ...given("old", "old@example.com", 1), state: "used" });
    await store.approvals.create({ ...given("used", "jane@example.com", 2), state: "used" });
    const mark = (await last()) ?? "";
    expect([isMarked("Jane@example.com", mark), isMarked("old@example.com", mark)]).toEqual([true, false]);
  });
});
