import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import { readStatement } from "../../src/payments/statement.ts";

/** `+606.90 EUR` for a credit, `?606.90 EUR booked` for one with a doubt, `r+` for one that went back. */
function read(text: string): string[] {
  try {
    const { credits, debits, pending, failed, unread } = readStatement(text, { words: { unsigned: "in" } });
    return [
      ...credits.map(({ amount, currency, doubts, returned }) => {
        const money = `${amount.toFixed(2)} ${currency ?? "–"}`;
        const about = [...new Set(doubts.map((doubt) => doubt.about))].join(" ");
        return doubts.length > 0 ? `?${money} ${about}` : `${returned === null ? "" : "r"}+${money}`;
      }),
      ...debits.map(({ amount, currency }) => `${amount.toFixed(2)} ${currency ?? "–"}`),
      ...Array.from({ length: pending }, () => "pending"),
      ...Array.from({ length: failed }, () => "failed"),
      ...unread.map(({ index }) => `unread ${index}`),
    ];
  } catch (error) {
    if (error instanceof InputError) return ["refused"];
    throw error;
  }
}

const BOTH = ["+606.90 EUR", "-227.80 EUR"];

describe("exports as banks write them", () => {
  it.each<[string, string[], string[]]>([
    [
      "Osuuspankki",
      [
        "Kirjauspäivä;Arvopäivä;Määrä EUROA;Laji;Selitys;Saaja/Maksaja;Saajan tilinumero;Viite;Viesti;Arkistointitunnus",
        "2026-11-08;2026-11-08;606,90;506;TILISIIRTO;Acme Oy;;ref=;Lasku 42;20261108/123",
        "2026-11-05;2026-11-05;-227,80;106;TILISIIRTO;Vuokra;;;x;20261105/124",
      ],
      BOTH,
    ],
    [
      "a French bank with the currency in words",
      [
        "Compte;****1234;25/11/2026;;1 606,90",
        "Date operation;Libelle court;Type operation;Libelle operation;Montant operation en euro",
        "25/11/2026;VIR RECU;VIREMENT RECU;VIR SEPA RECU Acme Facture 42;606,90",
        "24/11/2026;PRLV;PRELEVEMENT;PRLV EDF;-227,80",
      ],
      BOTH,
    ],
    [
      "cells of several lines",
      [
        "Solde au 25/11/2026 1 606,90 €",
        "Date;Libellé;Débit euros;Crédit euros;",
        '25/11/2026;"VIREMENT EN VOTRE FAVEUR',
        'Acme Facture 42 ";;606,90;',
        "24/11/2026;PRELEVEMENT EDF;227,80;;",
      ],
      BOTH,
    ],
    [
      "an account of two currencies' columns",
      [
        "Data transakcji;Data księgowania;Dane kontrahenta;Tytuł;Nr rachunku;Nazwa banku;Szczegóły;Nr transakcji;Kwota transakcji (waluta rachunku);Waluta;Kwota blokady/zwolnienie blokady;Waluta;Konto;Saldo po transakcji;Waluta",
        "2026-11-08;2026-11-08;Acme;Faktura 42;12;mBank;PRZELEW;202;606,90;PLN;;;Konto;1606,90;EUR",
      ],
      ["+606.90 PLN"],
    ],
    [
      "a currency before the amount, another behind the balance",
      ["Date;Currency;Amount;Balance;Currency", "2026-11-08;EUR;606.90;1606.90;USD"],
      ["+606.90 EUR"],
    ],
    [
      "currencies on both sides",
      ["Date;Text;Currency;Amount;Currency", "2026-11-08;INV 42;EUR;606.90;USD"],
      ["?606.90 – currency"],
    ],
    [
      "a reserved amount in place of the day",
      ["Bokföringsdag;Belopp;Namn;Rubrik;Valuta", "Reserverat;606,90;Acme AB;Faktura 42;SEK"],
      ["pending"],
    ],
    [
      "states in two columns",
      ["Date;Description;Amount;Currency;Status;Payment status", "2026-11-08;INV 42;606.90;EUR;Completed;Failed"],
      ["failed"],
    ],
    [
      "Stripe payments",
      [
        "id,Created date (UTC),Amount,Amount Refunded,Currency,Captured,Description,Fee,Status",
        "py_1,2026-11-08 10:00,606.90,0.00,eur,true,Invoice 42,17.90,Paid",
        "py_2,2026-11-08 10:00,5.00,0.00,eur,false,Invoice 43,0.00,Paid",
        "py_3,2026-11-08 10:00,6.00,6.00,eur,true,Invoice 44,0.00,Paid",
      ],
      ["+606.90 EUR", "?6.00 EUR cell", "pending"],
    ],
    [
      "a refund told by its category",
      ["Date,Description,Category,Amount,Currency", "2026-11-08,INV 42,Refund,606.90,EUR"],
      ["?606.90 EUR booked"],
    ],
    [
      "a heading that is a state",
      ["Date;Text;Amount;Currency;Refunded", "2026-11-08;INV 42;606.90;EUR;yes", "2026-11-08;INV 43;5.00;EUR;no"],
      ["?606.90 EUR cell", "+5.00 EUR"],
    ],
    [
      "PayPal's notes without money",
      [
        "Date,Name,Type,Status,Currency,Gross,Fee,Net,Invoice Number,Balance Impact",
        "2026-11-08,Acme,Mobile Payment,Completed,EUR,606.90,0.00,606.90,42,Memo",
        "2026-11-08,Acme,Mobile Payment,Completed,EUR,5.00,0.00,5.00,43,Credit",
        "2026-11-08,X,Mobile Payment,Completed,EUR,-6.00,0.00,-6.00,,Debit",
      ],
      ["?606.90 EUR booked", "+5.00 EUR", "-6.00 EUR"],
    ],
    [
      "cells as formulas",
      ['="Date";="Text";="Amount";="Currency"', '="2026-11-08";="INV 42";="606.90";="EUR"'],
      ["+606.90 EUR"],
    ],
    [
      "marks in brackets",
      ["Date;Text;Amount;Currency", "2026-11-08;INV 42;606.90 (Cr);EUR", "2026-11-08;Rent;227.80 (Dr);EUR"],
      BOTH,
    ],
  ])("%s", (_, lines, expected) => {
    expect(read(lines.join("\n"))).toEqual(expected);
  });
});

