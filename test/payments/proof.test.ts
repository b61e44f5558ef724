import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import type { Wishes } from "../../src/payments/bank-line.ts";
import { readStatement } from "../../src/payments/statement.ts";

/** The short tables below write amounts without signs; what that alone means has its own tests. */
const CAME_IN = { unsigned: "in" };
const NOTHING_SAID: NonNullable<Wishes["words"]> = {};

/** `+606.90 EUR` for a credit, `?606.90 EUR direction Xy` for one with a doubt, `-`, `pending`, `failed`, `unread`. */
function read(text: string, { words = CAME_IN, ...wishes }: Wishes = {}): string[] {
  try {
    const given = { ...wishes, words: words === NOTHING_SAID ? words : { ...CAME_IN, ...words } };
    const { credits, debits, pending, failed, unread } = readStatement(text, given);
    return [
      ...credits.map(({ amount, currency, doubts }) => {
        const money = `${amount.toFixed(2)} ${currency ?? "–"}`;
        const asked = doubts.map(({ about, quoted }) => ` ${about} ${quoted}`.trimEnd()).join("");
        return doubts.length === 0 ? `+${money}` : `?${money}${asked}`;
      }),
      ...debits.map(({ amount, currency }) => `${amount.toFixed(2)} ${currency ?? "–"}`),
      ...Array.from({ length: pending }, () => "pending"),
      ...Array.from({ length: failed }, () => "failed"),
      ...unread.map(({ index }) => `unread ${index}`),
    ];
  } catch (error) {
    if (error instanceof InputError) return [`refused ${error.message}`];
    throw error;
  }
}

const table = (headings: string, ...rows: string[]) => [headings, ...rows].join("\n");

describe("amounts without any sign", () => {
  const readBare = (text: string, words = NOTHING_SAID) => read(text, { words });

  it.each([
    ["a list that may be of anything", "Datum;Text;Betrag;Whg", "08.11.2026;RE-2026-0003;606,90;EUR"],
    ["payment orders", "Name;IBAN;Betrag;Whg;Zweck", "Tanzschule Weber;DE02120300000000202051;606,90;EUR;RE-2026-0003"],
    ["smallest units", "id,description,amount,currency", "py_1,RE-2026-0003,606.90,eur"],
  ])("%s asks, and is told", (_, headings, row) => {
    const text = table(headings, row);
    expect(readBare(text)).toEqual(["?606.90 EUR direction"]);
    expect(readBare(text, { unsigned: "in" })).toEqual(["+606.90 EUR"]);
    expect(readBare(text, { unsigned: "out" })).toEqual(["-606.90 EUR"]);
  });

  it.each([
    ["a sign elsewhere", "Datum;Text;Betrag;Whg", "08.11.2026;a;606,90;EUR", "05.11.2026;b;-227,80;EUR"],
    [
      "a kind of booking",
      "Datum;Art;Betrag;Whg",
      "08.11.2026;Gutschrift;606,90;EUR",
      "05.11.2026;Lastschrift;227,80;EUR",
    ],
    [
      "a balance that moves with each line",
      "Datum;Text;Betrag;Whg;Saldo",
      "08.11.2026;a;606,90;EUR;1.606,90",
      "05.11.2026;b;227,80;EUR;1.000,00",
      "04.11.2026;c;5,00;EUR;1.227,80",
    ],
  ])("%s proves it", (_, ...lines) => {
    expect(readBare(lines.join("\n"))[0]).toBe("+606.90 EUR");
  });

  it("a card's own list asks although refunds have a sign", () => {
    const text = table(
      "Datum;Karteninhaber;Text;Betrag;Whg",
      "08.11.2026;Anna Berger;Hotel;606,90;EUR",
      "05.11.2026;Anna Berger;x;-5,00;EUR",
    );
    expect(readBare(text)).toEqual(["?606.90 EUR direction Karteninhaber", "-5.00 EUR"]);
    expect(read(text, { columns: { Karteninhaber: "ignore" } })[0]).toBe("+606.90 EUR");
  });

  it("a pasted row is what the person says of a payment", () => {
    expect(readBare("08.11.2026 Tanzschule Weber RE-2026-0003 606,90 EUR")).toEqual(["+606.90 EUR"]);
  });

  it.each([
    "606,90 EUR RE-2026-0003 ❌",
    "✗ Tanzschule Weber 606,90 EUR",
    "08.11.2026 Zahlungserinnerung RE-2026-0003 606,90 EUR",
  ])("%s asks whether it was paid", (row) => {
    expect(readBare(row)[0]).toMatch(/^\?606.90 EUR booked/);
  });

  it("what a payer writes of a reminder says nothing", () => {
    expect(readBare("08.11.2026 Tanzschule Weber RE-2026-0003 Mahnung 606,90 EUR")).toEqual(["+606.90 EUR"]);
  });
});

