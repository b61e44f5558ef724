import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import type { BankLine, DateOrder } from "../../src/payments/bank-line.ts";
import { readStatement } from "../../src/payments/statement.ts";

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

const camt = (entries: string, version = "08") =>
  `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.${version}"><BkToCstmrStmt><Stmt><Bal><Amt Ccy="EUR">99.00</Amt></Bal>${entries}</Stmt></BkToCstmrStmt></Document>`;
const entry = (inner: string, amount = "1785.00", side = "CRDT", status = "<Sts><Cd>BOOK</Cd></Sts>") =>
  `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd>${status}<BookgDt><Dt>2026-11-12</Dt></BookgDt>${inner}</Ntry>`;
const details = (text: string, extra = "") =>
  `<TxDtls>${extra}<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>Acme &amp; Co</Nm></Pty></Dbtr></RltdPties><RmtInf>${text}</RmtInf></TxDtls>`;

describe("camt", () => {
  it("reads entries, several transactions of one entry, pending ones and reversals", () => {
    const text = camt(
      [
        entry(`<NtryDtls>${details("<Ustrd>RE 2026-</Ustrd><Ustrd>0042</Ustrd>")}</NtryDtls>`),
        entry(
          `<NtryDtls>${details("<Strd><RfrdDocInf><Nb>2026-0043</Nb></RfrdDocInf></Strd>", '<Amt Ccy="EUR">119.00</Amt>')}${details("<Ustrd>RE 44</Ustrd>", '<AmtDtls><TxAmt><Amt Ccy="EUR">238.00</Amt></TxAmt></AmtDtls>')}</NtryDtls>`,
          "357.00",
        ),
        entry(`<NtryDtls>${details("<Ustrd>RE 50</Ustrd>")}</NtryDtls>`, "5.00", "CRDT", "<Sts>PDNG</Sts>"),
        entry("<RvslInd>true</RvslInd><AddtlNtryInf>Retoure</AddtlNtryInf>", "7.00"),
        entry("<AddtlNtryInf>Miete</AddtlNtryInf>", "8.00", "DBIT", "<Sts>BOOK</Sts>"),
      ].join(""),
    );
    expect(read(text)).toMatchInlineSnapshot(`
      {
        "credits": [
          "1 | 2026-11-12 | 1785.00 | EUR | Acme & Co | RE 2026- 0042",
          "2 | 2026-11-12 | 119.00 | EUR | Acme & Co | 2026-0043",
          "3 | 2026-11-12 | 238.00 | EUR | Acme & Co | RE 44",
        ],
        "debits": [
          "5 | 2026-11-12 | 7.00 | EUR | – | Retoure",
          "6 | 2026-11-12 | -8.00 | EUR | – | Miete",
        ],
        "format": "camt",
        "pending": 1,
      }
    `);
  });

  it("reads prefixed elements, camt.052 and camt.054", () => {
    const prefixed = camt(entry(`<NtryDtls>${details("<Ustrd>RE 1</Ustrd>")}</NtryDtls>`))
      .replaceAll(/<(\/?)([A-Z])/g, "<$1c:$2")
      .replace("xmlns=", "xmlns:c=");
    expect(read(prefixed).credits).toEqual(["1 | 2026-11-12 | 1785.00 | EUR | Acme & Co | RE 1"]);
    const report = camt(entry("")).replaceAll("BkToCstmrStmt", "BkToCstmrAcctRpt").replaceAll("Stmt>", "Rpt>");
    expect(read(report).credits).toHaveLength(1);
    const notice = camt(entry("")).replaceAll("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn").replaceAll("Stmt>", "Ntfctn>");
    expect(read(notice).credits).toHaveLength(1);
  });

  it.each([
    ["entities", `<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${camt(entry("&b;")).slice(38)}`, "DOCTYPE"],
    [
      "an external entity",
      `<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>`,
      "DOCTYPE",
    ],
    ["an unknown entity", camt(entry("<AddtlNtryInf>&x;</AddtlNtryInf>")), "not well-formed"],
    ["an open tag", camt("<Ntry>"), "not well-formed"],
    ["depth", `${"<a>".repeat(5_000)}`, "too large"],
    ["breadth", `<a>${"<b/>".repeat(70_000)}</a>`, "too large"],
    ["another document", "<html><body>no</body></html>", "no bank statement"],
    [
      "an amount without currency",
      camt("<Ntry><Amt>1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>"),
      "Entry 1: no amount",
    ],
    ["no direction", camt('<Ntry><Amt Ccy="EUR">1.00</Amt></Ntry>'), "Entry 1: expected CdtDbtInd"],
    [
      "transactions without amounts",
      camt(entry(`<NtryDtls>${details("")}${details("")}</NtryDtls>`)),
      "Entry 1: no amount",
    ],
  ])("refuses %s", (_, text, expected) => {
    expect(refusal(text)).toContain(expected);
  });
});

describe("MT940", () => {
  const text = [
    "{1:F01BANKDEFFXXXX0000000000}{2:O940}{4:",
    ":20:STARTUMSE",
    ":25:37040044/0532013000",
    ":28C:00001/001",
    ":60F:C261111EUR1000,00",
    ":61:2611121112C1785,00N166NONREF//B1",
    ":86:166?00GUTSCHRIFT?109310?20EREF+NOTPROVIDED?21SVWZ+Danke sehr. RE 2026-00?2242 vom?2301.11.?30COBADEFFXXX",
    "?31DE89370400440532013000?32ACME GMBH UND PARTNER LEIPZ?33IG",
    ":61:2611121112DR89,5NDDTNONREF",
    ":86:105?00LASTSCHRIFT?20SVWZ+Strom?32STADTWERKE",
    ":61:2611131113RC10,00NTRFNONREF",
    ":86:/NAME/Weber/REMI/Rueckgabe RE 7/",
    ":61:2611131113C119,NTRFINV43",
    ":86:plain words of the bank",
    ":62F:C261113EUR2814,50",
    "-}",
  ].join("\r\n");

  it("reads bookings with their subfields, reversals and marks", () => {
    expect(read(text)).toMatchInlineSnapshot(`
      {
        "credits": [
          "1 | 2026-11-12 | 1785.00 | EUR | ACME GMBH UND PARTNER LEIPZIG | Danke sehr. RE 2026-0042 vom 01.11.",
          "4 | 2026-11-13 | 119.00 | EUR | – | plain words of the bank INV43",
        ],
        "debits": [
          "2 | 2026-11-12 | -89.50 | EUR | STADTWERKE | Strom",
          "3 | 2026-11-13 | -10.00 | EUR | Weber | Rueckgabe RE 7/",
        ],
        "format": "mt940",
        "pending": 0,
      }
    `);
  });

  it("names the line that is not readable", () => {
    expect(refusal(text.replace("2611121112C1785,00", "2613121112C1785,00"))).toMatch(/^Line 6: not readable as MT940/);
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
    expect(refusal(camt(many(entry("")).join("")))).toContain("more than 500");
    expect(refusal(`:20:x\n:60F:C261111EUR0,\n${many(":61:261112C1,00NTRFNONREF").join("\n")}`)).toContain(
      "more than 500",
    );
  });

  it("ten megabytes, and half a megabyte that is hard to read", () => {
    expect(refusal("x".repeat(10_000_000))).toContain("larger than 512 KB");
    const limit = 512 * 1024;
    for (const piece of [
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