describe("pasted rows", () => {
  it.each([
    ["05.11.2026 X RE 42 -€227.80", ["-227.80 EUR"]],
    ["05.11.2026 X RE 42 -EUR 227,80", ["-227.80 EUR"]],
    ["2026-11-05 X INV 42 -US$ 227.80", ["-227.80 USD"]],
    ["05.11.2026 X RE 42 (EUR 227.80)", ["-227.80 EUR"]],
    ["05.11.2026 X RE 42 (€227.80)", ["-227.80 EUR"]],
    ["05.11.2026 X RE 42 -CHF 1'227.80", ["-1227.80 CHF"]],
    ["05.11.2026 X RE 42 227,80 EUR-", ["-227.80 EUR"]],
    ["05.11.2026 X RE 42 227,80 CHF-", ["-227.80 CHF"]],
    ["05.11.2026 X RE 42 227,80€-", ["-227.80 EUR"]],
    ["05.11.2026 X RE 42 227,80 € -", ["-227.80 EUR"]],
    ["05.11.2026 X RE 42 227,80 EUR (DR)", ["-227.80 EUR"]],
    ["05.11.2026 X RE 42 227,80 EUR Af", ["-227.80 EUR"]],
    ["05.11.2026 X RE 42 minus 227,80 EUR", ["-227.80 EUR"]],
    ["05.11.2026 X RE 42 ./. 227,80 EUR", ["?227.80 EUR direction"]],
    ["05.11.2026 X RE 42 (-) 227,80 EUR", ["?227.80 EUR direction"]],
    ["05.11.2026 227,80 EUR - Acme RE 42", ["+227.80 EUR"]],
    ["2026-11-08 Acme INV 42 700.00 USD (606.90 EUR)", ["refused"]],
    ["2026-11-08 Acme INV 42 606.90 USD = 606.90 EUR", ["refused"]],
    ["08.11.2026 Acme RE 42 606,90 Schweizer Franken", ["?606.90 – currency"]],
    ["08.11.2026 Acme CHF RE 42 606,90", ["?606.90 – currency"]],
    ["08.11.2026 Acme RE 42 606,90 EUR (nicht gebucht)", ["?606.90 EUR booked"]],
    ["08.11.2026 Rechnung an Acme RE 42 606,90 EUR", ["?606.90 EUR booked"]],
    ["05.11.2026 X RE 42 (227,80 EUR)", ["?227.80 EUR direction"]],
    ["05.11.2026 X RE 42 +€227.80", ["+227.80 EUR"]],
    ["05.11.2026 X RE 42 - 227,80 EUR", ["?227.80 EUR direction"]],
    ["05.11.2026 X RE 42 - EUR 227,80", ["?227.80 EUR direction"]],
    ["2026-11-08,Acme,INV 42,606.90,EUR,COMPLETED\n2026-11-05,Rent,,-227.80,EUR,COMPLETED", BOTH],
    ["2026-11-08,Acme,INV 42,606.90,EUR,REVERTED", ["failed"]],
    ["2026-11-08,Acme,INV 42,606.90,EUR,OUT", ["-606.90 EUR"]],
    ["Acme,INV 42,606.90,EUR", ["?606.90 EUR notation"]],
    ["2026-11-08,Acme,42,606.90,EUR", ["?606.90 EUR notation"]],
    ['2026-11-08,"Acme, Inc INV 42","1,606.90",EUR', ["+1606.90 EUR"]],
    ["RE 42 Acme 606,90 EUR fällig am 08.11.2026", ["?606.90 EUR booked"]],
    ["08.11.2026 We paid Acme 606.90 EUR", ["-606.90 EUR"]],
    ["08.11.2026 an Acme GmbH RE 42 606,90 EUR", ["?606.90 EUR direction"]],
    [
      "08.11.2026 Acme RE 42 606,90 EUR\nPending transactions\n09.11.2026 Weber RE 43 5,00 EUR",
      ["?606.90 EUR booked", "?5.00 EUR booked"],
    ],
    [
      "Vorgemerkt\n08.11.2026 Acme RE 42 606,90 EUR\nGebucht\n05.11.2026 Weber RE 43 5,00 EUR",
      ["?606.90 EUR booked", "+5.00 EUR"],
    ],
  ])("%s", (rows, expected) => {
    expect(read(rows)).toEqual(expected);
  });
});