describe("it came in", () => {
  it.each([
    ["Datum;Text;Betrag;Whg;Vorzeichen", "08.11.2026;a;606,90;EUR;+", "05.11.2026;b;227,80;EUR;-"],
    ["Datum;Text;Betrag;Whg;S/H-Kz.", "08.11.2026;a;606,90;EUR;H", "05.11.2026;b;227,80;EUR;S"],
    ["Datum;Text;Betrag;Whg;", "08.11.2026;a;606,90;EUR;H", "05.11.2026;b;227,80;EUR;S"],
    ["Date;Text;Amount;Currency;Type", "2026-11-08;a;606.90;EUR;CREDIT", "2026-11-05;b;227.80;EUR;DEBIT"],
    ["Datum;Text;Betrag;Whg;Umsatzart", "08.11.2026;a;606,90;EUR;Eingang", "05.11.2026;b;227,80;EUR;Ausgang"],
    ["Datum;Text;Betrag;Whg;Art", "08.11.2026;a;606,90;EUR;Gutschrift", "05.11.2026;b;227,80;EUR;Lastschrift"],
    ["Datum;Omschrijving;Bedrag;Munt;Af Bij", "08-11-2026;a;606,90;EUR;Bij", "05-11-2026;b;227,80;EUR;Af"],
    ["Datum;Text;Einzahlung;Auszahlung;Whg", "08.11.2026;a;606,90;;EUR", "05.11.2026;b;;227,80;EUR"],
    ["Date;Libellé;Crédit;Débit;Devise", "08/11/2026;a;606,90;;EUR", "25/11/2026;b;;227,80;EUR"],
    ["Data;Opis;Uznania;Obciążenia;Waluta", "2026-11-08;a;606,90;;EUR", "2026-11-05;b;;227,80;EUR"],
    ["Dato;Tekst;Inn på konto;Ut fra konto;Valuta", "08.11.2026;a;606,90;;EUR", "05.11.2026;b;;227,80;EUR"],
  ])("%s", (...lines) => {
    expect(read(lines.join("\n"))).toEqual(["+606.90 EUR", "-227.80 EUR"]);
  });

  it.each([
    ["Datum;Text;Betrag;Whg;S/H", "08.11.2026;a;606,90;EUR;Q", "?606.90 EUR direction Q"],
    ["Datum;Text;Betrag;Whg;S/H", "08.11.2026;a;606,90;EUR;", "?606.90 EUR direction"],
    ["Datum;Text;Betrag;Whg;S/H", "08.11.2026;a;-606,90;EUR;H", "?606.90 EUR direction H"],
    [
      "Datum;Text;Betrag;Whg;Buchungstext",
      "08.11.2026;a;606,90;EUR;Kontobewegung",
      "?606.90 EUR direction Kontobewegung",
    ],
    ["Datum;Text;Betrag;Whg;", "08.11.2026;a;606,90;EUR;Wx", "?606.90 EUR cell Wx"],
    ["Datum;Text;Betrag;Whg", "08.11.2026;a;606,90;EUR;Wx", "?606.90 EUR cell Wx"],
  ])("%s asks", (headings, row, expected) => {
    expect(read(table(headings, row))).toEqual([expected]);
  });

  it("takes the answer", () => {
    const text = table("Datum;Text;Betrag;Whg;S/H", "08.11.2026;a;606,90;EUR;Q", "05.11.2026;b;5,00;EUR;Z");
    expect(read(text, { words: { Q: "in", Z: "out" } })).toEqual(["+606.90 EUR", "-5.00 EUR"]);
    const columns = { Ein: "credit", Raus: "debit" } as const;
    const unknown = table("Datum;Text;Ein;Raus;Whg", "08.11.2026;a;606,90;;EUR", "05.11.2026;b;;5,00;EUR");
    expect(read(unknown)[0]).toMatch(/^refused Line 1: .*"Ein", "Raus"/);
    expect(read(unknown, { columns })).toEqual(["+606.90 EUR", "-5.00 EUR"]);
    expect(read(unknown, { columns: { "3": "credit", "4": "debit" } })).toEqual(["+606.90 EUR", "-5.00 EUR"]);
  });

  it("balances are no bookings", () => {
    const text = table("Datum;Text;Betrag;Whg;S/H", "08.11.2026;a;606,90;EUR;H", "01.11.2026;Anfangssaldo;1,00;EUR;H");
    expect(read(text)).toEqual(["+606.90 EUR"]);
    expect(read(text.replace("Anfangssaldo", "Saldo per 30.11.2026"))).toEqual(["+606.90 EUR"]);
    expect(read(text.replace("Anfangssaldo", "Closing balance"))).toEqual(["+606.90 EUR"]);
  });

  it("words of pasted rows", () => {
    expect(read("05.11. Lastschrift Stadtwerke 227,80 EUR\n08.11. Gutschrift Weber 606,90 EUR")).toEqual([
      "+606.90 EUR",
      "-227.80 EUR",
    ]);
    expect(read("05.11.2026 Anja Weber, Überweisung an Schmidt 227,80 EUR")[0]).toMatch(/^\?227.80 EUR direction/);
    expect(read("05.11.2026;Weber;227,80;EUR;QX")).toEqual(["?227.80 EUR cell QX"]);
  });
});

