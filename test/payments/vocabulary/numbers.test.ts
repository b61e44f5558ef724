import { describe, expect, it } from "vitest";
import { decimal } from "../../../src/domain/money.ts";
import { matchPayments } from "../../../src/payments/match.ts";
import {
  COMPOUNDED,
  INVOICE_WORDS,
  LINK_WORDS,
  NOT_COMPOUNDED,
  NUMBER_WORDS,
  OTHER_WORDS,
  PAYMENT_WORDS,
  PROVIDERS,
  RETURN_WORDS,
} from "../../../src/payments/vocabulary/numbers.ts";
import { FIRM } from "../invoices.ts";

function match(text: string, counterparty: string | null = null) {
  const line = { index: 1, date: null, amount: decimal("1785.00"), currency: "EUR", text, counterparty };
  const [proposal] = matchPayments({ credits: [line], debits: [] }, FIRM, null);
  return proposal;
}

/** Texts that are settled though they should not be, or the other way round. */
function wrong(texts: readonly string[], settled: boolean): string[] {
  return texts.filter((text) => (match(text)?.settles ?? !settled) !== settled);
}

const LANGUAGES = ["de", "en", "fr", "it", "nl", "es", "pl", "nordic"] as const;
const list = (words: string) => words.split(" ");
const kinds = Object.keys(OTHER_WORDS);

describe.each(LANGUAGES)("words before numbers: %s", (language) => {
  const numbers = list(NUMBER_WORDS[language]);
  const links = list(LINK_WORDS[language]).filter((word) => word.length > 1);

  it.each(kinds)("a number of kind %s is nobody's invoice", (kind) => {
    const words = list(OTHER_WORDS[kind]?.[language] ?? "");
    expect(words.join("")).not.toBe("");
    const texts = words.flatMap((word) => [
      `${word} 2026-0042`,
      `${word.toUpperCase()}: 20260042`,
      `${word}. 2026/0042`,
      `${word}-2026-0042`,
      `${word}#2026-0042`,
      ...numbers.flatMap((number) => [
        `${word} ${number} 2026-0042`,
        `${word}-${number}. 2026-0042`,
        `${word}.${number.toLowerCase()}.: 2026-0042`,
        `${number} ${links[0] ?? ""} ${word} 2026-0042`,
        `${word}${number.toLowerCase()} 2026-0042`,
      ]),
      `Acme ${word} 2026-0042`,
      `${word} 2026 0042`,
      // A reminder names the invoice it is about.
      ...(kind === "reminder" ? [] : [`${word}-Nr. RE-2026-0042`]),
    ]);
    expect(wrong(texts, false)).toEqual([]);
  });

  it("a number of an invoice is", () => {
    const words = list(INVOICE_WORDS[language]);
    const texts = words.flatMap((word) => [
      `${word} 2026-0042`,
      `${word.toUpperCase()} 2026/0042`,
      `${word}: 20260042`,
      `Acme ${word} RE-2026-0042`,
      ...numbers.map((number) => `${word} ${number}. 2026-0042`),
    ]);
    expect(wrong(texts, true)).toEqual([]);
  });

  it("words of payment and courtesy say nothing", () => {
    const words = list(PAYMENT_WORDS[language]);
    expect(
      wrong(
        words.flatMap((word) => [`${word} 2026-0042`, `${word} ${links[0]} RE-2026-0042`]),
        true,
      ),
    ).toEqual([]);
  });

  it("money that goes back settles nothing", () => {
    const texts = list(RETURN_WORDS[language]).flatMap((word) => [`${word} RE-2026-0042`, `RE 2026-0042 (${word})`]);
    expect(wrong(texts, false)).toEqual([]);
  });
});

describe("words before numbers", () => {
  it("longer words that end in an invoice are invoices, but for those that are none", () => {
    expect(
      wrong(
        COMPOUNDED.map((end) => `Schluss${end} 2026-0042`),
        true,
      ),
    ).toEqual([]);
    expect(
      wrong(
        NOT_COMPOUNDED.filter((word) => word !== "Abrechnung").map((word) => `${word} 2026-0042`),
        false,
      ),
    ).toEqual([]);
  });

  it("a word that nobody knows makes it likely at most", () => {
    const words = ["Quux", "Blorb-Nr.", "Xyz:", "Warp no", "Zaphod #", "Sternzeichen", "Ünbekannt", "Номер", "注文"];
    expect(
      wrong(
        words.map((word) => `${word} 2026-0042`),
        false,
      ),
    ).toEqual([]);
    expect(words.map((word) => match(`${word} 2026-0042`)?.invoices[0]?.number)).toEqual(
      words.map(() => "RE-2026-0042"),
    );
  });

  it("the payer's and the customer's names say nothing", () => {
    expect(match("Acme GmbH 2026-0042")?.settles).toBe(true);
    expect(match("Jane Doe 2026-0042")?.settles).toBe(true);
    expect(match("Zubrowka Travel 2026-0042", "Zubrowka Travel Ltd")?.settles).toBe(true);
    expect(match("Zubrowka Travel 2026-0042")?.kind).toBe("likely");
  });

  it.each(list(PROVIDERS))("a payment of %s without a number is asked about", (provider) => {
    expect(match("TRANSFER 8827", `${provider} Europe`)).toMatchObject({ kind: "ask", settles: false });
    expect(match("RE-2026-0042", `${provider} Europe`)).toMatchObject({ settles: true });
  });
});
