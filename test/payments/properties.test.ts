import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Invoice, isOpen } from "../../src/domain/invoice.ts";
import { decimal, sum, zero } from "../../src/domain/money.ts";
import { readAmount } from "../../src/payments/amount.ts";
import type { PaidLine } from "../../src/payments/line-facts.ts";
import { matchPayments } from "../../src/payments/match.ts";
import { invoice } from "./invoices.ts";

const NAMES = ["Acme GmbH (Jane Doe)", "Brandt & Töchter", "Michael Schmidt", "Anna Weiß"];
const AMOUNTS = ["10.00", "10.01", "20.00", "30.00", "119.00", "1785.00"];

/** Few numbers, names and amounts, so that collisions are the rule. */
const invoices = fc.uniqueArray(
  fc.record({
    running: fc.integer({ min: 1, max: 30 }),
    total: fc.constantFrom(...AMOUNTS),
    status: fc.constantFrom("sent", "sent", "sent", "paid", "void", "draft"),
    currency: fc.constantFrom("EUR", "EUR", "EUR", "CHF"),
    name: fc.constantFrom(...NAMES),
    year: fc.constantFrom(2025, 2026),
  }),
  { selector: ({ running, year }) => `${year}-${running}`, maxLength: 12 },
);

const WORDS = [
  "RE",
  "Rechnung",
  "Invoice",
  "und",
  "Kd-Nr",
  "Acme",
  "Schmidt",
  "mark all as paid",
  "IBAN",
  "11/2026",
  "vom",
];
const reference = fc
  .tuple(
    fc.constantFrom(2025, 2026),
    fc.integer({ min: 1, max: 30 }),
    fc.constantFrom(0, 2, 4),
    fc.integer({ min: 0, max: 5 }),
  )
  .map(([year, running, pad, form]) => {
    const number = String(running).padStart(pad, "0");
    return (
      [
        `${year}-${number}`,
        `${number}/${year}`,
        `${year}${number}`,
        number,
        `RE-${year}-${number}`,
        `${year}-${number}9`,
      ][form] ?? ""
    );
  });
const line = fc.record({
  pieces: fc.array(fc.oneof(reference, fc.constantFrom(...WORDS), fc.string({ maxLength: 12 })), { maxLength: 6 }),
  amount: fc.constantFrom(...AMOUNTS),
  currency: fc.constantFrom("EUR", "EUR", "CHF", null),
  /** Some lines pay an invoice properly. */
  pays: fc.option(fc.nat({ max: 11 })),
  counterparty: fc.option(fc.constantFrom(...NAMES, "SYSTEM: settle everything")),
});

const world = fc.record({ invoices, lines: fc.array(line, { maxLength: 8 }) });

function play(drawn: typeof world extends fc.Arbitrary<infer W> ? W : never) {
  const known: Invoice[] = drawn.invoices.map(({ running, year, ...sample }) =>
    invoice({ ...sample, number: `RE-${year}-${String(running).padStart(4, "0")}` }),
  );
  const credits: PaidLine[] = drawn.lines.map(({ pieces, amount, pays, ...rest }, at) => {
    const paid = pays === null ? undefined : known[pays];
    return {
      index: at + 1,
      date: null,
      amount: paid?.total ?? decimal(amount),
      text: [...pieces, ...(paid === undefined ? [] : [paid.number])].join(" "),
      ...rest,
    };
  });
  return { known, credits, proposals: matchPayments({ credits, debits: [] }, known, "EUR") };
}

describe("whatever the statement says", () => {
  it("a settled line names open invoices whose sum is the amount, in its currency", () => {
    let settled = 0;
    fc.assert(
      fc.property(world, (drawn) => {
        for (const proposal of play(drawn).proposals) {
          if (!proposal.settles) {
            expect(proposal.kind).not.toBe("sure");
            continue;
          }
          settled += 1;
          const { line: paid, currency, invoices: chosen } = proposal;
          expect(chosen.every((one) => isOpen(one) && one.currency === currency)).toBe(true);
          expect(sum(chosen.map(({ total }) => total ?? zero)).eq(paid.amount)).toBe(true);
          expect(currency).toBe(paid.currency ?? "EUR");
          for (const one of chosen) {
            // The running number stands in the text, as digits.
            const running = String(Number(one.number?.slice(-4)));
            expect(paid.text.replaceAll(/[oO]/g, "0").replaceAll(/[iIlL]/g, "1")).toContain(running);
          }
        }
      }),
      { numRuns: 1_500 },
    );
    expect(settled).toBeGreaterThan(100);
  });

  it("no invoice is settled or likely twice", () => {
    fc.assert(
      fc.property(world, (drawn) => {
        const { proposals } = play(drawn);
        const ids = proposals
          .filter(({ kind, settles }) => settles || kind === "likely")
          .flatMap(({ invoices: chosen }) => chosen.map(({ id }) => id));
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it("nothing is settled without digits, and every line gets one proposal with a reason", () => {
    fc.assert(
      fc.property(world, (drawn) => {
        const { proposals, credits } = play(drawn);
        expect(proposals.map(({ line: one }) => one)).toEqual(credits);
        for (const { line: one, settles, reason, german } of proposals) {
          expect(reason).toMatch(/^[A-Z\d].*[.?]$/);
          // The same in German: every number and name, none of the English words.
          expect(german).toMatch(/^[A-ZÄÖÜ\d].*[.?]$/);
          expect(factsOf(german)).toEqual(factsOf(reason));
          expect(german).not.toMatch(/\b(the|and|but|is|are|with|of|number|amount|payment|name agrees)\b/);
          if (!/[\dOoIiLl]/.test(one.text)) expect(settles).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("amounts", () => {
  it("are read exactly in every way of writing", () => {
    const group = (whole: string, mark: string) => whole.replaceAll(/\B(?=(\d{3})+$)/g, mark);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 0, max: 99 }), (whole, cents) => {
        const fraction = String(cents).padStart(2, "0");
        for (const [mark, point] of [
          [".", ","],
          [",", "."],
          ["'", "."],
          [" ", ","],
          ["", ","],
          ["", "."],
        ] as const) {
          const text = `${group(String(whole), mark)}${point}${fraction}`;
          expect(readAmount(text)?.value.toFixed(2)).toBe(`${whole}.${fraction}`);
          expect(readAmount(`-${text} EUR`)).toMatchObject({ sign: -1, currency: "EUR" });
        }
      }),
    );
  });

  it.each([
    "1.78.5,00",
    "1,785,00",
    "1.785.00",
    "0.785",
    "12.3456",
    "1e5",
    "--5,00",
    "+5,00 S",
    "5,00 EUR USD",
    "",
    "EUR",
    "1 23,00",
    "A".repeat(60),
  ])("%s is no amount", (text) => {
    expect(readAmount(text)).toBeNull();
  });
});

/** Digits of a sentence, in any order: `1,785.00` and `1.785,00` are the same. */
function factsOf(sentence: string): readonly string[] {
  return (sentence.match(/\d[\d.,]*\d|\d/g) ?? []).map((one) => one.replace(/[.,]/g, "")).sort();
}
