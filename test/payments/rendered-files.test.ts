import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minorDigits } from "../../src/domain/money.ts";
import { InputError } from "../../src/errors.ts";
import type { BankLine } from "../../src/payments/bank-line.ts";
import { readStatement } from "../../src/payments/statement.ts";

/** `PAYMENT_FILES=20000 npx vitest run test/payments/rendered-files.test.ts` is the long run. */
const FILES = Number(process.env["PAYMENT_FILES"] ?? 500);

const WORDS = [
  "RE",
  "Rechnung",
  "2026-0042",
  "vom",
  "01.11.2026",
  "Danke",
  "R&D",
  "Kd-Nr",
  "7",
  "4711",
  "Müller",
  "<b>",
];

interface Payment {
  readonly cents: number;
  readonly side: 1 | -1;
  readonly state: "booked" | "pending" | "reversal";
  readonly text: string;
  readonly payer: string;
}

const payment = fc.record({
  cents: fc.oneof(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1_000, max: 99_999_999 })),
  side: fc.constantFrom(1 as const, 1 as const, -1 as const),
  state: fc.constantFrom(
    "booked" as const,
    "booked" as const,
    "booked" as const,
    "pending" as const,
    "reversal" as const,
  ),
  text: fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 14 }).map((words) => words.join(" ")),
  payer: fc.constantFrom("Acme GmbH", "Müller & Töchter", "O'Neill plc", "ACME GMBH UND PARTNER LEIPZIG KG"),
});

const currency = fc.constantFrom("EUR", "CHF", "SEK", "JPY", "KWD");

/** `1785.00` with the currency's digits. */
function major(cents: number, code: string): string {
  const digits = minorDigits(code);
  const padded = String(cents).padStart(digits + 1, "0");
  return digits === 0 ? padded : `${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
}

/** Amount, currency and state of a payment, as truth and reading both say it. */
const fact = (cents: number, side: 1 | -1, code: string) =>
  `${side < 0 ? "-" : ""}${Number(major(cents, code))} ${code}`;
const read = ({ amount, currency: code }: BankLine) => `${Number(amount.toFixed())} ${code}`;

const xml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

const camtStyle = fc.record({
  kind: fc.constantFrom("052", "053", "054"),
  version: fc.integer({ min: 1, max: 12 }),
  prefix: fc.constantFrom("", "", "n:", "ns2:"),
  spelling: fc.constantFrom("plain", "zeros", "plus", "bare"),
  time: fc.boolean(),
  stated: fc.constantFrom("none", "same", "instructed"),
});
type CamtStyle = typeof camtStyle extends fc.Arbitrary<infer S> ? S : never;

/** Lawful spellings of one `xs:decimal`. */
function spelled(amount: string, spelling: CamtStyle["spelling"]): string {
  if (spelling === "zeros") return `00${amount.includes(".") ? `${amount}000` : amount}`;
  if (spelling === "plus") return `+${amount}`;
  return spelling === "bare" ? amount.replace(/^0(?=\.)/, "") : amount;
}

/** An entry of one payment or, of several, of their sum. All have the side and state of the first. */
function camtEntry(payments: readonly Payment[], code: string, style: CamtStyle): string {
  const { version, spelling, time, stated } = style;
  const [first] = payments;
  if (first === undefined) return "";
  const amount = (cents: number) => `<Amt Ccy="${code}">${spelled(major(cents, code), spelling)}</Amt>`;
  const side = `<CdtDbtInd>${first.side > 0 ? "CRDT" : "DBIT"}</CdtDbtInd>`;
  const status = first.state === "pending" ? "PDNG" : "BOOK";
  const own = (cents: number) => {
    if (stated === "none" && payments.length === 1) return "";
    const name = stated === "instructed" && version < 4 ? "InstdAmt" : "TxAmt";
    return version >= 4 ? `${amount(cents)}${side}` : `<AmtDtls><${name}>${amount(cents)}</${name}></AmtDtls>`;
  };
  const role = first.side > 0 ? "Dbtr" : "Cdtr";
  const party = (name: string) => (version >= 8 ? `<Pty><Nm>${xml(name)}</Nm></Pty>` : `<Nm>${xml(name)}</Nm>`);
  const transactions = payments.map(
    (one) =>
      `<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>${own(one.cents)}<RltdPties><${role}>${party(one.payer)}</${role}></RltdPties><RmtInf><Ustrd>${xml(one.text)}</Ustrd></RmtInf></TxDtls>`,
  );
  const batch = payments.length > 1 ? `<Btch><NbOfTxs>${payments.length}</NbOfTxs></Btch>` : "";
  const details =
    version === 1 ? `${batch}${transactions.join("")}` : `<NtryDtls>${batch}${transactions.join("")}</NtryDtls>`;
  const total = payments.reduce((sum, { cents }) => sum + cents, 0);
  return [
    `<Ntry>${amount(total)}${side}`,
    first.state === "reversal" ? "<RvslInd>true</RvslInd>" : "",
    version >= 8 ? `<Sts><Cd>${status}</Cd></Sts>` : `<Sts>${status}</Sts>`,
    `<BookgDt>${time ? "<DtTm>2026-11-12T10:00:00+01:00</DtTm>" : "<Dt>2026-11-12</Dt>"}</BookgDt>`,
    `${details}</Ntry>`,
  ].join("\n");
}

function camtFile(groups: readonly (readonly Payment[])[], code: string, style: CamtStyle): string {
  const { kind, version, prefix } = style;
  const [message, report] = {
    "052": ["BkToCstmrAcctRpt", "Rpt"],
    "053": ["BkToCstmrStmt", "Stmt"],
    "054": ["BkToCstmrDbtCdtNtfctn", "Ntfctn"],
  }[kind] ?? ["", ""];
  const name = version === 1 ? `${message}V01` : message;
  const body = `<${name}><GrpHdr><MsgId>M</MsgId></GrpHdr><${report}><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>${code}</Ccy></Acct>${groups.map((group) => camtEntry(group, code, style)).join("\n")}</${report}></${name}>`;
  const number = String(version).padStart(2, "0");
  const prefixed = prefix === "" ? body : body.replaceAll(/<(\/?)(?=[A-Z])/g, `<$1${prefix}`);
  const bound = prefix === "" ? "xmlns" : `xmlns:${prefix.slice(0, -1)}`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${prefix}Document ${bound}="urn:iso:std:iso:20022:tech:xsd:camt.${kind}.001.${number}">${prefixed}</${prefix}Document>`;
}

