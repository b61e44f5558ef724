import { describe, expect, it } from "vitest";
import {
  currenciesOf,
  directionOf,
  directionsIn,
  entriesOf,
  headingRole,
  keyOf,
  stateOf,
} from "../../src/payments/lexicon.ts";
import { readStatement } from "../../src/payments/statement.ts";
import { BALANCE_LINES } from "../../src/payments/vocabulary/around.ts";
import { CURRENCY_MARKS } from "../../src/payments/vocabulary/currencies.ts";
import { IN_MARKS, IN_WORDS, OUT_MARKS, OUT_WORDS } from "../../src/payments/vocabulary/directions.ts";
import { HEADING_ROLES, HEADINGS } from "../../src/payments/vocabulary/headings.ts";
import { BOOKED_WORDS, FAILED_WORDS, PENDING_WORDS, RETURNED_WORDS } from "../../src/payments/vocabulary/states.ts";

const statement = (headings: string, row: string) => readStatement(`${headings}\n${row}`);

describe("the vocabulary", () => {
  it("says no word of direction both ways", () => {
    const both = entriesOf(IN_WORDS).filter((word) =>
      entriesOf(OUT_WORDS).some((other) => keyOf(other) === keyOf(word)),
    );
    expect(both).toEqual([]);
  });

  it("says no word of state that is one of money going out", () => {
    const out = new Set(entriesOf(OUT_WORDS).map(keyOf));
    const states = [BOOKED_WORDS, PENDING_WORDS, FAILED_WORDS, RETURNED_WORDS].flatMap((data) => entriesOf(data));
    expect(states.filter((word) => out.has(keyOf(word)))).toEqual([]);
  });

  it("gives a word of state one meaning", () => {
    const lists = [BOOKED_WORDS, PENDING_WORDS, FAILED_WORDS, RETURNED_WORDS].map(
      (data) => new Set(entriesOf(data).map(keyOf)),
    );
    const all = lists.flatMap((list) => [...list]);
    const twice = all.filter((key, at) => all.indexOf(key) !== at);
    expect(twice).toEqual([]);
  });

  it("gives no heading of money, direction or state a second role", () => {
    const roles = new Map<string, Set<string>>();
    for (const role of HEADING_ROLES) {
      for (const heading of entriesOf(HEADINGS[role])) {
        roles.set(keyOf(heading), (roles.get(keyOf(heading)) ?? new Set<string>()).add(role));
      }
    }
    const deciding = ["amount", "credit", "debit", "direction", "status"];
    const twice = [...roles].filter(([, set]) => set.size > 1 && deciding.some((role) => set.has(role)));
    expect(twice.map(([key, set]) => `${key}: ${[...set].join(" ")}`)).toEqual([]);
  });

  it("finds every heading, in capitals too", () => {
    for (const role of HEADING_ROLES) {
      for (const heading of entriesOf(HEADINGS[role])) {
        expect(headingRole(heading.toUpperCase()), heading).toBe(headingRole(heading));
        expect(headingRole(heading), heading).not.toBeNull();
      }
    }
  });

  it("reads every mark and word of direction from a column of them", () => {
    const sign = (word: string) => {
      const { credits, debits } = statement("Datum;Text;Betrag;Whg;Soll/Haben", `08.11.2026;a;5,00;EUR;${word}`);
      return [...credits.map(({ doubts }) => (doubts.length === 0 ? "in" : "asks")), ...debits.map(() => "out")].join();
    };
    for (const word of [...entriesOf(IN_MARKS), ...entriesOf(IN_WORDS)]) expect(sign(word), word).toBe("in");
    for (const word of [...entriesOf(OUT_MARKS), ...entriesOf(OUT_WORDS)]) expect(sign(word), word).toBe("out");
  });

  it("reads unsigned amounts by every kind of booking, and never the wrong way", () => {
    for (const [words, wrong] of [
      [entriesOf(IN_WORDS), "debits"],
      [entriesOf(OUT_WORDS), "credits"],
    ] as const) {
      for (const word of words) {
        const read = statement("Datum;Buchungstext;Verwendungszweck;Betrag;Whg", `08.11.2026;${word};RE 1;5,00;EUR`);
        expect(
          read[wrong].filter(({ doubts }) => doubts.length === 0),
          word,
        ).toEqual([]);
        expect(directionsIn(word).size, word).toBeGreaterThan(0);
      }
    }
  });

  it("believes a payment only in a booked state", () => {
    const certain = (word: string) => {
      const read = statement("Date;Text;Amount;Currency;Status", `2026-11-08;a;+5.00;EUR;${word}`);
      return read.credits.some(({ doubts, returned }) => doubts.length === 0 && returned === null);
    };
    for (const word of entriesOf(BOOKED_WORDS)) expect(certain(word), word).toBe(stateOf(word) === "booked");
    for (const word of [PENDING_WORDS, FAILED_WORDS, RETURNED_WORDS].flatMap(entriesOf))
      expect(certain(word), word).toBe(false);
  });

  it("never takes one currency for another", () => {
    for (const [mark, meant] of Object.entries(CURRENCY_MARKS)) {
      expect(currenciesOf(mark), mark).toEqual(meant);
      for (const row of [`RE 42;Weber;606,90 ${mark}`, `RE 4200 606,90 ${mark}`, `RE 4200 ${mark} 606,90`]) {
        const [line] = readStatement(row, { currency: "EUR" }).credits;
        const known = meant.length === 1 ? meant[0] : null;
        if (line !== undefined && line.doubts.length === 0) expect(line.currency, row).toBe(known);
      }
    }
  });

  it("takes no balance for a booking", () => {
    for (const word of entriesOf(BALANCE_LINES)) {
      const { credits } = readStatement(`Datum;Text;Betrag;Whg\n08.11.2026;a;5,00;EUR\n08.11.2026;${word};9,00;EUR`);
      expect(credits, word).toHaveLength(1);
    }
  });

  it("knows no mark that is a direction both ways", () => {
    for (const mark of entriesOf(IN_MARKS)) expect(directionOf(mark), mark).toBe(1);
    for (const mark of entriesOf(OUT_MARKS)) expect(directionOf(mark), mark).toBe(-1);
  });
});
