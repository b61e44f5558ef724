import { describe, expect, it } from "vitest";
import { type Booked, Books, type Period, type Unclear } from "../../src/billing/books.ts";
import { BillingTable } from "../../src/billing/csv.ts";
import { addByRate, type Sum, Sums } from "../../src/billing/sums.ts";
import type { Invoice } from "../../src/domain/invoice.ts";
import { decimal } from "../../src/domain/money.ts";
import { invoice as sample } from "../payments/invoices.ts";

const OCTOBER = { from: "2026-10-01", to: "2026-10-31" };

/** 19 % on `net`, issued in October unless told otherwise. */
function document(number: string, net: string, fields: Partial<Invoice> = {}): Invoice {
  const tax = decimal(net).times("0.19").round(2);
  const gross = decimal(net).plus(tax);
  return {
    ...sample({ number, total: gross.toFixed() }),
    net_amount: decimal(net),
    tax_amount: tax,
    vat_breakdown: [{ tax_rate: decimal(19), net_amount: decimal(net), tax_amount: tax, gross_amount: gross }],
    issued_at: "2026-10-05",
    created_at: "2026-10-05T08:00:00+00:00",
    customer_id: "c1",
    ...fields,
  };
}

const creditNote = (number: string, net: string, of: string | null, fields: Partial<Invoice> = {}) =>
  document(number, net, {
    is_cancellation: true,
    reference: of === null ? null : { type: "invoices", id: `id-${of}` },
    ...fields,
  });

function booksOf(documents: readonly Invoice[], period: Period) {
  const booked: Booked[] = [];
  const unclear: Unclear[] = [];
  const told = [(one: Booked) => booked.push(one), (one: Unclear) => unclear.push(one)] as const;
  const books = new Books(period, ...told);
  for (const one of documents) books.add(one);
  books.waiting(...told);
  return { booked, unclear, quotes: books.quotes, drafts: books.drafts.size };
}

function sumByRate(booked: readonly Booked[]): Sum[] {
  const sums = new Sums();
  for (const one of booked) addByRate(sums, one);
  return sums.sorted();
}

function sumBy(booked: readonly Booked[]): Sum[] {
  const sums = new Sums();
  for (const { currency, amounts } of booked) sums.add("", currency, amounts);
  return sums.sorted();
}

function billingCsv(booked: readonly Booked[], language: string): Uint8Array {
  const table = new BillingTable(language);
  for (const one of booked) table.add(one);
  return table.bytes();
}

const gross = (booked: readonly Booked[]) => sumBy(booked).map((sum) => `${sum.gross.toFixed()} ${sum.currency}`);
const why = (documents: readonly Invoice[]) =>
  booksOf(documents, OCTOBER)
    .unclear.map(({ number, why: reason }) => `${number}: ${reason}`)
    .sort();

describe("booksOf", () => {
  it("counts by day of issue, both ends included", () => {
    const documents = ["2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01"].map((issued_at, index) =>
      document(`R-${index}`, "100", { issued_at }),
    );
    const { booked } = booksOf(documents, OCTOBER);
    expect(booked.map(({ number }) => number)).toEqual(["R-1", "R-2"]);
  });

  it("nets a cancelled invoice with its credit note, each on its own day", () => {
    const cancelled = document("R-1", "100", { status: "void" });
    const sameMonth = creditNote("S-1", "-100", "R-1", { issued_at: "2026-10-20" });
    const nextMonth = { ...sameMonth, issued_at: "2026-11-02" };
    expect(gross(booksOf([cancelled, sameMonth], OCTOBER).booked)).toEqual(["0 EUR"]);
    expect(gross(booksOf([cancelled, nextMonth], OCTOBER).booked)).toEqual(["119 EUR"]);
    expect(gross(booksOf([cancelled, nextMonth], { from: "2026-11-01", to: "2026-11-30" }).booked)).toEqual([
      "-119 EUR",
    ]);
  });

  it.each([
    ["its reference", creditNote("S-1", "100", "R-1")],
    ["customer and amount, where the API gives no reference", creditNote("S-1", "100", null)],
  ])("turns a credit note that is shown positive, found by %s", (_by, note) => {
    const { booked, unclear } = booksOf([note, document("R-1", "100", { status: "void" })], OCTOBER);
    expect(unclear).toEqual([]);
    expect(gross(booked)).toEqual(["0 EUR"]);
    expect(sumByRate(booked).map(({ key, tax }) => `${key}: ${tax.toFixed()}`)).toEqual(["19: 0"]);
  });

  it("turns the credit note of a negative invoice into a positive one", () => {
    const { booked } = booksOf([creditNote("S-1", "-50", "R-1"), document("R-1", "-50", { status: "void" })], OCTOBER);
    expect(gross(booked)).toEqual(["0 EUR"]);
  });

  it.each([
    ["credit note first", (documents: readonly Invoice[]) => documents],
    ["original first", (documents: readonly Invoice[]) => documents.toReversed()],
  ])("comes to the same in whatever order documents are told: %s", (_order, told) => {
    const pairs = Array.from({ length: 3_000 }, (_, index) => [
      creditNote(`S-${index}`, "100", index % 2 === 0 ? `R-${index}` : null, { customer_id: `c${index % 7}` }),
      document(`R-${index}`, "100", { status: "void", customer_id: `c${index % 7}` }),
    ]).flat();
    const { booked, unclear } = booksOf(told(pairs), OCTOBER);
    expect(unclear).toEqual([]);
    expect(booked).toHaveLength(6_000);
    expect(gross(booked)).toEqual(["0 EUR"]);
  });

  it("turns a positive credit note of a paid invoice from another month", () => {
    const paid = document("R-1", "100", { status: "paid", issued_at: "2026-09-01" });
    const { booked, unclear } = booksOf([creditNote("S-1", "40", "R-1"), paid], OCTOBER);
    expect(unclear).toEqual([]);
    expect(gross(booked)).toEqual(["-47.6 EUR"]);
  });

  it("keeps out of every sum what is not understood, and says why", () => {
    const unclear = [
      document("R-1", "100", { status: "void" }),
      document("R-2", "100", { status: "refunded" }),
      document("R-3", "100", { status: "other", status_word: "disputed" }),
      document("R-4", "100", { issued_at: null }),
      document("R-5", "100", { total: null, tax_amount: null, vat_breakdown: [] }),
      creditNote("S-6", "100", "nowhere"),
    ];
    expect(why(unclear)).toEqual([
      "R-1: It is void, but no credit note for it was found.",
      "R-2: It is refunded, but no credit note for it was found.",
      "R-3: Its status is not one this server knows.",
      "R-4: It has no day of issue.",
      "R-5: The API does not state its net, tax and gross.",
      "S-6: It is a credit note with a positive total, and what it credits was not found.",
    ]);
    expect(booksOf(unclear, OCTOBER).booked).toEqual([]);
  });

  it("keeps quotes and drafts apart", () => {
    const books = booksOf(
      [
        document("Q-1", "100", { is_quote: true }),
        document("D-1", "100", { status: "draft", issued_at: null }),
        document("D-2", "100", { status: "draft", issued_at: null, created_at: "2026-07-01T00:00:00Z" }),
      ],
      OCTOBER,
    );
    expect(books).toEqual({ booked: [], unclear: [], quotes: 1, drafts: 1 });
  });
});