/** Entries of one to four payments; the payments of one have its side and state. */
const groups = fc
  .array(fc.array(payment, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 })
  .map((all) =>
    all.map(([first, ...rest]) =>
      first === undefined ? [] : [first, ...rest.map((one) => ({ ...one, side: first.side, state: first.state }))],
    ),
  );

const DIALECTS = ["german", "slashes", "swift", "plain"] as const;
const mtStyle = fc.record({
  dialect: fc.constantFrom(...DIALECTS),
  mark: fc.constantFrom("?", "~", "<", "^"),
  entryDay: fc.constantFrom("1112", "", "    "),
  letter: fc.boolean(),
  padded: fc.boolean(),
  breaks: fc.constantFrom("\r\n", "\n"),
  blocks: fc.boolean(),
});
type MtStyle = typeof mtStyle extends fc.Arbitrary<infer S> ? S : never;

/** Lines of at most 65 characters, broken wherever they are full, as banks do. */
function wrapped(text: string, width = 65): string[] {
  return text.match(new RegExp(`.{1,${width}}`, "gs")) ?? [""];
}

function information({ text, payer }: Payment, { dialect, mark }: MtStyle): string {
  if (dialect === "slashes")
    return `/TRTP/SEPA OVERBOEKING/IBAN/NL12ABNA0123456789/NAME/${payer}/REMI/${text}/EREF/NOTPROVIDED`;
  if (dialect === "swift") return `/ORDP//NAME/${payer}/REMI/${text}/ISDT/2026-11-12`;
  if (dialect === "plain") return text;
  const pieces = wrapped(`SVWZ+${text}`, 27).map((piece, at) => `${mark}${at < 10 ? 20 + at : 50 + at}${piece}`);
  const names = wrapped(payer, 27).map((piece, at) => `${mark}${32 + at}${piece}`);
  return `166${mark}00GUTSCHRIFT${mark}20EREF+NOTPROVIDED${pieces.join("").replaceAll(new RegExp(`\\${mark}(2\\d|6\\d)`, "g"), (_, code: string) => `${mark}${Number(code) === 29 ? 60 : Number(code) + 1}`)}${names.join("")}`;
}