describe("its currency", () => {
  it.each([
    ["Datum;Text;Betrag (SEK)", "08.11.2026;a;606,90", "+606.90 SEK"],
    ["Date;Libellé;Crédit (EUR);Débit (EUR)", "2026-11-08;a;606,90;", "+606.90 EUR"],
    ["Date;Description;Money in (GBP);Money out (GBP)", "2026-11-08;a;606.90;", "+606.90 GBP"],
    ["Datum;Text;Umsatz in SEK", "08.11.2026;a;606,90", "+606.90 SEK"],
    ["Datum;Text;Gutschrift in PLN", "08.11.2026;a;606,90", "+606.90 PLN"],
    ["Datum;Text;Betrag;Devise", "08.11.2026;a;606,90;NOK", "+606.90 NOK"],
    ["Datum;Text;Betrag;Kontowährung", "08.11.2026;a;606,90;CHF", "+606.90 CHF"],
    ["Datum;Text;Betrag", "08.11.2026;a;606,90 zł", "+606.90 PLN"],
    ["Datum;Text;Betrag", "08.11.2026;a;606,90", "+606.90 –"],
    ["Datum;Text;Betrag (Taler)", "08.11.2026;a;606,90", "?606.90 – currency Taler"],
    ["Datum;Text;Betrag;Währung", "08.11.2026;a;606,90;Taler", "?606.90 – currency Taler"],
    ["Datum;Text;Betrag;Währung", "08.11.2026;a;606,90 kr;", "?606.90 – currency kr"],
    ["Datum;Text;Betrag (EUR);Währung", "08.11.2026;a;606,90;CHF", "?606.90 – currency EUR / CHF"],
  ])("%s: %s", (headings, row, expected) => {
    expect(read(table(headings, row))).toEqual([expected]);
  });

  it.each([
    ["RE 42 US$ 606.90", "+606.90 USD"],
    ["RE 42 606,90 zł", "+606.90 PLN"],
    ["RE 42 606,90 kr", "?606.90 – currency kr"],
    ["RE 42 ¥606,90", "?606.90 – currency ¥"],
    ["RE 42 606,90 ¤", "?606.90 – currency ¤"],
    ["RE 42 606,90 taler", "?606.90 – currency taler"],
    ["RE 42 606,90 Xk.", "?606.90 – currency Xk."],
    ["RE 42 ₹ 606,90", "+606.90 INR"],
    ["RE 42 Weber 606,90 SEK", "+606.90 SEK"],
    ["RE 42;Weber;606,90 kr", "?606.90 – currency kr"],
  ])("%s", (row, expected) => {
    expect(read(row)).toEqual([expected]);
  });

  it("is the account's, or the caller's", () => {
    const text = table("Währung:;CHF", "Datum;Text;Betrag", "08.11.2026;a;606,90");
    expect(read(text)).toEqual(["+606.90 CHF"]);
    expect(read("RE 42 606,90 kr", { currency: "SEK" })).toEqual(["+606.90 SEK"]);
    expect(read("RE 42 606,90 kr", { currency: "EUR" })).toEqual(["?606.90 – currency kr"]);
    expect(read("RE 42 606,90 taler", { words: { taler: "EUR" } })).toEqual(["+606.90 EUR"]);
    expect(read("RE 42 606,90", { currency: "EUR" })).toEqual(["+606.90 EUR"]);
  });
});

