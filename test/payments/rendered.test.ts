import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import type { BankLine, Statement } from "../../src/payments/bank-line.ts";
import { currenciesOf, directionOf, entriesOf, headingRole, keyOf, stateOf } from "../../src/payments/lexicon.ts";
import { readStatement } from "../../src/payments/statement.ts";
import { IN_WORDS, OUT_WORDS } from "../../src/payments/vocabulary/directions.ts";
import { HEADINGS, type HeadingRole } from "../../src/payments/vocabulary/headings.ts";
import { BOOKED_WORDS, FAILED_WORDS, PENDING_WORDS } from "../../src/payments/vocabulary/states.ts";

/** `PAYMENT_LINES=100000 npx vitest run test/payments/rendered.test.ts` is the long run. */
const LINES = Number(process.env["PAYMENT_LINES"] ?? 6_000);
const PER_FILE = 6;

const LANGUAGES = ["de", "en", "fr", "it", "nl", "es", "pl", "nordic"] as const;
type Language = (typeof LANGUAGES)[number];

interface Payment {
  readonly cents: number;
  readonly sign: 1 | -1;
  readonly currency: string;
  readonly state: "booked" | "pending" | "failed";
}

const payment = fc.record({
  cents: fc.oneof(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 100_000, max: 99_999_999 })),
  sign: fc.constantFrom(1 as const, -1 as const),
  currency: fc.constantFrom("EUR", "USD", "CHF", "SEK", "PLN"),
  state: fc.constantFrom(
    "booked" as const,
    "booked" as const,
    "booked" as const,
    "pending" as const,
    "failed" as const,
  ),
});

const layout = fc.record({
  language: fc.constantFrom<Language[]>(...LANGUAGES),
  delimiter: fc.constantFrom(";", "\t", "|"),
  how: fc.constantFrom("minus", "plus", "trailing", "brackets", "column", "mark", "unnamed", "type"),
  notation: fc.constantFrom([".", ","], [",", "."], ["'", "."], ["\u202f", ","], ["", ","], ["", "."]),
  where: fc.constantFrom("column", "beside", "heading"),
  stated: fc.boolean(),
  picks: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
});
type Layout = typeof layout extends fc.Arbitrary<infer L> ? L : never;

const UNKNOWN = ["Xquorl", "Brimz", "Wyx", "Plonk", "Zz", "Qv", "Vurbel krat", "Ymx?"];

function pick<T>(all: readonly T[], at: number): T {
  const one = all[at % all.length];
  if (one === undefined) throw new Error("nothing to pick from");
  return one;
}

/** A heading of the role in the language that no other role claims. */
function heading(role: HeadingRole, { language, picks }: Layout, at: number): string {
  const own = entriesOf(HEADINGS[role][language] ?? "").filter((one) => headingRole(one) === role);
  const all = own.length > 0 ? own : entriesOf(HEADINGS[role]).filter((one) => headingRole(one) === role);
  return pick(all, picks[at] ?? 0);
}

function number({ cents }: Payment, [group = "", point = "."]: readonly string[]): string {
  const whole = String(Math.floor(cents / 100)).replaceAll(/\B(?=(\d{3})+$)/g, group);
  return `${whole}${point}${String(cents % 100).padStart(2, "0")}`;
}

function signed(written: string, sign: 1 | -1, how: Layout["how"]): string {
  if (how === "minus") return sign === 1 ? written : `-${written}`;
  if (how === "plus") return `${sign === 1 ? "+" : "\u2212"}${written}`;
  if (how === "trailing") return sign === 1 ? `${written}+` : `${written}-`;
  if (how === "brackets") return sign === 1 ? written : `(${written})`;
  return written;
}

