import { describe, expect, it } from "vitest";
import { type Approval, CHANNELS } from "../../../src/guard/port.ts";
import { type ClaimFacts, decideClaim, type NewOperation, repeatOf } from "../../../src/journal/rules/claim.ts";
import { lockKey } from "../../../src/journal/rules/digest.ts";
import { countedWith, overLimits, spent } from "../../../src/journal/rules/limits.ts";
import { answerable, rearmed, refusal } from "../../../src/journal/rules/use.ts";
import { givenApproval } from "../../harness/approvals.ts";
import { NOW, newOperation, openRow, PLACE } from "../../store/rows.ts";

const given = (more: Partial<Approval> = {}): Approval => ({
  ...givenApproval(NOW, { id: "a", act: "send_invoice", organization_id: "org", subject: "s" }),
  shown_hash: "h",
  ...more,
});
const wanted = { id: "a", digest: "digest", subject: "s" };
const sending = (more: Partial<NewOperation> = {}) => newOperation({ kind: "send_invoice", approval: wanted, ...more });
const free: ClaimFacts = {
  equal: null,
  holder: null,
  latest: null,
  day: [],
  approval: given(),
  uses: [],
  bank_lines: [],
  superseded_by: null,
};
const line = { ...PLACE, key: "k", operation_id: "op_1", invoice_id: "i", at: NOW, shown: null };
const limits = { currency: "EUR", gross: "119", max_count: 1, max_gross: null, unwarned: null };

describe("a claim", () => {
  it("that nothing is against becomes a row under way, with hashed locks", () => {
    const operation = sending({ locks: ["cust:Jane@example.com", "inv:1", "inv:1"] });
    const claim = decideClaim(operation, free);
    if (claim.is !== "claimed") throw new Error(claim.is);
    expect(claim.row).toMatchObject({
      state: "dispatching",
      version: 1,
      attempts: 1,
      approval_id: "a",
      remembered: true,
    });
    expect(claim.row.locks).toEqual([lockKey("cust:Jane@example.com"), lockKey("inv:1")].sort());
    expect(JSON.stringify(claim.row.locks)).not.toContain("Jane");
  });

  /** Each is refused for the first of its reasons, so that what comes later is not used up or looked at. */
  const reasons: readonly (readonly [string, Partial<ClaimFacts>, string])[] = [
    ["equal", { equal: openRow() }, "equal"],
    ["held", { holder: openRow() }, "held"],
    ["outdated", { latest: 7 }, "stale"],
    ["over a limit", { day: [openRow({ kind: "send_invoice" })] }, "over_limit"],
    ["on a used bank line", { bank_lines: [line] }, "refused"],
    ["on a used approval", { approval: given({ state: "used" }) }, "refused"],
  ];
  it.each(reasons.map(([name], index) => [name, index] as const))(
    "that is %s is not made, whatever follows",
    (_name, index) => {
      const facts = Object.assign({}, free, ...reasons.slice(index).map(([, fact]) => fact));
      expect(decideClaim(sending({ approval: { ...wanted, limits } }), facts).is).toBe(reasons[index]?.[2]);
    },
  );

  it("goes on after the time of an equal one is over, to the millisecond", () => {
    const row = openRow({ state: "done", repeat_until: NOW });
    expect(repeatOf(row, NOW - 1)).toBe(row);
    expect(repeatOf(row, NOW)).toBeNull();
    expect(repeatOf({ ...row, repeat_until: null }, NOW)).not.toBeNull();
  });
});

