import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import type { BankLine, DateOrder } from "../../src/payments/bank-line.ts";
import { readStatement } from "../../src/payments/statement.ts";
import { camt053, entry } from "./camt-files.ts";

const shown = ({ index, date, amount, currency, text, counterparty }: BankLine) =>
  [index, date, amount.toFixed(2), currency, counterparty, text].map((part) => part ?? "–").join(" | ");

function read(text: string, order?: DateOrder) {
  const { format, credits, debits, pending } = readStatement(text, { date_order: order });
  return { format, credits: credits.map(shown), debits: debits.map(shown), pending };
}

function refusal(text: string): string {
  try {
    readStatement(text);
  } catch (error) {
    if (error instanceof InputError) return `${error.message} ${error.next}`;
    throw error;
  }
  return "read";
}

describe("CSV of banks", () => {
  it("Sparkasse: headings in German, decimal comma, quoted", () => {
    const text = [
      `"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Glaeubiger ID";"Mandatsreferenz";"Kundenreferenz (End-to-End)";"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";"BIC (SWIFT-Code)";"Betrag";"Waehrung";"Info"`,
      `"DE02100100109307118603";"12.11.26";"12.11.26";"GUTSCHR. UEBERWEISUNG";"RE 2026-0042 vom 01.11.";"";"";"NOTPROVIDED";"Acme GmbH";"DE89370400440532013000";"COBADEFF";"1.785,00";"EUR";"Umsatz gebucht"`,
      `"DE02100100109307118603";"11.11.26";"11.11.26";"FOLGELASTSCHRIFT";"Strom; November";"DE98ZZZ";"M-1";"";"Stadtwerke";"DE02";"";"-89,50";"EUR";"Umsatz gebucht"`,
      `"DE02100100109307118603";"13.11.26";"";"GUTSCHR. UEBERWEISUNG";"RE 43";"";"";"";"Acme GmbH";"DE89";"";"119,00";"EUR";"Umsatz vorgemerkt"`,
    ].join("\r\n");
    expect(read(`\ufeff${text}`)).toEqual({
      format: "csv",
      credits: ["2 | 2026-11-12 | 1785.00 | EUR | Acme GmbH | RE 2026-0042 vom 01.11."],
      debits: ["3 | 2026-11-11 | -89.50 | EUR | Stadtwerke | Strom; November"],
      pending: 1,
    });
  });

  it("DKB: lines about the account above, both parties, Eingang and Ausgang", () => {
    const text = [
      `"Konto";"Girokonto DE02120300000000202051"`,
      `"Kontostand vom 15.11.2026:";"5.000,00 €"`,
      `""`,
      `"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"Umsatztyp";"IBAN";"Betrag (€)"`,
      `"12.11.26";"12.11.26";"Gebucht";"Acme GmbH";"Lindenhof Studios";"Rechnung 42/2026";"Eingang";"DE89";"1.785,00"`,
      `"12.11.26";"12.11.26";"Gebucht";"Lindenhof Studios";"Vermieter";"Miete";"Ausgang";"DE77";"-900"`,
    ].join("\n");
    expect(read(text)).toMatchObject({
      credits: ["5 | 2026-11-12 | 1785.00 | EUR | Acme GmbH | Rechnung 42/2026"],
      debits: ["6 | 2026-11-12 | -900.00 | EUR | Lindenhof Studios | Miete"],
    });
  });

  it("columns Soll and Haben, sign column S and H, an address with a line break", () => {
    expect(read("Datum;Text;Soll;Haben\n12.11.2026;RE 42;;10,00\n12.11.2026;Gebühr;2,50;")).toMatchObject({
      credits: ["2 | 2026-11-12 | 10.00 | – | – | RE 42"],
      debits: ["3 | 2026-11-12 | -2.50 | – | – | Gebühr"],
    });
    expect(
      read('Buchungstag;Verwendungszweck;Umsatz;Soll/Haben\n12.11.2026;"RE\n42";10,00;H\n12.11.2026;x;3,00;S'),
    ).toMatchObject({
      credits: ["3 | 2026-11-12 | 10.00 | – | – | RE 42"],
      debits: ["4 | 2026-11-12 | -3.00 | – | – | x"],
    });
  });

  it("English banks: credit and debit columns, commas, currency", () => {
    const text = [
      "Transaction Date,Transaction Description,Debit Amount,Credit Amount,Balance",
      '25/11/2026,"ACME LTD, INVOICE 2026-0042",,"1,785.00","9,000.00"',
      "03/11/2026,CARD PAYMENT,12.99,,7215.00",
    ].join("\n");
    expect(read(text)).toEqual({
      format: "csv",
      credits: ["2 | 2026-11-25 | 1785.00 | – | – | ACME LTD, INVOICE 2026-0042"],
      debits: ["3 | 2026-11-03 | -12.99 | – | – | CARD PAYMENT"],
      pending: 0,
    });
    expect(read("Date\tDescription\tAmount\tCurrency\n2026-11-12\tInvoice 42\t(5.00)\tUSD")).toMatchObject({
      debits: ["2 | 2026-11-12 | -5.00 | USD | – | Invoice 42"],
    });
    expect(
      read("Booking Date,Partner Name,Payment Reference,Amount (EUR)\n2026-11-12,Acme,RE 1,1785.00"),
    ).toMatchObject({
      credits: ["2 | 2026-11-12 | 1785.00 | EUR | Acme | RE 1"],
    });
  });

  it("formula-looking cells are text", () => {
    expect(read('Date;Description;Amount\n2026-11-12;=HYPERLINK("x");10.00\n2026-11-12;@SUM(A1);1.00')).toMatchObject({
      credits: ['2 | 2026-11-12 | 10.00 | – | – | =HYPERLINK("x")', "3 | 2026-11-12 | 1.00 | – | – | @SUM(A1)"],
    });
    expect(refusal("Date;Description;Amount\n2026-11-12;x;=1+1")).toMatch(/^Line 2: "=1\+1" is no amount;/);
  });
});

