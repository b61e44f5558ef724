import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import type { BankLine, Doubt, Wishes } from "../../src/payments/bank-line.ts";
import { readStatement } from "../../src/payments/statement.ts";
import { ACCOUNT, amt, camt053, details, type EntryParts, entry, payer, said, tag } from "./camt-files.ts";

const doubt = ({ about, quoted }: Doubt) => `${about} ${quoted}`.trim();
const shown = ({ index, date, amount, currency, text, counterparty, doubts }: BankLine) =>
  [index, date, amount.toFixed(), currency, counterparty, text, ...doubts.map((one) => `? ${doubt(one)}`)]
    .map((part) => part ?? "–")
    .join(" | ");

function read(text: string, wishes?: Wishes) {
  const { credits, debits, pending, unread } = readStatement(text, wishes);
  return { credits: credits.map(shown), debits: debits.map(shown), pending, unread: unread.map(({ why }) => why) };
}

/** What a single entry is read as. */
function one(parts: EntryParts, wishes?: Wishes): BankLine {
  const { credits, debits, unread } = readStatement(camt053(entry(parts)), wishes);
  const [line] = [...credits, ...debits];
  if (line === undefined) throw new Error(`unread: ${JSON.stringify(unread)}`);
  return line;
}

const doubtsOf = (parts: EntryParts, wishes?: Wishes) => one(parts, wishes).doubts.map(doubt);

function refusal(text: string): string {
  try {
    readStatement(text);
  } catch (error) {
    if (error instanceof InputError) return `${error.message} ${error.next}`;
    throw error;
  }
  return "read";
}

