import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import type { BankLine, Doubt, Wishes } from "../../src/payments/bank-line.ts";
import { readStatement } from "../../src/payments/statement.ts";

const doubt = ({ about, quoted }: Doubt) => `${about} ${quoted}`.trim();
const shown = ({ index, date, amount, currency, text, counterparty, doubts }: BankLine) =>
  [index, date, amount.toFixed(), currency, counterparty, text, ...doubts.map((one) => `? ${doubt(one)}`)]
    .map((part) => part ?? "–")
    .join(" | ");

function read(text: string, wishes?: Wishes) {
  const { credits, debits, pending, unread } = readStatement(text, wishes);
  return { credits: credits.map(shown), debits: debits.map(shown), pending, unread: unread.map(({ why }) => why) };
}

/** A message of the given entries, each with its `:86:`. */
function message(entries: string, { opening = "C261111EUR1000,00", account = "37040044/0532013000" } = {}): string {
  return `:20:STARTUMS\n:25:${account}\n:28C:00001/001\n:60F:${opening}\n${entries}\n:62F:C261113EUR2814,50\n-`;
}

/** The only booking of a message. */
function one(entry: string, parts?: Parameters<typeof message>[1], wishes?: Wishes): BankLine {
  const { credits, debits, unread } = readStatement(message(entry, parts), wishes);
  const [line] = [...credits, ...debits];
  if (line === undefined) throw new Error(`unread: ${JSON.stringify(unread)}`);
  return line;
}