interface Sheet {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

function render(payments: readonly Payment[], drawn: Layout): Sheet {
  const { how, notation, where, stated, language, picks } = drawn;
  const currency = payments[0]?.currency ?? "EUR";
  const inOneCurrency = where === "heading";
  const mark = (title: string) => (inOneCurrency ? `${title} (${currency})` : title);
  const money =
    how === "column"
      ? [mark(heading("credit", drawn, 2)), mark(heading("debit", drawn, 3))]
      : [mark(heading("amount", drawn, 2))];
  const headings = [
    heading("date", drawn, 0),
    heading("text", drawn, 1),
    ...money,
    ...(where === "column" ? [heading("currency", drawn, 4)] : []),
    ...(how === "mark"
      ? [heading("direction", drawn, 5)]
      : how === "unnamed"
        ? [""]
        : how === "type"
          ? [heading("type", drawn, 5)]
          : []),
    ...(stated ? [heading("status", drawn, 6)] : []),
  ];
  const words = { booked: BOOKED_WORDS, pending: PENDING_WORDS, failed: FAILED_WORDS };
  const rows = payments.map((one, at) => {
    const code = inOneCurrency ? currency : one.currency;
    const written = `${signed(number(one, notation), one.sign, how)}${where === "beside" ? ` ${code}` : ""}`;
    const kind = pick(entriesOf((one.sign === 1 ? IN_WORDS : OUT_WORDS)[language]), picks[7] ?? 0);
    const side =
      how === "mark" || how === "unnamed"
        ? [one.sign === 1 ? pick(["H", "C", "CR", "+"], picks[8] ?? 0) : pick(["S", "D", "DR", "-"], picks[8] ?? 0)]
        : how === "type"
          ? [kind]
          : [];
    return [
      "2026-11-08",
      `RE-2026-${1000 + at} text`,
      ...(how === "column" ? (one.sign === 1 ? [written, ""] : ["", written]) : [written]),
      ...(where === "column" ? [code] : []),
      ...side,
      ...(stated
        ? [
            pick(
              entriesOf(words[one.state][language]).filter((word) => stateOf(word) === one.state),
              picks[9] ?? 0,
            ),
          ]
        : []),
    ];
  });
  return { headings, rows };
}

function text({ headings, rows }: Sheet, delimiter: string): string {
  return [headings, ...rows].map((cells) => cells.join(delimiter)).join("\n");
}

/** What is said without a doubt, by the number in its text. */
function certain(statement: Statement): Map<string, BankLine> {
  const lines = [...statement.credits.filter(({ doubts }) => doubts.length === 0), ...statement.debits];
  return new Map(
    lines.flatMap(
      (line) =>
        /RE-2026-(\d{4})/
          .exec(line.text)
          ?.map((id) => [id, line] as const)
          .slice(1) ?? [],
    ),
  );
}

/** Nothing believed is other than the truth: amount, sign, currency or state. */
function expectTrue(statement: Statement, payments: readonly Payment[], drawn: Layout): number {
  const believed = certain(statement);
  for (const [id, line] of believed) {
    const truth = payments[Number(id) - 1000];
    if (truth === undefined) throw new Error(`no payment ${id}`);
    const currency = drawn.where === "heading" ? payments[0]?.currency : truth.currency;
    // What went out is ignored, whatever else it says.
    if (truth.sign === -1 && line.amount.lt(0)) continue;
    expect(line.amount.times(100).toFixed()).toBe(String(truth.cents * truth.sign));
    expect(line.currency).toBe(currency);
    if (drawn.stated) expect(truth.state).toBe("booked");
  }
  return believed.size;
}

const file = fc.record({ payments: fc.array(payment, { minLength: 2, maxLength: PER_FILE * 2 - 2 }), drawn: layout });
const runs = Math.ceil(LINES / PER_FILE / 2);

describe("known payments, rendered and read back", () => {
  it(`are what they were (${LINES / 2} lines)`, { timeout: 600_000 }, () => {
    let lines = 0;
    let read = 0;
    fc.assert(
      fc.property(file, ({ payments, drawn }) => {
        const statement = readStatement(text(render(payments, drawn), drawn.delimiter));
        lines += payments.length;
        const off = drawn.stated ? payments.filter(({ state }) => state !== "booked").length : 0;
        read += expectTrue(statement, payments, drawn) + Math.min(off, statement.pending + statement.failed);
      }),
      { numRuns: runs },
    );
    process.stdout.write(`${lines} lines, ${((read / lines) * 100).toFixed(1)} % read without a question\n`);
    expect(read / lines).toBeGreaterThan(0.9);
  });

  it(`are never another after cells became words nobody knows (${LINES / 2} lines)`, { timeout: 600_000 }, () => {
    const damage = fc.array(fc.record({ row: fc.nat(), column: fc.nat(), word: fc.constantFrom(...UNKNOWN) }), {
      minLength: 1,
      maxLength: 4,
    });
    let lines = 0;
    let believed = 0;
    fc.assert(
      fc.property(file, damage, fc.boolean(), ({ payments, drawn }, damages, headingToo) => {
        const sheet = render(payments, drawn);
        const grid = [sheet.headings, ...sheet.rows].map((cells) => [...cells]);
        for (const { row, column, word } of damages) {
          const cells = grid[headingToo ? row % grid.length : 1 + (row % (grid.length - 1))];
          // The number that tells which payment it is stays.
          const at = column % (cells?.length ?? 1);
          if (cells !== undefined && at !== 1) cells[at] = word;
        }
        const [headings = [], ...rows] = grid;
        lines += payments.length;
        try {
          believed += expectTrue(readStatement(text({ headings, rows }, drawn.delimiter)), payments, drawn);
        } catch (error) {
          if (!(error instanceof InputError))
            throw new Error(text({ headings, rows }, drawn.delimiter), { cause: error });
        }
      }),
      { numRuns: runs },
    );
    process.stdout.write(`${lines} lines with unknown words, ${believed} still believed\n`);
  });

  it("uses words that are in no vocabulary", () => {
    for (const word of UNKNOWN) {
      expect([headingRole(word), directionOf(word), stateOf(word), ...currenciesOf(word)], keyOf(word)).toEqual([
        null,
        null,
        null,
      ]);
    }
  });
});