describe("entries", () => {
  it("are read with payer, text and account; pending ones and reversals are no payments", () => {
    const text = camt053([
      entry({ more: details(`${payer("Acme &amp; Co")}${said("RE 2026-0042")}`) }),
      entry({ amount: "5.00", status: "PDNG" }),
      entry({ amount: "7.00", more: "<RvslInd>true</RvslInd><AddtlNtryInf>Retoure</AddtlNtryInf>" }),
      entry({ amount: "8.00", side: "DBIT", more: "<AddtlNtryInf>Miete</AddtlNtryInf>" }),
    ]);
    expect(read(text)).toEqual({
      credits: ["1 | 2026-11-12 | 1785 | EUR | Acme & Co | RE 2026-0042"],
      debits: ["3 | 2026-11-12 | 7 | EUR | – | Retoure", "4 | 2026-11-12 | -8 | EUR | – | Miete"],
      pending: 1,
      unread: [],
    });
    expect(readStatement(text).accounts).toEqual(["DE02120300000000202051"]);
  });

  it.each([
    ["BOOK", "BOOK", 1, []],
    ["a code", tag("Cd", "BOOK"), 1, []],
    ["PDNG", tag("Cd", "PDNG"), 0, []],
    ["INFO", "INFO", 0, []],
    ["FUTR", tag("Cd", "FUTR"), 0, []],
    ["a bank's own word", tag("Prtry", "RESERVED"), 1, ["booked RESERVED"]],
    ["nothing", null, 1, ["booked"]],
    ["an empty element", "", 1, ["booked"]],
  ])("status: %s", (_, status, credits, doubts) => {
    const statement = readStatement(camt053([entry({ status }), entry({ side: "DBIT" })]));
    expect(statement.credits).toHaveLength(credits);
    expect(statement.pending).toBe(1 - credits);
    expect(statement.credits.flatMap((line) => line.doubts.map(doubt))).toEqual(doubts);
  });

  it("a bank's own word is answered", () => {
    const status = tag("Prtry", "RESERVED");
    expect(doubtsOf({ status }, { words: { RESERVED: "booked" } })).toEqual([]);
    expect(doubtsOf({ status: null }, { words: { Sts: "booked" } })).toEqual([]);
    const words = { RESERVED: "pending" };
    expect(readStatement(camt053(entry({ status })), { words })).toMatchObject({ credits: [], pending: 1 });
  });

  it.each([
    ["8.850", "8.85", []],
    ["1.785", "1.785", ["notation 1.785"]],
    ["12345.678", "12345.678", ["notation 12345.678"]],
    [".01", "0.01", []],
    ["8.8500", "8.85", []],
    ["5.", "5", []],
    ["+5.00", "5", []],
    ["00012", "12", []],
    ["8.8501", "8.8501", ["notation 8.8501"]],
    ["-5.00", "5", ["direction -5"]],
  ])("the amount %s is a decimal number with a dot", (amount, expected, doubts) => {
    const line = one({ amount });
    expect([line.amount.toFixed(), line.doubts.map(doubt)]).toEqual([expected, doubts]);
  });

  it("decimals are those of the currency", () => {
    const account = ACCOUNT.replace("<Ccy>EUR</Ccy>", "");
    const doubts = (amount: string, currency: string) =>
      readStatement(camt053(entry({ amount, currency }), "02", account)).credits.flatMap((line) =>
        line.doubts.map(doubt),
      );
    expect(doubts("1000.5", "JPY")).toEqual(["notation 1000.5"]);
    expect(doubts("1000.00", "JPY")).toEqual([]);
    expect(doubts("1.785", "KWD")).toEqual([]);
  });

  it.each(["1.785,00", "1785,00", "1,785.00", "1 785.00", "1e3", "EUR 5.00", "", ".", "0x10", "NaN", "٥.00"])(
    "the amount %j is named, and the other entries are read",
    (amount) => {
      const { credits, unread } = readStatement(camt053([entry({ amount }), entry({ amount: "5.00" })]));
      expect(credits.map((line) => [line.index, line.amount.toFixed()])).toEqual([[2, "5"]]);
      expect(unread).toMatchObject([{ index: 1 }]);
      expect(unread[0]?.why).toContain(amount === "" ? "no amount" : `"${amount}"`);
    },
  );

  it.each([
    ["none", null, ["currency"], null],
    ["small letters", "eur", ["currency eur"], null],
    ["no code", "EURO", ["currency EURO"], null],
    ["a code that names none", "XXX", ["currency XXX"], null],
    ["not the account's", "USD", ["currency USD"], "USD"],
  ])("currency: %s", (_, currency, doubts, read) => {
    expect(doubtsOf({ currency })).toEqual(doubts);
    expect(one({ currency }).currency).toBe(read);
  });

  it("a missing currency is given, an unknown one only by its word", () => {
    expect(doubtsOf({ currency: null }, { currency: "EUR" })).toEqual([]);
    expect(one({ currency: null }, { currency: "EUR" }).currency).toBe("EUR");
    expect(doubtsOf({ currency: "EURO" }, { currency: "EUR" })).toEqual(["currency EURO"]);
    expect(one({ currency: "EURO" }, { words: { EURO: "EUR" } })).toMatchObject({ currency: "EUR", doubts: [] });
  });

  it.each([null, "", "CREDIT", "C", "crdt"])("direction %j is asked about, among what came in", (side) => {
    const { credits } = readStatement(camt053(entry({ side })));
    expect(credits.map((line) => line.doubts.map(doubt))).toEqual([[`direction ${side ?? ""}`.trim()]]);
  });

  it("what stands twice and differs proves nothing", () => {
    expect(doubtsOf({ more: amt("99.00") })).toEqual(["amount 1785.00 / 99.00"]);
    expect(doubtsOf({ more: amt("1785.00", "USD") })).toEqual(["amount 1785.00 / 1785.00"]);
    expect(doubtsOf({ more: "<CdtDbtInd>DBIT</CdtDbtInd>" })).toEqual(["direction CRDT / DBIT"]);
    expect(doubtsOf({ more: "<Sts>PDNG</Sts>" })).toEqual(["booked BOOK / PDNG"]);
    expect(doubtsOf({ more: "<RvslInd>ja</RvslInd>" })).toEqual(["booked ja"]);
  });

  it.each([
    ["a day", "<BookgDt><Dt>2026-11-12</Dt></BookgDt>", "2026-11-12", []],
    ["a day with a zone", "<BookgDt><Dt>2026-11-12+01:00</Dt></BookgDt>", "2026-11-12", []],
    ["a time", "<BookgDt><DtTm>2026-11-12T23:59:59.000+01:00</DtTm></BookgDt>", "2026-11-12", []],
    ["a time in Dt", "<BookgDt><Dt>2026-11-12T10:00:00Z</Dt></BookgDt>", "2026-11-12", []],
    ["only a value day", "<ValDt><Dt>2026-11-13</Dt></ValDt>", "2026-11-13", []],
    ["none", "", null, []],
    [
      "an impossible one",
      "<BookgDt><Dt>2026-02-30</Dt></BookgDt><ValDt><Dt>2026-02-28</Dt></ValDt>",
      "2026-02-28",
      ["date 2026-02-30"],
    ],
    ["two days in one", "<BookgDt><Dt>03/04/2026</Dt></BookgDt>", null, ["date 03/04/2026"]],
  ])("date: %s", (_, date, day, doubts) => {
    const line = one({ date });
    expect([line.date, line.doubts.map(doubt)]).toEqual([day, doubts]);
  });
});