const MARKS = { booked: ["C", "D"], pending: ["EC", "ED"], reversal: ["RD", "RC"] } as const;

function mtEntry(one: Payment, code: string, style: MtStyle): string[] {
  const mark = MARKS[one.state][one.side > 0 ? 0 : 1];
  const written = major(one.cents, code).replace(".", ",");
  const amount = written.includes(",") ? written : `${written},`;
  const number = style.padded ? amount.padStart(15, "0") : amount;
  const text = wrapped(information(one, style));
  return [
    `:61:261112${style.entryDay}${mark}${style.letter ? code[2] : ""}${number}NTRFNONREF//B1`,
    ...text.map((line, at) => (at === 0 ? `:86:${line}` : line)),
  ];
}

function mtLines(payments: readonly Payment[], code: string, style: MtStyle): string[] {
  return [
    ":20:STARTUMS",
    ":25:37040044/0532013000",
    ":28C:1/1",
    `:60F:C261111${code}0,`,
    ...payments.flatMap((one) => mtEntry(one, code, style)),
    `:62F:${closing(payments, code)}`,
  ];
}

/** The closing balance, so that the message proves itself. */
function closing(payments: readonly Payment[], code: string): string {
  const total = payments.reduce((sum, { cents, side, state }) => sum + (state === "pending" ? 0 : cents * side), 0);
  const written = major(Math.abs(total), code).replace(".", ",");
  return `${total < 0 ? "D" : "C"}261112${code}${written.includes(",") ? written : `${written},`}`;
}

