import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Invoice } from "../../src/domain/invoice.ts";
import { matchPayments } from "../../src/payments/match.ts";
import { INVOICE_WORDS, NUMBER_WORDS, OTHER_WORDS, PAYMENT_WORDS } from "../../src/payments/vocabulary/numbers.ts";
import { invoice } from "./invoices.ts";

/** As many as CI affords; by hand `PROPERTY_RUNS=100000`. */
const RUNS = Number(process.env["PROPERTY_RUNS"] ?? 4_000);

/** Instalments alike, neighbours, a series with letters, one with letters between its digits. */
const NUMBERS = [
  ...["RE-2026-0042", "RE-2026-0043", "RE-2026-0004", "RE-2026-0420", "RE-2026-0424"],
  ...["RE-2026-0042-A", "RE-2026-0043-A", "RE-2026-0043-B", "F26B0012", "F26B0013", "20261042"],
];
const OPEN: readonly Invoice[] = NUMBERS.map((number, at) =>
  invoice({
    number,
    total: "100.00",
    name: at % 2 === 0 ? "Acme GmbH (Jane Doe)" : "Brandt & Töchter",
    customer: `${at % 2}`,
  }),
);

const wordsOf = (lists: readonly Readonly<Record<string, string>>[]) =>
  lists.flatMap((list) => Object.values(list)).flatMap((text) => text.split(" "));
const other = fc.constantFrom(
  ...wordsOf(Object.entries(OTHER_WORDS).flatMap(([kind, list]) => (kind === "tax" ? [] : [list]))),
);
const invoiceWord = fc.constantFrom(...wordsOf([INVOICE_WORDS]).filter((word) => word.length > 1));
const numberWord = fc.constantFrom(...wordsOf([NUMBER_WORDS]));
const courtesy = fc.constantFrom(
  ...wordsOf([PAYMENT_WORDS]),
  "Acme GmbH",
  "vom 01.11.2026",
  "Kd.-Nr. 10023",
  "100,00 EUR",
);
const number = fc.constantFrom(...NUMBERS);
/** As payers write it: with and without its first letters, with other marks, in small letters. */
const written = fc.tuple(number, fc.integer({ min: 0, max: 4 })).map(([text, form]) => ({
  text,
  as:
    [text, text.replace(/^RE-/, ""), text.replaceAll("-", " "), text.replaceAll("-", "/"), text.toLowerCase()][form] ??
    text,
}));
const bare = number.map((text) => text.replace(/^RE-/, ""));

/** Names an invoice, and means it. */
const meant = fc
  .tuple(invoiceWord, fc.option(numberWord), written)
  .map(([word, no, { text, as }]) => ({ means: text, says: `${word} ${no === null ? "" : `${no} `}${as}` }));

/** Holds the digits of an invoice, and does not mean it. */
const distractor = fc
  .oneof(
    fc.tuple(other, bare).map(([word, digits]) => `${word} ${digits}`),
    fc.tuple(other, numberWord, bare).map(([word, no, digits]) => `${word}-${no}. ${digits}`),
    fc.tuple(other, numberWord, bare).map(([word, no, digits]) => `${word}.${no}: ${digits.replaceAll("-", "/")}`),
    fc.tuple(numberWord, other, bare).map(([no, word, digits]) => `${no} ${word} ${digits}`),
    fc.tuple(number, fc.constantFrom("C", "-D", "/E", "-XY")).map(([text, tail]) => `Rechnung ${text}${tail}`),
    fc.tuple(number, fc.constantFrom("7", "-7", "/7", ".7")).map(([text, tail]) => `Rechnung ${text}${tail}`),
    number.filter((text) => /\d$/.test(text)).map((text) => `Rechnung 9${text.replaceAll(/\D/g, "")}`),
    fc
      .tuple(
        fc.constantFrom("Quux", "Blorb-Nr.", "Zaphod:"),
        bare.filter((digits) => /^\d/.test(digits)),
      )
      .map(([word, digits]) => `${word} ${digits}`),
    number.map((text) => `RF99${text.replaceAll("-", "")}`),
    number.map(
      (text) =>
        `+++000/${text
          .replaceAll(/\D/g, "")
          .padEnd(9, "0")
          .slice(0, 9)
          .replace(/^(.{4})/, "$1/")}+++`,
    ),
    number.map((text) => `Bestellung: ${text}`),
  )
  .map((says) => ({ means: null, says }));
const noise = courtesy.map((says) => ({ means: null, says }));

const remittance = fc.record({
  parts: fc.array(
    fc.oneof({ weight: 2, arbitrary: meant }, { weight: 4, arbitrary: distractor }, { weight: 2, arbitrary: noise }),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
  between: fc.constantFrom(", ", "; ", " | ", ". "),
  payer: fc.constantFrom(null, "Acme GmbH", "Brandt & Töchter", "Somebody Else"),
});

describe("distractors", () => {
  it("never settle an invoice that the text does not mean", () => {
    let [certain, could] = [0, 0];
    fc.assert(
      fc.property(remittance, fc.context(), ({ parts, between, payer }, context) => {
        const text = parts.map(({ says }) => says).join(between);
        const named = new Set(parts.flatMap(({ means }) => means ?? []));
        const amount = (OPEN[0]?.total ?? expect.fail()).times(Math.max(1, named.size));
        const line = { index: 1, date: null, currency: "EUR", counterparty: payer, amount, text };
        const [proposal] = matchPayments({ credits: [line], debits: [] }, OPEN, null);
        if (named.size === 1) could += 1;
        if (proposal?.settles !== true) return;
        if (named.size === 1) certain += 1;
        context.log(`${text} (${payer}): ${proposal.invoices.map((one) => one.number).join()}`);
        expect(new Set(proposal.invoices.map((one) => one.number))).toEqual(named);
      }),
      { numRuns: RUNS },
    );
    // They do not make the matching shy of what is meant.
    expect(certain / could).toBeGreaterThan(0.6);
  });
});