describe("days written with slashes", () => {
  const rows = "Date;Description;Amount\n03/04/2026;a;1.00\n";

  it("are a question when the statement does not tell", () => {
    expect(refusal(rows)).toBe(
      "Line 2: 03/04/2026 is two different days, day first or month first. Ask the person which is meant, then call again with date_order.",
    );
    expect(read(rows, "day_first").credits[0]).toContain("2026-04-03");
    expect(read(rows, "month_first").credits[0]).toContain("2026-03-04");
  });

  it("are read by what another line proves", () => {
    expect(read(`${rows}25/04/2026;b;1.00`).credits[0]).toContain("2026-04-03");
    expect(read(`${rows}04/25/2026;b;1.00`, "day_first").credits[0]).toContain("2026-03-04");
    expect(read("Date;Description;Amount\n04/04/2026;a;1.00").credits[0]).toContain("2026-04-04");
    expect(refusal("Date;Description;Amount\n25/04/2026;a;1.00\n04/25/2026;b;1.00")).toContain("in two ways");
  });
});

describe("pasted rows", () => {
  it("reads several forms", () => {
    const text = [
      "12.11.2026 RE 2026-0042 Acme GmbH 1.785,00 EUR",
      "2026-11-13\tAcme GmbH\tInvoice 43\t119.00\tEUR",
      "13.11.26;Weber;RE 7;-300,00",
      "13.11.2026 Miete 900,00 S",
      "14.11.2026 € 12,50 Spende",
    ].join("\n");
    expect(read(text)).toMatchInlineSnapshot(`
      {
        "credits": [
          "1 | 2026-11-12 | 1785.00 | EUR | – | 12.11.2026 RE 2026-0042 Acme GmbH",
          "2 | 2026-11-13 | 119.00 | EUR | – | Acme GmbH Invoice 43",
          "5 | 2026-11-14 | 12.50 | EUR | – | 14.11.2026 Spende",
        ],
        "debits": [
          "3 | 2026-11-13 | -300.00 | – | – | Weber RE 7",
          "4 | 2026-11-13 | -900.00 | – | – | 13.11.2026 Miete",
        ],
        "format": "rows",
        "pending": 0,
      }
    `);
  });

  it("joins bookings broken over lines that begin with the day", () => {
    expect(
      read("12.11.2026\nAcme GmbH\nRE 2026-0042\n+1.785,00 EUR\n13.11.2026 GUTSCHRIFT 5,00\nWeber RE 9").credits,
    ).toEqual([
      "1 | 2026-11-12 | 1785.00 | EUR | – | 12.11.2026 Acme GmbH RE 2026-0042",
      "5 | 2026-11-13 | 5.00 | – | – | 13.11.2026 GUTSCHRIFT Weber RE 9",
    ]);
    expect(refusal("Acme GmbH\n12.11.2026 5,00\nWeber\n13.11.2026 6,00")).toContain("Line 1: it is not clear");
  });

  it.each([
    ["no amount", "12.11.2026 RE 2026-0042", "Line 1: no amount found."],
    ["a number alone is a reference", "Rechnung 42", "Line 1: no amount found."],
    ["two amounts", "RE 42 10,00 EUR 20,00 EUR", "Line 1: several amounts: "],
    ["blank", " \n\t\n", "holds no booking"],
  ])("refuses %s", (_, text, expected) => {
    expect(refusal(text)).toContain(expected);
  });
});

describe("limits", () => {
  it("501 bookings, in every format", () => {
    const many = <T>(row: T) => Array.from({ length: 501 }, () => row);
    expect(refusal(many("RE 42 1,00 EUR").join("\n"))).toContain("more than 500");
    expect(refusal(`Datum;Text;Betrag\n${many("12.11.2026;x;1,00").join("\n")}`)).toContain("more than 500");
    expect(refusal(camt053(many(entry({}))))).toContain("more than 500");
    expect(refusal(`:20:x\n:60F:C261111EUR0,\n${many(":61:261112C1,00NTRFNONREF").join("\n")}`)).toContain(
      "more than 500",
    );
  });

  it("ten megabytes, and half a megabyte that is hard to read", () => {
    expect(refusal("x".repeat(10_000_000))).toContain("larger than 512 KB");
    const limit = 512 * 1024;
    for (const piece of [
      "\n",
      "\t\n",
      "1",
      "1.",
      "1 ",
      "A",
      "O1",
      "12.11.2026 x\n",
      "1,00\n",
      '"',
      ";",
      "1;2\n",
      "- ",
      "€",
      "a".repeat(60),
    ]) {
      expect(refusal(piece.repeat(Math.floor(limit / Buffer.byteLength(piece))))).not.toBe("");
    }
  });

  it("broken text", () => {
    expect(read("RE 42 Caf\ufffd \ud800 10,00 EUR").credits).toHaveLength(1);
    expect(read("RE\u0000 42\u202e 10,00 EUR").credits).toHaveLength(1);
  });
});