describe("what stands around the lines", () => {
  const HEAD = "Datum;Text;Betrag;Währung";
  const [A, B] = ["08.11.2026;RE 42;606,90;EUR", "05.11.2026;Miete;227,80;EUR"];
  it.each<[string, string[], string[]]>([
    ["above: pending", ["Vorgemerkte Umsätze", HEAD, A], ["?606.90 EUR booked"]],
    ["above: out", ["Ausgaben", HEAD, A], ["?606.90 EUR direction"]],
    ["above: a longer text", ["Vorgemerkte Umsätze sind nicht in dieser Liste", HEAD, A], ["+606.90 EUR"]],
    [
      "between: in and out",
      [HEAD, "Gutschriften;;;", A, "Belastungen;;;", B],
      ["+606.90 EUR", "?227.80 EUR direction"],
    ],
    ["between: in again", [HEAD, "Belastungen;;;", B, "Gutschriften;;;", A], ["?227.80 EUR direction", "+606.90 EUR"]],
    ["the same headings again", [HEAD, A, HEAD, B.replace("Miete", "RE 43")], ["+606.90 EUR", "+227.80 EUR"]],
    [
      "columns changed",
      ["Datum;Text;Gutschrift;Belastung;Währung", "08.11.2026;a;606,90;;EUR"].concat([
        "Datum;Text;Belastung;Gutschrift;Währung",
        "05.11.2026;b;227,80;;EUR",
      ]),
      ["+606.90 EUR", "?227.80 EUR amount"],
    ],
    [
      "a balance that falls",
      [
        "Datum;Text;Betrag;Saldo;Währung",
        "08.11.2026;RE 42;606,90;1.606,90;EUR",
        "07.11.2026;RE 43;227,80;1.000,00;EUR",
        "06.11.2026;RE 44;5,00;1.227,80;EUR",
        "05.11.2026;RE 45;6,00;1.222,80;EUR",
      ],
      ["+606.90 EUR", "?227.80 EUR direction", "+5.00 EUR", "+6.00 EUR"],
    ],
    [
      "a list of invoices",
      ["Rechnungsnummer;Kunde;Fällig am;Betrag;Währung", "42;Acme;08.11.2026;606,90;EUR"],
      ["?606.90 EUR booked"],
    ],
    [
      "a payee alone",
      ["Date;Payee;Amount;Currency;Reference", "2026-11-08;Acme;606.90;EUR;INV 42"],
      ["?606.90 EUR direction"],
    ],
    [
      "a payee and signs",
      ["Date;Payee;Amount;Currency", "2026-11-08;Acme;606.90;EUR", "2026-11-05;X;-227.80;EUR"],
      BOTH,
    ],
    [
      "a category of spending",
      ["Date;Text;Category;Amount;Currency", "2026-11-08;x;Expense;606.90;EUR"],
      ["?606.90 EUR direction"],
    ],
  ])("%s", (_, lines, expected) => {
    expect(read(lines.join("\n"))).toEqual(expected);
  });
});