function mtFile(lines: readonly string[], { breaks, blocks }: MtStyle): string {
  const text = [...lines, blocks ? "-}" : "-"];
  return `${blocks ? `{1:F01BANKDEFFXXXX0000000000}{2:O940}{4:${breaks}` : ""}${text.join(breaks)}`;
}

/** The text as it stands, blanks aside: where a line ends with one, no reader can know it. */
const joined = (text: string) => text.replaceAll(/[\s/]/g, "");

const booked = (payments: readonly Payment[], side: 1 | -1) =>
  payments.filter((one) => one.state === "booked" && one.side === side);

function expectTruth(text: string, payments: readonly Payment[], code: string, named: boolean) {
  const { credits, debits, pending, unread } = readStatement(text);
  const paid = booked(payments, 1);
  expect(credits.map(read)).toEqual(paid.map(({ cents, side }) => fact(cents, side, code)));
  expect(credits.flatMap(({ doubts }) => doubts)).toEqual([]);
  expect(credits.map((line) => joined(line.text))).toEqual(paid.map((one) => joined(one.text)));
  if (named)
    expect(credits.map(({ counterparty }) => joined(counterparty ?? ""))).toEqual(
      paid.map(({ payer }) => joined(payer)),
    );
  expect([pending, unread.length]).toEqual([payments.filter(({ state }) => state === "pending").length, 0]);
  expect(debits).toHaveLength(payments.length - paid.length - pending);
}

/** Words that say nothing in any of the places where they are put. */
const NONSENSE = ["Xquorl", "", "?", "12.34.56", "Wyx 7", "€", "--", "1.785,00", "CRDT?", "EURO", "2026-02-30"];

/** What of a broken file is believed without a question; nothing where it is refused. */
function believed(text: string): string[] {
  try {
    return readStatement(text)
      .credits.filter(({ doubts }) => doubts.length === 0)
      .map(read);
  } catch (error) {
    if (error instanceof InputError) return [];
    throw error;
  }
}

/** That the believed lines are among the true ones, each as often as it was paid. */
function expectNoOther(lines: readonly string[], truth: readonly string[], text: string) {
  const left = [...truth];
  for (const line of lines) {
    const at = left.indexOf(line);
    expect(at, `${line} is believed, the truth is ${truth.join("; ")}\n${text}`).toBeGreaterThanOrEqual(0);
    left.splice(at, 1);
  }
}

describe("camt", () => {
  it("of any kind and version is read back as it was rendered", () => {
    fc.assert(
      fc.property(groups, currency, camtStyle, (all, code, style) => {
        expectTruth(camtFile(all, code, style), all.flat(), code, true);
      }),
      { numRuns: FILES },
    );
  });

  it("with an element removed, emptied, replaced or doubled never becomes another payment", () => {
    let kept = 0;
    let total = 0;
    fc.assert(
      fc.property(
        groups,
        currency,
        camtStyle,
        fc.nat(),
        fc.nat(),
        fc.constantFrom("remove", "replace", "double"),
        (all, code, style, place, word, how) => {
          const text = camtFile(all, code, style);
          // A mark of reversal that is absent says as much as one that was never there.
          const elements = [...text.matchAll(/<((?:\w+:)?(?!RvslInd|Document)\w+)((?: [^>]*)?)>([^<]*)<\/\1>/g)];
          const [whole = "", name = "", attributes = "", value = ""] = elements[place % elements.length] ?? [];
          const at = elements[place % elements.length]?.index ?? 0;
          const nonsense = NONSENSE[word % NONSENSE.length] ?? "";
          const marked = word % 2 === 0 ? attributes : attributes.replace(/"[A-Z]{3}"/, `"${xml(nonsense)}"`);
          const put = {
            remove: "",
            replace: `<${name}${marked}>${xml(word % 2 === 0 ? nonsense : value)}</${name}>`,
            double: `${whole}<${name}${attributes}>${xml(nonsense)}</${name}>`,
          }[how];
          const broken = text.slice(0, at) + put + text.slice(at + whole.length);
          const truth = all.flatMap((group) => {
            const paid = booked(group, 1);
            const sum = paid.reduce((cents, one) => cents + one.cents, 0);
            // A batch whose details are gone is the payment of its sum.
            return [...paid.map((one) => fact(one.cents, 1, code)), ...(paid.length > 1 ? [fact(sum, 1, code)] : [])];
          });
          const lines = believed(broken);
          kept += lines.length;
          total += booked(all.flat(), 1).length;
          expectNoOther(lines, truth, broken);
        },
      ),
      { numRuns: FILES * 2 },
    );
    console.info(`camt: ${total} payments in files with one element broken, ${kept} still believed`);
    expect(kept).toBeGreaterThan(total / 3);
  });
});

describe("MT940", () => {
  const payments = fc.array(payment, { minLength: 1, maxLength: 8 });
  // The charset of SWIFT has neither; a payer's `/` may begin a word of the bank's.
  const plain = payments.map((all) =>
    all.map((one) => ({ ...one, text: one.text.replaceAll(/[<&]/g, "x"), payer: one.payer.replaceAll("&", "+") })),
  );

  it("in every dialect is read back as it was rendered", () => {
    fc.assert(
      fc.property(plain, currency, mtStyle, (all, code, style) => {
        expectTruth(mtFile(mtLines(all, code, style), style), all, code, style.dialect !== "plain");
      }),
      { numRuns: FILES },
    );
  });

  it("with a line removed or a piece of it replaced never becomes another payment", () => {
    let kept = 0;
    let total = 0;
    fc.assert(
      fc.property(plain, currency, mtStyle, fc.nat(), fc.nat(), fc.nat(), (all, code, style, place, piece, word) => {
        const lines = mtLines(all, code, style);
        const at = place % lines.length;
        const line = lines[at] ?? "";
        const nonsense = NONSENSE[word % NONSENSE.length] ?? "";
        const pieces = line.match(/^:\w+:|[A-Z]+|[\d,]+|[^A-Z\d,]+/g) ?? [];
        const chosen = piece % (pieces.length + 1);
        const broken =
          chosen === pieces.length
            ? null
            : pieces.map((one, index) => (index === chosen && !/^(RC|RD|EC|ED)/.test(one) ? nonsense : one)).join("");
        const put = [...lines.slice(0, at), ...(broken === null ? [] : [broken]), ...lines.slice(at + 1)];
        const truth = booked(all, 1).map((one) => fact(one.cents, 1, code));
        const found = believed(mtFile(put, style));
        kept += found.length;
        total += truth.length;
        expectNoOther(found, truth, put.join("\n"));
      }),
      { numRuns: FILES * 2 },
    );
    console.info(`MT940: ${total} payments in messages with one line broken, ${kept} still believed`);
    expect(kept).toBeGreaterThan(total / 3);
  });
});