function outcome(text: string): string {
  try {
    return `read ${readStatement(text).credits.length}`;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

const CREDIT = ":61:2611121112C1785,00NTRFNONREF";

describe("messages", () => {
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
  const expected = {
    credits: [
      "1 | 2026-11-12 | 1785 | EUR | ACME GMBH UND PARTNER LEIPZIG | Danke sehr. RE 2026-0042 vom 01.11.",
      "4 | 2026-11-13 | 119 | EUR | – | plain words of the bank INV43",
    ],
    debits: [
      "2 | 2026-11-12 | -89.5 | EUR | STADTWERKE | Strom",
      "3 | 2026-11-13 | -10 | EUR | Weber | Rueckgabe RE 7",
    ],
    pending: 0,
    unread: [],
  };

  it.each([
    ["as banks write them", text],
    ["with line feeds alone", text.replaceAll("\r\n", "\n")],
    ["with blank lines", text.replaceAll("\r\n", "\r\n\r\n")],
    ["indented", text.replaceAll(/^/gm, "  ")],
    ["with a word before", `ABNANL2A\r\n940\r\nABNANL2A\r\n${text.slice(text.indexOf(":20:"))}`],
    ["in a fenced block", `The statement:\n\`\`\`\n${text}\n\`\`\``],
    ["with blanks behind lines", text.replaceAll("\r\n", "  \r\n")],
  ])("%s", (_, variant) => {
    expect(read(variant)).toEqual(expected);
  });

  it("name the entry that is not readable, and read the others", () => {
    const { credits, unread } = readStatement(text.replace("C1785,00", "X1785,00"));
    expect(credits.map(shown)).toEqual([expected.credits[1]]);
    expect(unread).toMatchObject([{ index: 1 }]);
    expect(unread[0]?.why).toContain('"2611121112X1785,00N166NONREF//B1" is not readable as MT940');
  });

  it("several messages: account and currency are each message's own", () => {
    const second = message(CREDIT, { opening: "C261111CHF0,00", account: "CH9300762011623852957" }).replaceAll(
      "EUR",
      "CHF",
    );
    const { credits, accounts } = readStatement(`${message(CREDIT)}\n${second}`);
    expect(credits.map(({ account, currency }) => [account, currency])).toEqual([
      ["37040044/0532013000", "EUR"],
      ["CH9300762011623852957", "CHF"],
    ]);
    expect(accounts).toHaveLength(2);
    expect(readStatement(`${message(CREDIT)}\n${CREDIT}`).credits[1]).toMatchObject({ currency: null, account: null });
    // Nothing of the first message holds for one that names nothing.
    const bare = `${message(CREDIT)}\n:20:X\n${CREDIT}\n`;
    expect(readStatement(bare).credits.map((line) => [line.currency, line.account, line.doubts.map(doubt)])).toEqual([
      ["EUR", "37040044/0532013000", []],
      [null, null, ["currency"]],
    ]);
  });

  it("one that stands twice is asked about the second time", () => {
    const { credits } = readStatement(`${message(CREDIT)}\n${message(CREDIT)}`);
    expect(credits.map(({ doubts }) => doubts.map(doubt))).toEqual([[], ["booked"]]);
  });

  it("hostile ones are read in bounds", () => {
    const limit = 500_000;
    for (const piece of [
      ":61:\n",
      ":86:\n",
      ":20:\n",
      ":25:\n",
      ":60F:\n",
      `${CREDIT}\n`,
      ":86:/NAME/\n",
      "/RE MI/",
      ":86:NAME: a ",
      "?20",
      "166?20?",
      "SVWZ+",
      "{4:",
    ]) {
      const text = `:20:X\n:25:1\n:60F:C261111EUR0,\n${CREDIT}\n:86:${piece.repeat(Math.floor(limit / piece.length))}`;
      expect(outcome(text)).toMatch(/^read|bookings/);
    }
  });

  it.each([
    ["37040044/0532013000", "37040044/0532013000"],
    ["NL69ABNA0459684277EUR", "NL69ABNA0459684277"],
    ["12345678/0123456789EUR", "12345678/0123456789"],
    ["DE02120300000000202051/EUR", "DE02120300000000202051"],
    ["AT611904300234573201", "AT611904300234573201"],
  ])("the account %s", (account, expectedAccount) => {
    expect(one(CREDIT, { account })).toMatchObject({ account: expectedAccount, currency: "EUR", doubts: [] });
  });
});

describe("currency", () => {
  const doubts = (opening: string, account?: string, wishes?: Wishes) => {
    const line = one(CREDIT, account === undefined ? { opening } : { opening, account }, wishes);
    return [line.currency, ...line.doubts.map(doubt)];
  };

  it("is the opening balance's, and no other field may name another", () => {
    expect(doubts("C261111EUR1000,00")).toEqual(["EUR"]);
    expect(doubts("C2611111000,00")).toEqual([null, "currency EUR"]);
    expect(doubts("C261111CHF1000,00")).toEqual([null, "currency CHF / EUR"]);
    expect(doubts("C261111€1000,00")).toEqual([null, "currency €"]);
    expect(doubts("C261111EUX1000,00")).toEqual([null, "currency EUX"]);
    expect(doubts("C261111EUR1000,00", "DE02120300000000202051USD")).toEqual([null, "currency EUR / USD"]);
  });

  it("is given where none is named", () => {
    const bare = `:20:X\n:25:1\n:60F:C2611111000,00\n${CREDIT}\n`;
    expect(readStatement(bare).credits.map((line) => [line.currency, line.doubts.map(doubt)])).toEqual([
      [null, ["currency"]],
    ]);
    expect(readStatement(bare, { currency: "EUR" }).credits).toMatchObject([{ currency: "EUR", doubts: [] }]);
    expect(doubts("C261111€1000,00", undefined, { words: { "€": "EUR" } })).toEqual(["EUR"]);
    // What the statement says is not overridden.
    expect(doubts("C261111EUR1000,00", undefined, { currency: "USD" })).toEqual(["EUR"]);
    expect(doubts("C2611111000,00", undefined, { currency: "USD" })).toEqual([null, "currency EUR"]);
  });

  it("its last letter may stand behind the mark", () => {
    expect(one(CREDIT.replace("C1785", "CR1785"))).toMatchObject({ currency: "EUR", doubts: [] });
    expect(one(CREDIT.replace("C1785", "CF1785")).doubts.map(doubt)).toEqual(["currency F"]);
  });
});

describe("entries", () => {
  it.each([
    ["C1785,00NTRF", "1785", [], "credit"],
    ["C1785,NTRF", "1785", [], "credit"],
    ["C1785,5NTRF", "1785.5", [], "credit"],
    ["C0,01NTRF", "0.01", [], "credit"],
    ["C,01NTRF", "0.01", [], "credit"],
    ["C000000001785,00NTRF", "1785", [], "credit"],
    ["C1785,00 NTRF", "1785", [], "credit"],
    ["CR1785,00NTRF", "1785", [], "credit"],
    ["D1785,00NTRF", "-1785", [], "debit"],
    ["DR1785,00NTRF", "-1785", [], "debit"],
    ["RC1785,00NTRF", "-1785", [], "debit"],
    ["RD1785,00NTRF", "1785", [], "debit"],
    ["RCR1785,00NTRF", "-1785", [], "debit"],
    ["C1785NTRF", "1785", ["notation 1785"], "credit"],
    ["C1785.00NTRF", "1785", ["notation 1785.00"], "credit"],
    ["C1.785NTRF", "1785", ["notation 1.785"], "credit"],
    ["C1,785NTRF", "1.785", ["notation 1,785"], "credit"],
    ["C1785,00", "1785", [], "credit"],
  ])("%s", (mark, amount, doubts, side) => {
    const { credits, debits } = readStatement(message(`:61:2611121112${mark}NONREF`.replace("00NONREF", "00")));
    const [line] = side === "credit" ? credits : debits;
    expect([line?.amount.toFixed(), line?.doubts.map(doubt)]).toEqual([amount, doubts]);
    expect(credits.length + debits.length).toBe(1);
  });

  it.each(["EC", "ED"])("%s is expected, not booked", (mark) => {
    expect(readStatement(message(`${CREDIT}\n${CREDIT.replace("C1785", `${mark}1785`)}`))).toMatchObject({
      pending: 1,
    });
  });

  it.each([
    "C1.785,00NTRF",
    "C1785,00,00NTRF",
    "C17 85,00NTRF",
    "1785,00NTRF",
    "H1785,00NTRF",
    "C-1785,00NTRF",
    "CEUR1785,00NTRF",
    "C1785,00.5NTRF",
  ])("%s is named", (mark) => {
    const { credits, debits, unread } = readStatement(message(`:61:2611121112${mark}NONREF\n${CREDIT}`));
    expect([credits.length, debits.length, unread.length]).toEqual([1, 0, 1]);
    expect(unread[0]?.why).toContain(mark);
  });

  it("a missing comma is answered by decimal_mark", () => {
    const notation = (mark: string, decimal_mark: "." | ",") =>
      one(CREDIT.replace("1785,00", mark), undefined, { decimal_mark });
    expect(notation("1785", ",")).toMatchObject({ doubts: [] });
    expect(notation("1785.5", ".").amount.toFixed()).toBe("1785.5");
    expect(notation("1.785", ",").amount.toFixed()).toBe("1785");
    expect(notation("1.785", ".").doubts.map(doubt)).toEqual(["notation 1.785"]);
  });

  it.each([
    ["2611121112", "2026-11-12", []],
    ["261112", "2026-11-12", []],
    ["261112    ", "2026-11-12", []],
    ["2611121113", "2026-11-12", []],
    ["2602300301", "2026-03-01", ["date 260230"]],
    ["260230", "2026-02-28", ["date 260230"]],
    ["260230    ", "2026-02-28", ["date 260230"]],
    ["280230", "2028-02-29", ["date 280230"]],
    ["260431", "2026-04-30", ["date 260431"]],
    ["2612320102", "2027-01-02", ["date 261232"]],
    ["261301", null, ["date 261301"]],
    ["      ", null, []],
  ])("the day %j", (day, expected, doubts) => {
    const line = one(`:61:${day}C1785,00NTRFNONREF`);
    expect([line.date, line.doubts.map(doubt), line.amount.toFixed()]).toEqual([expected, doubts, "1785"]);
  });

  it.each([
    ["NTRFINV43//B1", "INV43"],
    ["NTRFNONREF//B1", ""],
    ["NTRFKREF+//B1", ""],
    ["N102EREF            \nNL70ABNA0987654321", ""],
    ["NTRFNONREF//B1\nRE 2026-0042", "RE 2026-0042"],
    ["NTRFNONREF\n/TRCD/00108/", ""],
    ["NTRFNONREF\n/OCMT/USD2000,00/", ""],
  ])("the reference %j", (rest, text) => {
    expect(one(`:61:2611121112C1785,00${rest}`).text).toBe(text);
  });

  it("an interim report proves no booking", () => {
    const interim = `:20:X\n:25:37040044/0532013000\n:28C:1\n:34F:EURC0,\n:13D:2611121200+0100\n${CREDIT}\n:86:RE 1\n:90C:1EUR1785,00\n-`;
    expect(readStatement(interim).credits.map(shown)).toEqual([
      "1 | 2026-11-12 | 1785 | EUR | – | RE 1 | ? booked MT942",
    ]);
    for (const [limit, code] of [
      ["NZD0,", "NZD"],
      ["EURD0,00", "EUR"],
      ["CHF1,", "CHF"],
    ] as const) {
      expect(readStatement(interim.replace("EURC0,", limit).replace("1EUR", `1${code}`)).credits).toMatchObject([
        { currency: code },
      ]);
    }
    for (const limit of ["0,", "C0,", "EUX0,", "?"]) {
      expect(readStatement(interim.replace("EURC0,", limit)).credits).toMatchObject([{ currency: null }]);
    }
    expect(readStatement(interim, { words: { MT942: "booked" } }).credits).toMatchObject([{ doubts: [] }]);
  });
});

describe("the text of an entry", () => {
  const said = (information: string, entry = CREDIT) => one(`${entry}\n:86:${information}`);
  const facts = ({ text, counterparty, reference, returned }: BankLine) => ({
    text,
    counterparty,
    reference,
    returned,
  });

  it.each([
    ["a mark cut over lines", "166?00GUTSCHRIFT?20SVWZ+RE 2026-0042 vom 01.11.?3\n2ACME GMBH"],
    ["a mark cut behind its sign", "166?00GUTSCHRIFT?20SVWZ+RE 2026-0042 vom 01.11.?\n32ACME GMBH"],
    ["each subfield in a line", "166?00GUTSCHRIFT\n?20SVWZ+RE 2026-0042 vom 01.11.\n?32ACME GMBH"],
    ["a blank that ended a line", "166?00GUTSCHRIFT?20SVWZ+RE 2026-0042\nvom 01.11.?32ACME GMBH"],
  ])("German: %s", (_, information) => {
    expect(facts(said(information))).toMatchObject({ text: "RE 2026-0042 vom 01.11.", counterparty: "ACME GMBH" });
  });

  it("German: subfields of any mark, SEPA words, on whose behalf", () => {
    const text = "166?00GUTSCHRIFT?20EREF+RE-42?21KREF+77?22SVWZ+Danke? RE 2026-0042?23ABWA+Acme GmbH?32Factor AG";
    expect(facts(said(text))).toEqual({
      text: "RE-42 Danke? RE 2026-0042",
      counterparty: "Factor AG / Acme GmbH",
      reference: null,
      returned: null,
    });
    for (const mark of ["~", "<", "^"]) {
      expect(facts(said(text.replaceAll(/\?(?=\d)/g, mark))).counterparty).toBe("Factor AG / Acme GmbH");
    }
    expect(facts(said(`?20RE 42?32ACME`))).toMatchObject({ text: "RE 42", counterparty: "ACME" });
    expect(facts(said(` 020?00Przelew?20RE 42?32ACME`))).toMatchObject({ text: "RE 42", counterparty: "ACME" });
    expect(said("166?00X?20EREF: E-1?21SVWZ: RE 42").text).toBe("E-1 RE 42");
    expect(said("166?00X?20Rechnung 2026-0042 vom 1.11?60.2026?32Acme").text).toBe("Rechnung 2026-0042 vom 1.11.2026");
  });

  it("German: the SEPA word may be cut where a piece is full", () => {
    expect(said("166?20EREF+123456789012345678 SVW?21Z+RE 2026-0042?32Acme").text).toBe(
      "123456789012345678 RE 2026-0042",
    );
  });

  it.each([
    ["159?00RETOURE?20SVWZ+RE 42", "RETOURE"],
    ["109?00SEPA-LASTSCHR. RETOURE CORE?20SVWZ+RE 42", "SEPA-LASTSCHR. RETOURE CORE"],
    ["181?20SVWZ+RE 42", "181"],
    ["166?00GUTSCHRIFT?20SVWZ+RE 42", null],
    ["/RTRN/MS03/REMI/RE 42", "MS03"],
    ["/TRTP/SEPA OVERBOEKING/REMI/RE 42", null],
  ])("money that came back: %s", (information, returned) => {
    expect(said(information)).toMatchObject({ returned, text: "RE 42", doubts: [] });
  });

  it("a returned item by its type", () => {
    expect(one(CREDIT.replace("NTRF", "NRTI")).returned).toBe("RTI, a returned item");
  });

  it.each([
    [
      "ABN AMRO",
      "/TRTP/SEPA OVERBOEKING/IBAN/NL12ABNA0123456789/BIC/ABNANL2A\n/NAME/ACME BV/REMI/FACTUUR 2026-0042/EREF/NOTPROVIDED",
      { text: "FACTUUR 2026-0042", counterparty: "ACME BV", reference: null },
    ],
    [
      "ING",
      "/EREF/E-1//CNTP/NL32INGB0000012345/INGBNL2A/ACME BV/AMSTERDAM///REMI/U\nSTD//FACTUUR 2026-0042/",
      { text: "FACTUUR 2026-0042 E-1", counterparty: "ACME BV", reference: null },
    ],
    [
      "ING, a structured reference",
      "/CNTP/NL32INGB0000012345/INGBNL2A/ACME BV///REMI/STRD/CUR/9001123412341234/",
      { text: "CUR/9001123412341234", counterparty: "ACME BV", reference: "9001123412341234" },
    ],
    [
      "Rabobank",
      "/EREF/01-01-2026 12:00 0030000987654321/ORDP//NAME/CONTRA ACCOUN\nT HOLDER/REMI/2026-0042/ISDT/2026-11-12",
      { counterparty: "CONTRA ACCOUNT HOLDER" },
    ],
    [
      "SWIFT, both parties",
      "/ORDP//NAME/ACME/BENM//NAME/LINDENHOF/REMI/RE 42",
      { text: "RE 42", counterparty: "ACME" },
    ],
    ["SWIFT, on behalf", "/ORDP//NAME/FACTOR/ULTD//NAME/ACME/REMI/RE 42", { counterparty: "FACTOR / ACME" }],
    ["SWIFT, indented", " /ORDP/ACME\n /REMI/RE 42", { text: "RE 42", counterparty: "ACME" }],
    ["unknown words", "/XX/ACME/YY/RE 42", { text: "/XX/ACME/YY/RE 42", counterparty: null }],
    ["words cut where a line is short", "/NAME/ACME/RE\nMI/RE 42", { text: "RE 42", counterparty: "ACME" }],
    ["Knab", "FACTUUR 201403110, 201403113\nREK: NL65INGB0123456789/NAAM: ACME", { counterparty: "ACME" }],
    ["free text", "ACME GMBH RECHNUNG\n2026-0042", { text: "ACME GMBH RECHNUNG 2026-0042", counterparty: null }],
    ["nothing", "", { text: "", counterparty: null }],
  ])("%s", (_, information, expected) => {
    expect(facts(said(information))).toMatchObject(expected);
  });

  it("a time that was cut over lines is no tag", () => {
    for (const tag of ["26:37", "20:15", "25:00", "28:01", "21:21"]) {
      const information = `106?20ABCDEFGHIJKLMNOPQRSTUVW?2112-09-2014T16\n:${tag} Uhr?22RE 42`;
      const text = message(`${CREDIT}\n:86:${information}\n${CREDIT}\n:86:RE 43`);
      const { credits } = readStatement(text);
      expect(credits).toMatchObject([
        { currency: "EUR", doubts: [] },
        { currency: "EUR", doubts: [] },
      ]);
      expect(credits[0]?.text).toContain(`:${tag} Uhr`);
      expect(credits[0]?.account).toBe(credits[1]?.account);
    }
  });

  it("two texts are a question, but for the code of Polish banks", () => {
    expect(one(`${CREDIT}\n:86:020\n:86:020~00PRZELEW~20RE 42~32ACME`)).toMatchObject({
      text: "RE 42",
      counterparty: "ACME",
      doubts: [],
    });
    const line = one(`${CREDIT}\n:86:RE 42\n:86:RE 43`);
    expect([line.text, line.doubts.map(doubt)]).toEqual(["RE 42", ["cell :86:"]]);
  });

  it("an entry that a payer may have written is asked about, unless the balances prove it", () => {
    const padding = "Rechnung ".padEnd(65, "x");
    const forged = `${CREDIT}\n:86:${padding}\n:61:2611121112C500,00NTRFRE-1\n:86:x`;
    expect(readStatement(message(forged)).credits.map((line) => line.doubts.map(doubt))).toEqual([[], ["booked :61:"]]);
    const proven = message(forged).replace("C261113EUR2814,50", "C261113EUR3285,00");
    expect(readStatement(proven).credits.map((line) => line.doubts.map(doubt))).toEqual([[], []]);
  });
});