describe("an approval", () => {
  const use = { ...PLACE, principal: "p", kind: "send_invoice", subject_id: "i", now: NOW };
  it.each([
    ["there is none", null, {}, {}, "no such"],
    ["another person", given({ principal: "q" }), {}, {}, "somebody else"],
    ["another organization", given({ organization_id: "x" }), {}, {}, "somebody else"],
    ["another address of the API", given({ origin: "https://staging.test" }), {}, {}, "another address"],
    ["an unknown address of the API", given({ origin: "" }), {}, {}, "another address"],
    ["another act", given({ act: "cancel_invoice" }), {}, {}, "something else"],
    ["another subject", given(), { subject: "t" }, {}, "something else"],
    ["other content", given(), { digest: "e" }, {}, "other content"],
    ["used", given({ state: "used" }), {}, {}, "used before"],
    ["waiting", given({ state: "pending" }), {}, {}, "pending"],
    ["declined", given({ state: "declined" }), {}, {}, "declined"],
    ["over", given({ expires_at: NOW }), {}, {}, "expired"],
  ] as const)("does not count: %s", (_name, approval, want, by, words) => {
    expect(refusal(approval, [], { ...wanted, ...want }, { ...use, ...by })).toContain(words);
  });

  it("of a batch counts once for each document it shows, for a quarter of an hour after the first", () => {
    const batch = given({ act: "settle_payments", documents: ["i", "j"], state: "used" });
    const pay = { ...use, kind: "mark_paid" };
    const used = [{ approval_id: "a", subject_id: "i", operation_id: "op" }];
    expect(refusal(batch, used, wanted, pay)).toContain("before");
    expect(refusal(batch, used, wanted, { ...pay, subject_id: "j" })).toBeNull();
    expect(refusal(batch, used, wanted, { ...pay, subject_id: "k" })).toContain("not show");
    expect(refusal(batch, used, wanted, { ...pay, subject_id: null })).toContain("not show");
    const end = batch.expires_at + 15 * 60_000;
    expect(refusal(batch, used, wanted, { ...pay, subject_id: "j", now: end - 1 })).toBeNull();
    expect(refusal(batch, used, wanted, { ...pay, subject_id: "j", now: end })).toContain("expired");
    expect(refusal({ ...batch, act: "send_invoice" }, [], wanted, pay)).toContain("something else");
  });

  it("comes back while it lasts, when nothing left the machine", () => {
    const used = given({ state: "used" });
    expect(rearmed(used, NOW).state).toBe("approved");
    expect(rearmed(used, used.expires_at).state).toBe("used");
    expect(rearmed(given({ state: "expired" }), NOW).state).toBe("expired");
  });

  it("is answered where it says, and nowhere else", () => {
    const asked = given({ state: "pending", channels: ["page"] });
    expect(answerable(asked, { state: "approved", channel: "page", now: NOW })).toBe(true);
    expect(answerable(asked, { state: "approved", channel: "terminal", now: NOW })).toBe(false);
    expect(answerable(asked, { state: "approved", channel: "page", now: asked.expires_at })).toBe(false);
    expect(answerable({ ...asked, state: "approved" }, { state: "approved", channel: "page", now: NOW })).toBe(false);
    expect(answerable({ ...asked, channels: [] }, { state: "approved", channel: "page", now: NOW })).toBe(false);
  });

  it("is declined by a person anywhere where only a passkey approves it", () => {
    const asked = given({ state: "pending", channels: ["passkey"] });
    const answers = (state: "approved" | "declined") =>
      CHANNELS.filter((channel) => answerable(asked, { state, channel, now: NOW }));
    expect(answers("approved")).toEqual(["passkey"]);
    expect(answers("declined")).toEqual(["form", "card", "page", "passkey", "terminal"]);
  });

  it("is approved by a second person, who is never the one that asked, where only somebody else may", () => {
    const asked = given({ state: "pending", channels: ["other"] });
    const answers = (state: "approved" | "declined", principal?: string) =>
      CHANNELS.filter((channel) => answerable(asked, { state, channel, principal, now: NOW }));
    expect(answers("approved", "somebody else")).toEqual(["other"]);
    expect(answers("approved", asked.principal)).toEqual([]);
    expect(answers("approved")).toEqual([]);
    expect(answers("declined", "somebody else")).toEqual(["form", "card", "page", "other", "terminal"]);
    expect(answers("declined", asked.principal)).toEqual(["form", "card", "page", "terminal"]);
  });

  it("is approved by a second person's passkey alone where both are wanted; a no takes neither", () => {
    const asked = given({ state: "pending", channels: ["other-with-passkey"] });
    const answers = (state: "approved" | "declined", principal?: string) =>
      CHANNELS.filter((channel) => answerable(asked, { state, channel, principal, now: NOW }));
    expect(answers("approved", "somebody else")).toEqual(["other-with-passkey"]);
    expect(answers("approved", asked.principal)).toEqual([]);
    expect(answers("approved")).toEqual([]);
    expect(answers("declined", "somebody else")).toEqual([
      ...["form", "card", "page", "other", "other-with-passkey", "terminal"],
    ]);
    expect(answers("declined", asked.principal)).toEqual(["form", "card", "page", "terminal"]);
  });
});

describe("the limits of a day", () => {
  const sent = (amount: string, currency: string, more = {}) =>
    openRow({ kind: "send_invoice", note: { amount, currency, customer_id: "c" }, ...more });

  it("add up exactly, per currency, without signs", () => {
    const rows = [sent("0.1", "EUR"), sent("-0.2", "EUR"), sent("5", "CHF"), openRow({ note: null })];
    expect(spent(rows)).toEqual([
      { currency: "EUR", count: 2, gross: "0.3" },
      { currency: "CHF", count: 1, gross: "5" },
      { currency: null, count: 1, gross: "0" },
    ]);
  });

  it("count every act that bills together, and others by themselves", () => {
    expect(countedWith("send_invoice")).toEqual(countedWith("change_recipient"));
    expect(countedWith("mark_paid")).toEqual(["mark_paid"]);
  });

  it("stop a twin that the person could not be warned of, and no other", () => {
    const twin = { ...limits, max_count: null, unwarned: { customer_id: "c", since: NOW } };
    const is = (row: ReturnType<typeof sent>) => overLimits(twin, [row], "mine")?.is ?? null;
    const done = { state: "done" as const };
    expect(is(sent("119.00", "EUR", done))).toBe("refused");
    expect(is(sent("-119.00", "EUR", done))).toBe("refused");
    expect(is(sent("119.01", "EUR", done))).toBeNull();
    expect(is(sent("119", "CHF", done))).toBeNull();
    expect(is(sent("119", "EUR", { ...done, subject_id: "mine" }))).toBeNull();
    expect(is(sent("119", "EUR", { ...done, updated_at: NOW - 1 }))).toBeNull();
    expect(is(sent("119", "EUR", { state: "unknown", updated_at: NOW - 1 }))).toBe("refused");
    expect(overLimits({ ...twin, unwarned: null }, [sent("119", "EUR")], "mine")).toBeNull();
  });
});