describe("an entry against its details", () => {
  const tx = (amount: string, currency = "EUR") => tag("AmtDtls", tag("TxAmt", amt(amount, currency)));
  const instructed = (amount: string, currency = "EUR", more = "") =>
    tag("AmtDtls", tag("InstdAmt", amt(amount, currency) + more) + tag("TxAmt", amt("1785.00")));

  it.each([
    ["no amounts", "", []],
    ["the same amount", tx("1785.00"), []],
    ["the same amount, from version 3 on", `${amt("1785")}<CdtDbtInd>CRDT</CdtDbtInd>`, []],
    ["another amount", tx("1785.01"), ["amount 1785.01 EUR"]],
    ["another currency", tx("1785.00", "CHF"), ["currency 1785.00 CHF"]],
    ["another direction", `${amt("1785.00")}<CdtDbtInd>DBIT</CdtDbtInd>`, ["direction DBIT"]],
    ["instructed in another currency, booked in this", instructed("1650.00", "CHF"), []],
    ["instructed another amount in this currency", instructed("1800.00"), ["amount 1800.00 EUR"]],
    [
      "an exchange that turns one into the other",
      tag(
        "AmtDtls",
        tag(
          "TxAmt",
          `${amt("1650.00", "CHF")}<CcyXchg><SrcCcy>CHF</SrcCcy><TrgtCcy>EUR</TrgtCcy><XchgRate>1.0818</XchgRate></CcyXchg>`,
        ),
      ),
      [],
    ],
    [
      "an exchange that does not",
      tag(
        "AmtDtls",
        tag("TxAmt", `${amt("1650.00", "CHF")}<CcyXchg><SrcCcy>CHF</SrcCcy><XchgRate>1.2</XchgRate></CcyXchg>`),
      ),
      ["currency 1650.00 CHF"],
    ],
    [
      "an exchange without a rate",
      tag("AmtDtls", tag("TxAmt", `${amt("1650.00", "CHF")}<CcyXchg><SrcCcy>CHF</SrcCcy></CcyXchg>`)),
      ["currency 1650.00 CHF"],
    ],
  ])("%s", (_, detail, doubts) => {
    const line = one({ more: details(`${detail}${said("RE 1")}`) });
    expect([line.amount.toFixed(), line.currency, line.doubts.map(doubt)]).toEqual(["1785", "EUR", doubts]);
  });

  it("the entry's direction wins: what went out is no payment, whatever the details say", () => {
    const statement = readStatement(
      camt053(entry({ side: "DBIT", more: details(`${amt("1785.00")}<CdtDbtInd>CRDT</CdtDbtInd>`) })),
    );
    expect(statement.credits).toEqual([]);
    expect(statement.debits.map(shown)).toEqual(["1 | 2026-11-12 | -1785 | EUR | – |  | ? direction CRDT"]);
  });

  it("charges that were kept back are named, and a person decides", () => {
    const charges = tag("Chrgs", `${amt("5.00")}<CdtDbtInd>DBIT</CdtDbtInd>`);
    const detail = `${tag("AmtDtls", tag("InstdAmt", amt("1790.00")))}${charges}`;
    const line = one({ more: details(detail) });
    expect(line.fee).toMatchObject({ gross: expect.anything(), fee: expect.anything() });
    expect([line.amount.toFixed(), line.fee?.gross.toFixed(), line.fee?.fee.toFixed()]).toEqual(["1785", "1790", "5"]);
    expect(line.doubts.map(doubt)).toEqual(["amount 1790.00 EUR"]);
    const total = tag("Chrgs", `<TtlChrgsAndTaxAmt Ccy="EUR">5.00</TtlChrgsAndTaxAmt>`);
    expect(one({ more: details(detail.replace(charges, total)) }).fee?.fee.toFixed()).toBe("5");
    // Charges that do not explain the difference are none of it.
    expect(one({ more: details(detail.replace("5.00", "4.00")) })).toMatchObject({ fee: null });
    expect(doubtsOf({ more: details(detail.replace("5.00", "4.00")) })).toEqual(["amount 1790.00 EUR"]);
  });
});

