import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, listOf, part, startBench } from "../harness/mcp-tools.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await startBench();
});
afterEach(() => bench.close());

const paid = () => bench.simulator.effects().filter(({ kind }) => kind === "invoice.paid").length;
const typing = (total: string) => (form: { message: string }, clock: { advance(ms: number): void }) => {
  clock.advance(5_000);
  messages.push(form.message);
  return { action: "accept" as const, content: { typed: total } };
};
let messages: string[] = [];
beforeEach(() => {
  messages = [];
});

const HEAD = "Date;Name;Description;Amount;Currency";
const BRANDT = "2026-03-09;Brandt & Toechter;RE-2026-0007;+899.64;EUR";
const NORDLICHT = "2026-03-09;Kollektiv Nordlicht;RE-2026-0011;+424.83;EUR";
const statement = (...lines: readonly string[]) => [HEAD, ...lines].join("\n");

async function handles(...lines: readonly string[]): Promise<string[]> {
  const answer = await bench.ok("match_payments", { statement: statement(...lines) });
  const groups = ["sure", "to_decide", "not_found"].flatMap((group) => listOf(answer, group));
  return groups.sort((a, b) => Number(a["line"]) - Number(b["line"])).map((row) => String(row["handle"]));
}

describe("settle_payments by bank lines", () => {
  it("takes what match_payments calls sure, shows it to the person, and records which line paid", async () => {
    const matched = await bench.ok("match_payments", { statement: statement(BRANDT, NORDLICHT) });
    const payments = matched.structured["settle"];
    expect(payments).toEqual([{ line: expect.any(String) }, { line: expect.any(String) }]);
    const answer = await bench.ok("settle_payments", { payments }, typing("1324.47"));
    expect(answer.text).toContain("2 of 2 marked as paid: 1,324.47 EUR.");
    expect(paid()).toBe(2);
    const [operation] = listOf(await bench.ok("list_operations", {}), "operations");
    expect(operation?.["bank_line"]).toMatch(/^2026-03-09 \d+\.\d\d EUR \(\w{10}\)$/);
  });

  it("lets a bank line pay once, whatever statement it comes in and whatever else it fits", async () => {
    const [line] = await handles(BRANDT);
    await bench.ok("settle_payments", { payments: [{ line }] }, typing("899.64"));
    const again = await bench.ok("match_payments", { statement: statement(NORDLICHT, BRANDT) });
    expect(again.structured["settle"]).toHaveLength(1);
    const refused = await bench.refused("settle_payments", { payments: [{ line, invoice_id: "#RE-2026-0011" }] }, null);
    expect(refused.text).toContain("used before");
    expect(paid()).toBe(1);
  });

  it("keeps two equal lines of one statement apart", async () => {
    const [first, second] = await handles(BRANDT, BRANDT);
    expect(first).not.toBe(second);
  });

  it.each([
    ["a handle nobody gave", { line: "0000000000" }, "no bank line"],
    ["a line that is not sure, without an invoice", { line: "?" }, "name the invoice_id"],
    ["an amount that is not the invoice's", { line: "?", invoice_id: "#RE-2026-0011" }, "no partial payments"],
    ["neither line nor invoice", {}, "names a line or an invoice_id"],
    ["an invoice without what came in", { invoice_id: "#RE-2026-0011" }, "the amount received"],
  ])("asks nobody for %s", async (_, payment, words) => {
    const [line] = await handles("2026-03-09;Somebody;Danke;+17.00;EUR");
    const asked = { ...payment, ...("line" in payment && payment.line === "?" ? { line } : {}) };
    const answer = await bench.refused("settle_payments", { payments: [asked] }, () => {
      throw new Error("asked");
    });
    expect(part(answer, "error")["message"]).toContain(words);
    expect(paid()).toBe(0);
  });

  it("settles two invoices with one line, and one invoice with two lines, to the cent", async () => {
    const [both] = await handles("2026-03-09;Somebody;Danke;+1324.47;EUR");
    const payments = [
      { line: both, invoice_id: "#RE-2026-0007" },
      { line: both, invoice_id: "#RE-2026-0011" },
    ];
    await bench.refused("settle_payments", { payments: [payments[0]] }, null);
    await bench.ok("settle_payments", { payments }, typing("1324.47"));
    expect(paid()).toBe(2);
    const parts = await handles("2026-03-08;Weber GmbH;a;+1000.00;EUR", "2026-03-09;Weber GmbH;b;+149.61;EUR");
    const two = parts.map((line) => ({ line, invoice_id: "#RE-2026-0012" }));
    await bench.ok("settle_payments", { payments: two }, typing("1149.61"));
    expect(paid()).toBe(3);
  });

  it("binds the approval to the line: another line for the same invoice is asked about anew", async () => {
    const [first, second] = await handles(BRANDT, "2026-03-10;Somebody Else;RE-2026-0007;+899.64;EUR");
    const decline = () => ({ action: "decline" as const });
    await bench.refused("settle_payments", { payments: [{ line: first, invoice_id: "#RE-2026-0007" }] }, decline);
    let asked = 0;
    await bench.ok("settle_payments", { payments: [{ line: second, invoice_id: "#RE-2026-0007" }] }, (form, clock) => {
      asked += 1;
      return typing("899.64")(form, clock);
    });
    expect(asked).toBe(1);
  });
});
