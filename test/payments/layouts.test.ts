import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Wishes } from "../../src/payments/bank-line.ts";
import { matchPayments } from "../../src/payments/match.ts";
import { readStatement } from "../../src/payments/statement.ts";
import { invoice } from "./invoices.ts";

const FOLDER = new URL("fixtures/", import.meta.url);
const fixture = (name: string) => readFileSync(new URL(name, FOLDER), "utf8");

const truth = z
  .object({
    layouts: z.record(
      z.string(),
      z.object({
        lines: z.array(z.string()),
        settle: z.array(z.string()),
        ignored: z.number().default(0),
        pending: z.number().default(0),
      }),
    ),
  })
  .parse(JSON.parse(fixture("truth.json")));

const BOOKS = [
  { number: "RE-2026-0003", total: "606.90", currency: "EUR", name: "Tanzschule Weber (Anja Weber)" },
  { number: "RE-2026-0013", total: "1100.00", currency: "EUR", name: "Raman Analytics" },
  { number: "RE-2026-0014", total: "227.80", currency: "EUR", name: "Michael Schmidt" },
  { number: "RE-2026-0016", total: "428.40", currency: "EUR", name: "Freie Bühne" },
  { number: "RE-2026-0022", total: "1556.64", currency: "CHF", name: "Alpenblick Yoga GmbH" },
].map((sample) => invoice({ ...sample, status: "sent" }));

function outcome(text: string, wishes: Wishes) {
  const statement = readStatement(text, wishes);
  return {
    lines: statement.credits.map(({ amount, currency }) => `${amount.toFixed(2)} ${currency}`),
    doubts: statement.credits.flatMap(({ doubts }) => doubts),
    settle: matchPayments(statement, BOOKS, null)
      .filter(({ settles }) => settles)
      .flatMap(({ invoices }) => invoices.map(({ number }) => number)),
    ignored: statement.debits.length,
    pending: statement.pending,
    unread: statement.unread,
  };
}

describe("layouts of banks and providers", () => {
  it("are all there", () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith(".csv"));
    expect(files.map((name) => name.replace(".csv", "")).sort()).toEqual(Object.keys(truth.layouts).sort());
  });

  it.each(Object.entries(truth.layouts))("%s", (name, expected) => {
    const got = outcome(fixture(`${name}.csv`), {});
    expect(got).toEqual({ ...expected, doubts: [], unread: [] });
  });
});

describe("a layout of a bank with one currency", () => {
  const text =
    "Buchungsdatum;Empfänger;Verwendungszweck;Betrag;Transaktionstyp\n2026-11-08;W;RE 1;606,90;Zahlungseingang";

  it("is told by its exact headings, and by nothing less", () => {
    expect(readStatement(text).credits[0]?.currency).toBe("EUR");
    expect(readStatement(text.replace("Transaktionstyp", "Umsatzart")).credits[0]?.currency).toBeNull();
  });
});
