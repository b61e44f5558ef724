import { describe, expect, it } from "vitest";
import { decimal } from "../../src/domain/money.ts";
import { matchPayments } from "../../src/payments/match.ts";
import { FIRM } from "./invoices.ts";
import { REMITTANCES, type Remittance } from "./remittance-texts.ts";

const ROWS = Object.entries(REMITTANCES).flatMap(([language, rows]) => rows.map((row) => ({ language, ...row })));

function outcome({ text, payer, amount, currency }: Remittance): string {
  const line = { index: 1, date: null, amount: decimal(amount), currency: currency ?? "EUR", text };
  const [proposal] = matchPayments({ credits: [{ ...line, counterparty: payer ?? null }], debits: [] }, FIRM, "EUR");
  const names = proposal?.invoices.map(({ number }) => number?.replace("RE-2026-", "")).join(" ");
  return proposal?.settles === true ? `sure ${names}` : `decide ${names}`;
}

function isRight(row: Remittance): boolean {
  const got = outcome(row);
  return row.expected === "open" ? !got.startsWith("sure") : got === `${row.expected} ${row.invoices}`;
}

describe("remittance texts", () => {
  it("settle nothing that they should not", () => {
    expect(ROWS.filter((row) => row.expected !== "sure" && outcome(row).startsWith("sure"))).toEqual([]);
  });

  it("are understood, at least 95 of 100", () => {
    const wrong = ROWS.filter((row) => !isRight(row)).map(
      (row) => `${row.language}: ${row.text} (${row.payer ?? "-"}) ${row.amount}: ${outcome(row)}`,
    );
    expect(wrong.length / ROWS.length, wrong.join("\n")).toBeLessThanOrEqual(0.05);
  });
});