describe("batches", () => {
  const v2 = (amount: string, text: string) => `${tag("AmtDtls", tag("TxAmt", amt(amount)))}${said(text)}`;
  const v8 = (amount: string, text: string, side = "CRDT") =>
    `${amt(amount)}<CdtDbtInd>${side}</CdtDbtInd>${said(text)}`;
  const batch = (...transactions: readonly string[]) =>
    readStatement(camt053(entry({ amount: "357.00", more: details(...transactions) })));

  it.each([
    ["TxAmt", [v2("119.00", "RE 43"), v2("238.00", "RE 44")]],
    ["Amt", [v8("119.00", "RE 43"), v8("238.00", "RE 44")]],
    ["both ways", [v2("119.00", "RE 43"), v8("238.00", "RE 44")]],
    ["InstdAmt", [v2("119.00", "RE 43"), v2("238.00", "RE 44")].map((one) => one.replaceAll("TxAmt", "InstdAmt"))],
  ])("are split where single amounts (%s) make the entry", (_, transactions) => {
    expect(batch(...transactions).credits.map(shown)).toEqual([
      "1 | 2026-11-12 | 119 | EUR | – | RE 43",
      "2 | 2026-11-12 | 238 | EUR | – | RE 44",
    ]);
  });

  it.each([
    ["no amounts", [said("RE 43"), said("RE 44")], "amount"],
    ["one amount", [v2("119.00", "RE 43"), said("RE 44")], "amount"],
    ["another sum", [v2("119.00", "RE 43"), v2("238.01", "RE 44")], "amount 357.01 EUR"],
    ["another currency", [v2("119.00", "RE 43"), v2("238.00", "RE 44").replace("EUR", "CHF")], "currency CHF"],
    ["a debit among them", [v8("457.00", "RE 43"), v8("100.00", "RE 44", "DBIT")], "direction DBIT"],
    ["a negative one", [v2("457.00", "RE 43"), v2("-100.00", "RE 44")], "amount 357.00 EUR"],
  ])("stand as one payment with all texts: %s", (_, transactions, expected) => {
    expect(batch(...transactions).credits.map(shown)).toEqual([
      `1 | 2026-11-12 | 357 | EUR | – | RE 43 RE 44 | ? ${expected}`,
    ]);
  });

  it("that say how many they hold are not taken for one", () => {
    const of = (count: string, ...transactions: readonly string[]) =>
      tag(
        "NtryDtls",
        `<Btch><NbOfTxs>${count}</NbOfTxs></Btch>${transactions.map((one) => tag("TxDtls", one)).join("")}`,
      );
    expect(doubtsOf({ more: of("5") })).toEqual(["amount 5"]);
    expect(doubtsOf({ more: of("5", said("RE 1")) })).toEqual(["amount 5"]);
    expect(doubtsOf({ more: of("1") })).toEqual([]);
    expect(doubtsOf({ more: of("1", said("RE 1")) })).toEqual([]);
    expect(doubtsOf({ more: of("viele", said("RE 1")) })).toEqual(["amount viele"]);
    expect(doubtsOf({ more: tag("Btch", "<NbOfTxs>20</NbOfTxs>") })).toEqual(["amount 20"]);
    expect(
      doubtsOf({
        more: tag("NtryDtls", `<Btch>${tag("TtlAmt", "9").replace("<TtlAmt>", '<TtlAmt Ccy="EUR">')}</Btch>`),
      }),
    ).toEqual(["amount 9.00 EUR"]);
  });

  it("of more than 500 payments stay one", () => {
    const many = Array.from({ length: 501 }, () => v2("1.00", "RE"));
    expect(doubtsOf({ amount: "501.00", more: details(...many) })).toEqual(["amount"]);
  });

  it("whose charges were taken off as a whole", () => {
    const charges = tag("Chrgs", tag("Rcrd", amt("1.50")));
    const parts = entry({ amount: "355.50", more: charges + details(v2("119.00", "RE 43"), v2("238.00", "RE 44")) });
    expect(readStatement(camt053(parts)).credits.map(shown)).toEqual([
      "1 | 2026-11-12 | 119 | EUR | – | RE 43",
      "2 | 2026-11-12 | 238 | EUR | – | RE 44",
    ]);
  });
});