describe("its notation", () => {
  const rows = (...amounts: string[]) =>
    table("Datum;Text;Betrag;Whg", ...amounts.map((one) => `08.11.2026;a;${one};EUR`));

  it.each([
    [["1.785"], {}, ["?1785.00 EUR notation 1.785"]],
    [["1.785"], { decimal_mark: "," }, ["+1785.00 EUR"]],
    [["1.785", "12,50"], {}, ["+1785.00 EUR", "+12.50 EUR"]],
    [["1.785", "12.50"], {}, ["?1785.00 EUR notation 1.785", "+12.50 EUR"]],
    [["1'785.00", "1\u202f785,00", "1 785,00"], {}, ["+1785.00 EUR", "+1785.00 EUR", "+1785.00 EUR"]],
    [["\u2212606,90", "606,90-", "(606,90)", "5,00"], {}, ["+5.00 EUR", "-606.90 EUR", "-606.90 EUR", "-606.90 EUR"]],
    [["1,78,500.00", "5.00"], {}, ["+5.00 EUR", "unread 2"]],
    [["viel", "5.00"], {}, ["+5.00 EUR", "unread 2"]],
  ] as const)("%s %s", (amounts, wishes, expected) => {
    expect(read(rows(...amounts), wishes)).toEqual(expected);
  });

  it("two numbers in a row of a text are not put together", () => {
    expect(read("Weber 42 785,00 EUR")).toEqual(["?785.00 EUR notation 42 785,00 EUR"]);
    expect(read("Rechnung 42 785,00 EUR")).toEqual(["+785.00 EUR"]);
    expect(read("Weber 42\u00a0785,00 EUR")).toEqual(["+42785.00 EUR"]);
  });
});