describe("amounts by rate", () => {
  const line = (id: string, net: string, rate: string) => ({
    id,
    title: id,
    subtitle: null,
    quantity: decimal(1),
    tax_rate: decimal(rate),
    single_net_amount: decimal(net),
    single_gross_amount: null,
  });

  it("takes the lines where the API states no breakdown", () => {
    const mixed = document("R-1", "300", {
      total: decimal("340"),
      tax_amount: decimal("40"),
      vat_breakdown: [],
      items: [line("a", "173.33", "19"), line("b", "100", "7")],
      net_amount: decimal("273.33"),
    });
    const rates = sumByRate(
      booksOf([{ ...mixed, total: decimal("313.26"), tax_amount: decimal("39.93") }], OCTOBER).booked,
    );
    expect(rates.map(({ key, net, tax }) => [key, net.toFixed(), tax.toFixed()])).toEqual([
      ["7", "100", "7"],
      ["19", "173.33", "32.93"],
    ]);
  });

  it("leaves what the breakdown and the total disagree about without a rate, so that the sums stay the API's", () => {
    const odd = document("R-1", "100", { total: decimal("119.02"), tax_amount: decimal("19.02") });
    const { booked } = booksOf([odd], OCTOBER);
    expect(sumByRate(booked).map(({ key, tax, gross: sum }) => [key, tax.toFixed(), sum.toFixed()])).toEqual([
      ["", "0.02", "0.02"],
      ["19", "19", "119"],
    ]);
    expect(gross(booked)).toEqual(["119.02 EUR"]);
  });

  it("never adds currencies", () => {
    const { booked } = booksOf([document("R-1", "100"), document("R-2", "100", { currency: "CHF" })], OCTOBER);
    expect(gross(booked)).toEqual(["119 CHF", "119 EUR"]);
  });
});

describe("billingCsv", () => {
  const read = (documents: readonly Invoice[], language: string) =>
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(billingCsv(booksOf(documents, OCTOBER).booked, language));

  it("is a table that German spreadsheets open with numbers as numbers", () => {
    const note = creditNote("S-1", "-1000.5", null, { issued_at: "2026-10-06" });
    expect(read([note, document("R-1", "1000.5")], "de-DE").split("\r\n")).toEqual([
      "\uFEFFDatum;Nummer;Art;Status;Kunde;Kundennummer;Währung;Steuersatz;Netto;Steuer;Brutto",
      '2026-10-05;R-1;Rechnung;sent;Nobody Known;c1;EUR;19;"1000,50";"190,10";"1190,60"',
      '2026-10-06;S-1;Stornorechnung;sent;Nobody Known;c1;EUR;19;"-1000,50";"-190,10";"-1190,60"',
      "",
    ]);
  });

  it.each(["=HYPERLINK(1)", "+1", "-2+3", "@sum", "\t=1", "＝1", "\u200b=1"])(
    "keeps %j from being a formula",
    (name) => {
      const row = read([document("R-1", "100", { customer: { id: "c1", name, email: null } })], "en").split("\r\n")[1];
      expect(row).toContain("\"'");
    },
  );

  it("keeps a line break or a delimiter in a name inside its cell", () => {
    const name = 'A "B", C;\nD';
    const csv = read([document("R-1", "100", { customer: { id: "c1", name, email: null } })], "en");
    expect(csv.split("\r\n")).toHaveLength(3);
    expect(csv).toContain('"A ""B"", C; ⏎ D"');
  });
});