describe("what is said", () => {
  const text = (detail: string, more = "") => one({ more: details(detail) + more });

  it.each([
    ["lines of free text", "<RmtInf><Ustrd>RE</Ustrd><Ustrd>42</Ustrd></RmtInf>", "RE 42"],
    ["German words run together", "<RmtInf><Ustrd>EREF+NOTPROVIDED SVWZ+RE 42 IBAN+DE02</Ustrd></RmtInf>", "RE 42"],
    ["a document's number", "<RmtInf><Strd><RfrdDocInf><Nb>2026-0042</Nb></RfrdDocInf></Strd></RmtInf>", "2026-0042"],
    ["further information", "<RmtInf><Strd><AddtlRmtInf>RE 42</AddtlRmtInf></Strd></RmtInf>", "RE 42"],
    ["an end-to-end id", "<Refs><EndToEndId>RE-42</EndToEndId></Refs>", "RE-42"],
    ["none", "<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>", ""],
    ["the bank's text of the transaction", "<AddtlTxInf>RE 42</AddtlTxInf>", "RE 42"],
  ])("%s", (_, detail, expected) => {
    expect(text(detail).text).toBe(expected);
  });

  it("the bank's text of the entry, where no other is", () => {
    expect(text("", "<AddtlNtryInf>RE 42</AddtlNtryInf>").text).toBe("RE 42");
    expect(text(said("RE 43"), "<AddtlNtryInf>SEPA</AddtlNtryInf>").text).toBe("RE 43");
  });

  it("structured references, in every version", () => {
    const info = (ref: string) => tag("RmtInf", tag("Strd", tag("CdtrRefInf", ref)));
    expect(text(info("<Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>RF18539007547034</Ref>")).reference).toBe(
      "RF18539007547034",
    );
    expect(
      text(info("<Tp><CdOrPrtry><Prtry>QRR</Prtry></CdOrPrtry></Tp><Ref>210000000003139471430009017</Ref>")).reference,
    ).toBe("210000000003139471430009017");
    expect(text(info("<CdtrRef>4711</CdtrRef>")).reference).toBe("4711");
    expect(text(info("<Ref>1</Ref>") + info("<Ref>2</Ref>")).reference).toBeNull();
  });

  it.each([
    ["up to version 7", "<Dbtr><Nm>Acme</Nm></Dbtr>", "Acme"],
    ["later", "<Dbtr><Pty><Nm>Acme</Nm></Pty></Dbtr>", "Acme"],
    ["a bank", "<Dbtr><Agt><FinInstnId><Nm>Acme Bank</Nm></FinInstnId></Agt></Dbtr>", "Acme Bank"],
    ["on behalf of another", "<Dbtr><Nm>Factor AG</Nm></Dbtr><UltmtDbtr><Nm>Acme</Nm></UltmtDbtr>", "Factor AG / Acme"],
    ["on his own", "<Dbtr><Nm>Acme</Nm></Dbtr><UltmtDbtr><Nm>Acme</Nm></UltmtDbtr>", "Acme"],
    ["only the other", "<UltmtDbtr><Pty><Nm>Acme</Nm></Pty></UltmtDbtr>", "Acme"],
    ["the payee is none", "<Cdtr><Nm>Lindenhof</Nm></Cdtr>", null],
  ])("who paid: %s", (_, parties, name) => {
    expect(text(tag("RltdPties", parties)).counterparty).toBe(name);
  });

  it.each([
    [
      "a reason",
      "<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Konto erloschen</AddtlInf></RtrInf>",
      "AC04 Konto erloschen",
    ],
    ["a bank's own reason", "<RtrInf><Rsn><Prtry>914</Prtry></Rsn></RtrInf>", "914"],
    ["no reason", "<RtrInf></RtrInf>", "RtrInf"],
    ["a code of the bank", "<BkTxCd><Prtry><Cd>NTRF+159+9002</Cd><Issr>DK</Issr></Prtry></BkTxCd>", "NTRF+159+9002"],
    [
      "a code of ISO 20022",
      "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>RRTN</SubFmlyCd></Fmly></Domn></BkTxCd>",
      "RRTN",
    ],
    ["the bank's words", "<AddtlTxInf>Retoure SEPA-Überweisung</AddtlTxInf>", "Retoure SEPA-Überweisung"],
    ["a number of another issuer", "<BkTxCd><Prtry><Cd>159</Cd><Issr>XYZ</Issr></Prtry></BkTxCd>", null],
    ["a transfer", "<BkTxCd><Prtry><Cd>NTRF+166+9002</Cd></Prtry></BkTxCd><AddtlTxInf>Gutschrift</AddtlTxInf>", null],
  ])("money that came back: %s", (_, detail, returned) => {
    expect(text(detail + said("RE 42")).returned).toBe(returned);
    expect(text(detail + said("RE 42")).doubts).toEqual([]);
  });
});