describe("it is booked", () => {
  const state = (word: string) =>
    read(
      table("Date;Text;Amount;Currency;Status", `2026-11-08;a;606.90;EUR;${word}`, "2026-11-08;b;1.00;EUR;Completed"),
    );

  it.each([
    ["Completed", ["+606.90 EUR", "+1.00 EUR"]],
    ["Denied", ["+1.00 EUR", "failed"]],
    ["Unclaimed", ["+1.00 EUR", "pending"]],
    ["Verweht", ["?606.90 EUR booked Verweht", "+1.00 EUR"]],
    ["", ["?606.90 EUR booked", "+1.00 EUR"]],
  ])("%s", (word, expected) => {
    expect(state(word)).toEqual(expected);
  });

  it("a refund is a return", () => {
    const text = table("Date;Text;Amount;Currency;Status", "2026-11-08;a;606.90;EUR;Refunded");
    expect(readStatement(text).credits[0]?.returned).toBe("Refunded");
  });

  it.each([
    ["08.11.2026 RE 42 Weber 606,90 EUR (abgelehnt)", "abgelehnt"],
    ["Weber will RE 42 morgen überweisen 606,90 EUR", "morgen"],
    ["08.11.2026 RE 42 Weber 606,90 EUR pending", "PENDING"],
    ["08.11.2026 Facture 42 Weber 606,90 EUR en attente", "EN ATTENTE"],
  ])("%s", (row, word) => {
    expect(read(row)[0]?.toUpperCase()).toContain(`?606.90 EUR BOOKED`);
    expect(read(row)[0]?.toUpperCase()).toContain(word.toUpperCase());
  });

  it("what stands below a line about pending bookings is asked about", () => {
    const text = table(
      "Datum;Text;Betrag;Whg",
      "08.11.2026;a;5,00;EUR",
      "Vorgemerkte Umsätze",
      "09.11.2026;b;6,00;EUR",
    );
    expect(read(text)).toEqual(["+5.00 EUR", "?6.00 EUR booked Vorgemerkte Umsätze"]);
  });
});

describe("what came through something else", () => {
  const plain = "Buchungstag;Verwendungszweck;Betrag;Währung\n08.11.2026;Büro RE 42;606,90;EUR";

  it.each([
    ["UTF-8 as Windows-1252", Buffer.from(plain).toString("latin1")],
    ["UTF-16 as bytes", `\u00ff\u00fe${Buffer.from(plain.normalize(), "utf16le").toString("latin1")}`],
    ["a byte order mark", `\ufeff${plain}`],
    ["a lost umlaut", plain.replaceAll("ä", "\ufffd")],
    ["a fence", `Here it is:\n\`\`\`csv\n${plain}\n\`\`\`\nThanks`],
    [
      "Markdown",
      `| Buchungstag | Verwendungszweck | Betrag | Währung |\n|---|:--:|--:|---|\n| 08.11.2026 | Büro RE 42 | **606,90** | EUR |`,
    ],
    ["wide blanks", "Buchungstag   Verwendungszweck   Betrag   Währung\n08.11.2026   Büro RE 42   606,90   EUR"],
  ])("%s", (_, text) => {
    expect(read(text)).toEqual(["+606.90 EUR"]);
  });

  it("one unreadable line never loses the others, and a quote swallows none", () => {
    const text = table(
      "Datum;Text;Betrag;Whg",
      '08.11.2026;"a;606,90;EUR',
      '09.11.2026;b";5,00;EUR',
      "10.11.2026;c;6,00;EUR",
    );
    expect(read(text)).toEqual(["+6.00 EUR", "unread 2", "unread 3"]);
    expect(read(table("Datum;Text;Betrag;Whg", "08.11.2026;a;;EUR", "10.11.2026;c;6,00;EUR"))).toEqual([
      "+6.00 EUR",
      "unread 2",
    ]);
  });

  it.each([
    "24-08-2020",
    "2020/08/24",
    "24.8.20",
    "24 Aug 2020",
    "20200824",
    "Aug 24, 2020",
    "2020-08-24T10:00:00Z",
    "24/08/2020 10:00",
  ])("%s", (day) => {
    expect(readStatement(table("Datum;Text;Betrag;Whg", `${day};a;5,00;EUR`)).credits[0]?.date).toBe("2020-08-24");
  });
});