describe("messages", () => {
  const simple = camt053(entry({ more: details(said("RE 1")) }));
  const expected = ["1 | 2026-11-12 | 1785 | EUR | – | RE 1"];

  it.each([
    ["prefixed elements", simple.replaceAll(/<(\/?)([A-Z])/g, "<$1c:$2").replace("xmlns=", "xmlns:c=")],
    ["camt.052", simple.replaceAll("BkToCstmrStmt", "BkToCstmrAcctRpt").replaceAll("Stmt>", "Rpt>")],
    ["camt.054", simple.replaceAll("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn").replaceAll("Stmt>", "Ntfctn>")],
    ["camt.052 of version 1", simple.replaceAll("BkToCstmrStmt", "BkToCstmrAcctRptV01").replaceAll("Stmt>", "Rpt>")],
    ["details of version 1", simple.replaceAll(/<\/?NtryDtls>/g, "")],
    ["another encoding", simple.replace("UTF-8", "ISO-8859-1")],
    ["no declaration", simple.replace(/^<\?xml.*?\?>/, "")],
    ["an envelope", `<?xml version="1.0"?><Msg><AppHdr/>${simple.replace(/^<\?xml.*?\?>/, "")}</Msg>`],
    ["a fenced block", `Here it is:\n\n\`\`\`xml\n${simple}\n\`\`\`\nThanks!`],
    ["a byte order mark", `\ufeff${simple}`],
    ["a comment before it", simple.replace("?>", "?><!-- export of the bank -->")],
  ])("%s", (_, text) => {
    expect(read(text).credits).toEqual(expected);
  });

  it("a report that stands twice is asked about the second time", () => {
    const report = /<Stmt>.*<\/Stmt>/s.exec(simple)?.[0] ?? "";
    const { credits } = readStatement(simple.replace(report, `${report}\n${report}`));
    expect(credits.map(({ doubts }) => doubts.map(doubt))).toEqual([[], ["booked"]]);
    const other = readStatement(simple.replace(report, `${report}${report.replace("RE 1", "RE 2")}`));
    expect(other.credits.flatMap(({ doubts }) => doubts)).toEqual([]);
  });

  it("several accounts", () => {
    const second = "<Acct><Id><Othr><Id>CH-4711</Id></Othr></Id><Ccy>CHF</Ccy></Acct>";
    const other = tag("Stmt", second + entry({ amount: "5.00", currency: "CHF" }));
    const { credits, accounts } = readStatement(simple.replace("</Stmt>", `</Stmt>${other}`));
    expect(accounts).toEqual(["DE02120300000000202051", "CH-4711"]);
    expect(credits.map(({ account, currency, doubts }) => [account, currency, doubts.length])).toEqual([
      ["DE02120300000000202051", "EUR", 0],
      ["CH-4711", "CHF", 0],
    ]);
  });

  it.each([
    ["entities", `<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${simple.slice(38)}`, "DOCTYPE"],
    [
      "an external entity",
      `<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>`,
      "DOCTYPE",
    ],
    ["an unknown entity", camt053(entry({ more: "<AddtlNtryInf>&x;</AddtlNtryInf>" })), "not well-formed"],
    ["an open tag", camt053("<Ntry>"), "not well-formed"],
    ["a text that was cut", simple.slice(0, -40), "not well-formed"],
    ["depth", `${"<a>".repeat(5_000)}`, "too large"],
    ["breadth", `<a>${"<b/>".repeat(70_000)}</a>`, "too large"],
    ["another document", "<html><body>no</body></html>", "no bank statement"],
    ["a payment order", "<Document><CstmrCdtTrfInitn/></Document>", "no bank statement"],
  ])("refuses %s", (_, text, why) => {
    expect(refusal(text)).toContain(why);
  });
});
