import { quoted } from "../domain/untrusted.ts";
import { isOpen, type Notation, notationOf, readMarked, type WrittenAmount } from "./amount.ts";
import { type Booking, type Doubt, plainText, type Reading, type Unread, type Wishes } from "./bank-line.ts";
import { couldBeMark, currencyColumns, type Role, saysState } from "./columns.ts";
import { readDate, settleDates, type WrittenDate } from "./dates.ts";
import { directionOf, directionsIn, headingRole, keyOf, keysOf, stateOf } from "./lexicon.ts";
import { currencyBy, directionBy, NO_SIGN, notationDoubts, stateBy, stateInWords, type Told, toldBy } from "./proof.ts";
import { balancesOf } from "./running-balance.ts";
import { headingsAgain, sectionAbove, sectionOf } from "./sections.ts";
import { untagged } from "./sepa-tags.ts";
import { findTable, type Row, type Table } from "./table.ts";
import { BALANCE_LINES, CARD_HEADINGS, DUE_HEADINGS } from "./vocabulary/around.ts";
import { NO_WORDS } from "./vocabulary/states.ts";

/** A table beside what holds for all of its rows. */
interface Sheet {
  readonly table: Table;
  readonly wishes: Wishes;
  readonly told: Told;
  /** Some amount has a minus. */
  readonly signed: boolean;
  readonly notation: Notation;
  /** Some row names its state. */
  readonly stated: boolean;
}

/** A bank's CSV export with headings, possibly below some lines about the account. `null` when there are none. */
export function readCsv(text: string, wishes: Wishes): Reading | null {
  const table = findTable(text, wishes);
  if (table === null) return null;
  const sheet = sheetOf(table, wishes);
  const unread: Unread[] = [...table.unread];
  const read: { readonly entry: Entry; readonly row: Row }[] = [];
  let announced = sectionAbove(table);
  for (const row of table.rows) {
    const again = headingsAgain(row, table);
    if (again !== null) {
      if (again !== "same") announced = again;
      continue;
    }
    const entry = entryOf(row, sheet);
    if (entry === null) {
      const section = sectionOf(row);
      if (section !== undefined) announced = section.doubt;
    } else if ("why" in entry) unread.push(entry);
    else if (announced === null || entry.amount.lt(0)) read.push({ row, entry });
    else read.push({ row, entry: { ...entry, doubts: [...entry.doubts, announced] } });
  }
  const { along, against } = balancesOf(
    read.map(({ row, entry }) => ({ amount: entry.amount, balance: balanceOf(row, sheet) })),
  );
  const days = settleDates(
    read.map(({ row, entry }) => ({ index: row.index, date: entry.date })),
    wishes.date_order,
  );
  const bookings = read.map(({ row, entry: { date: _date, ...entry } }, at): Booking => {
    const asked = along.has(at) ? entry.doubts.filter((doubt) => doubt !== NO_SIGN) : entry.doubts;
    const doubts = against.has(at) && entry.amount.gt(0) ? [...asked, fellDoubt(row, sheet)] : asked;
    return { index: row.index, date: days[at] ?? null, ...entry, doubts };
  });
  return { bookings, unread, doubts: [] };
}

function balanceOf(row: Row, sheet: Sheet) {
  const written = readMarked(first(row, sheet, "balance") ?? "");
  return written === null ? null : written.value.times(written.sign ?? 1);
}

function fellDoubt(row: Row, sheet: Sheet): Doubt {
  const give = "The balance fell by this amount: it went out, and is no payment.";
  return { about: "direction", quoted: first(row, sheet, "balance") ?? "", give };
}

function sheetOf(table: Table, wishes: Wishes): Sheet {
  const inColumns = (...roles: Role[]) =>
    table.rows.flatMap(({ cells }) =>
      cells.flatMap((cell, at) => {
        const column = table.columns[at];
        const amount = column !== undefined && roles.includes(column.role) ? readMarked(cell) : null;
        return amount === null ? [] : [amount];
      }),
    );
  return {
    table,
    wishes,
    told: toldBy(wishes),
    signed: inColumns("amount", "net").some(({ sign }) => sign === -1),
    notation: notationOf(inColumns("amount", "net", "credit", "debit", "balance", "fee").map(({ digits }) => digits)),
    stated: table.rows.some(({ cells }) =>
      cells.some((cell, at) => cell !== "" && table.columns[at]?.role === "status"),
    ),
  };
}

type Entry = Omit<Booking, "index" | "date"> & { readonly date: WrittenDate | null };

/** `null` for a row that is no booking: a balance, a footer. */
function entryOf(row: Row, sheet: Sheet): Entry | Unread | null {
  if (isBalance(row)) return null;
  const dateCell = first(row, sheet, "date") ?? first(row, sheet, "value_date");
  const date = dateCell === null ? null : readDate(dateCell);
  const money = moneyOf(row, sheet);
  if (money === null) {
    // A booking has a day or an amount; a line that has neither is about something else.
    return date === null ? null : { index: row.index, why: "no amount in the amount column." };
  }
  if ("why" in money) return money;
  const statuses = all(row, sheet, "status");
  // `Reserverat` in place of a day.
  if (dateCell !== null && date === null && stateOf(dateCell) !== null) statuses.push(dateCell);
  const type = all(row, sheet, "type").join(" ");
  const state = stateOfRow(statuses, type, sheet);
  const currency = currencyBy(marksOf(row, sheet, money), sheet.table.currency, sheet.told, sheet.wishes.currency);
  const text = textOf(row, sheet);
  const direction = directionBy(
    {
      written: money.amount.sign,
      side: money.side,
      mark: hasRole(sheet, "direction") ? (first(row, sheet, "direction") ?? "") : null,
      type,
      text,
      signed: sheet.signed,
      inTable: true,
    },
    sheet.told,
  );
  const doubts = [
    ...direction.doubts,
    ...currency.doubts,
    ...state.doubts,
    ...money.doubts,
    ...(dateCell !== null && date === null && stateOf(dateCell) === null ? [dateDoubt(dateCell)] : []),
    ...strangers(row, sheet),
    ...(money.side === null ? chargedCard(sheet) : []),
    ...(money.amount.sign === null && money.side === null && !sheet.signed ? outwards(row, sheet, type) : []),
  ];
  return {
    date,
    amount: money.amount.value.times(direction.sign),
    currency: currency.currency,
    text,
    counterparty: first(row, sheet, "payer") ?? first(row, sheet, "party") ?? first(row, sheet, "payee"),
    account: first(row, sheet, "account") ?? sheet.table.account,
    reference: first(row, sheet, "reference"),
    returned: state.returned,
    fee: money.fee,
    // What went out is never a payment, whatever else is not understood.
    doubts: direction.sign === -1 ? [] : doubts,
    state: state.state,
  };
}

function stateOfRow(statuses: readonly string[], type: string, { told, stated }: Sheet) {
  const byType = stateInWords(type, false, told);
  const named = statuses.map((status) => stateBy(status, told));
  const [first] = named;
  if (first !== undefined) {
    // Of several columns of states, the one that says least of the money counts.
    const worst = named.find(({ state }) => state === "failed") ?? named.find(({ state }) => state === "pending");
    return {
      state: (worst ?? first).state,
      returned: named.find(({ returned }) => returned !== null)?.returned ?? byType.returned,
      doubts: [...named.flatMap(({ doubts }) => doubts), ...byType.doubts],
    };
  }
  const give = "Other lines name their state, this one does not: ask whether it is booked.";
  const missing: Doubt[] = stated ? [{ about: "booked", quoted: "", give }] : [];
  return { ...byType, doubts: [...byType.doubts, ...missing] };
}

interface Money {
  readonly amount: WrittenAmount;
  /** Column that the amount stands in. */
  readonly column: number;
  readonly side: 1 | -1 | null;
  readonly fee: Booking["fee"];
  readonly doubts: readonly Doubt[];
}

interface Filled {
  readonly column: number;
  readonly role: Role;
  readonly cell: string;
  readonly amount: WrittenAmount;
}

function moneyOf(row: Row, sheet: Sheet): Money | Unread | null {
  const filled: Filled[] = [];
  for (const [column, cell] of row.cells.entries()) {
    const role = sheet.table.columns[column]?.role;
    if (cell === "" || (role !== "amount" && role !== "net" && role !== "credit" && role !== "debit")) continue;
    const amount = readMarked(cell);
    if (amount === null) {
      if (/^[\p{Pd}\u2212.\s]*$/u.test(cell)) continue;
      return { index: row.index, why: `${quoted(cell, 30)} is no amount; a number like 1785.00 is.` };
    }
    filled.push({ column, role, cell, amount });
  }
  const of = (role: Role) => filled.filter((one) => one.role === role);
  const [credit] = of("credit").filter(({ amount }) => !amount.value.eq(0));
  const [debit] = of("debit").filter(({ amount }) => !amount.value.eq(0));
  if (credit !== undefined && debit !== undefined) {
    return { index: row.index, why: "credit and debit are both filled." };
  }
  const [whole, ...others] = of("amount");
  const [net] = of("net");
  const sided = credit ?? debit;
  const chosen = whole ?? net ?? sided ?? filled[0];
  if (chosen === undefined) return null;
  const side =
    credit !== undefined
      ? 1
      : debit !== undefined
        ? -1
        : chosen.role === "credit"
          ? 1
          : chosen.role === "debit"
            ? -1
            : null;
  const differs = [...others, ...(sided === undefined ? [] : [sided])].filter(
    ({ amount }) => !amount.value.eq(chosen.amount.value),
  );
  const give = "Two columns hold different amounts: `answers` with the heading=ignore of the one that does not count.";
  return {
    amount: chosen.amount,
    column: chosen.column,
    side,
    fee: feeOf(row, sheet, chosen),
    doubts: [
      ...differs.slice(0, 1).map(({ cell }): Doubt => ({ about: "amount", quoted: cell, give })),
      ...notationDoubts(chosen.amount, isOpen(chosen.amount.digits), sheet.notation, sheet.wishes.decimal_mark),
    ],
  };
}

/** What a provider kept: its own column; the gross beside it, or the net and the fee. */
function feeOf(row: Row, sheet: Sheet, { amount, role }: Filled): Booking["fee"] {
  const cell = first(row, sheet, "fee");
  const fee = cell === null ? null : readMarked(cell);
  if (fee === null || fee.value.eq(0) || (role !== "net" && !hasRole(sheet, "net"))) return null;
  return { gross: role === "net" ? amount.value.plus(fee.value) : amount.value, fee: fee.value };
}

/** Whatever names a currency beside the amount: its own mark, its heading, its column. */
function marksOf({ cells }: Row, { table }: Sheet, { amount, column }: Money): string[] {
  return [
    amount.currency ?? amount.mark,
    table.columns[column]?.currency ?? "",
    ...currencyColumns(table.columns, column).map((at) => cells[at] ?? ""),
  ];
}

function textOf(row: Row, sheet: Sheet): string {
  const said = all(row, sheet, "text").flatMap((part) => (part === "NOTPROVIDED" ? [] : [untagged(part)]));
  const behind = row.cells.slice(sheet.table.headed).filter((cell) => cell !== "");
  const kinds = hasRole(sheet, "text") ? [] : all(row, sheet, "type");
  return plainText([...kinds, ...said, ...behind].join(" "));
}

/** Without any sign: a name of the payee alone, or a category of spending, says that it may have gone out. */
function outwards(row: Row, sheet: Sheet, type: string): Doubt[] {
  if (directionsIn(type).has(1) || all(row, sheet, "direction").length > 0) return [];
  const [payee] = all(row, sheet, "payee");
  const spent = all(row, sheet, "ignore").find((cell) => headingRole(cell) === "debit" || directionOf(cell) === -1);
  const isNamed = payee !== undefined && !hasRole(sheet, "payer") && !hasRole(sheet, "party");
  const quoted = spent ?? (isNamed ? payee : undefined);
  if (quoted === undefined || sheet.told.has(keyOf(quoted))) return [];
  const give =
    "No sign says whether this came in, and this speaks of money going out: `answers` with this=in or ignore.";
  return [{ about: "direction", quoted, give }];
}

const cardHeadings = keysOf(CARD_HEADINGS);

/** A card's own list writes charges as positive amounts, and what was paid back to it as negative ones, or the other way. */
function chargedCard({ table, wishes }: Sheet): Doubt[] {
  const card = table.columns.find(({ heading }) => cardHeadings.has(keyOf(heading)));
  if (card === undefined || wishes.columns?.[card.heading] === "ignore") return [];
  const give = `A card's list may write charges without a sign: ask, and if these came in, \`answers\` with ${quoted(card.heading, 30)}=ignore.`;
  return [{ about: "direction", quoted: card.heading, give }];
}

const dueHeadings = keysOf(DUE_HEADINGS);

const noWords = keysOf(NO_WORDS);

/** Cells that no heading explains and that could say something about the amount. */
function strangers(row: Row, { table, told }: Sheet): Doubt[] {
  const beforeLast = table.columns[table.headed - 1]?.role;
  return row.cells.flatMap((cell, at): Doubt[] => {
    const { role = null, heading = "" } = table.columns[at] ?? {};
    if (cell === "" || told.has(keyOf(cell))) return [];
    if (role === null && dueHeadings.has(keyOf(heading))) {
      const give = "A day on which something is due stands in lists of invoices: ask whether this is booked at all.";
      return [{ about: "booked", quoted: heading, give }];
    }
    // A column that says nothing of the amount (`Category`) may still say `Refund`.
    if (role === "ignore" && (stateOf(cell) === "returned" || stateOf(cell) === "failed")) {
      const give = "Whether the money came, and stayed, is not clear: `answers` with this=booked, failed or returned.";
      return [{ about: "booked", quoted: cell, give }];
    }
    if (role !== null || cardHeadings.has(keyOf(heading))) return [];
    if (saysState(heading) && noWords.has(keyOf(cell))) return [];
    const isBehindText = at >= table.headed && beforeLast === "text";
    // Nothing refunded, no tip, no postage: a zero says nothing of the amount.
    if (readMarked(cell)?.value.eq(0) === true) return [];
    const isAmount = /\d[.,]\d{1,2}(?:\D|$)/.test(cell) && readMarked(cell) !== null && readDate(cell) === null;
    if (!isAmount && (!couldBeMark(cell) || (isBehindText && stateOf(cell) === null && cell.length > 3))) return [];
    const name = heading === "" ? String(at + 1) : quoted(heading, 30);
    const give = `What it says beside the amount is not understood: \`answers\` with ${name}=direction, status, currency, text, payer or ignore.`;
    return [{ about: "cell", quoted: cell, give }];
  });
}

function dateDoubt(cell: string): Doubt {
  return { about: "date", quoted: cell, give: "No day is understood: ask for it, or write it as YYYY-MM-DD." };
}

const balances = keysOf(BALANCE_LINES);

/** A line about a balance: a cell that is its name, with nothing behind it but a day or a number. */
function isBalance({ cells }: Row): boolean {
  const isName = (cell: string) => {
    if (cell.length > 60) return false;
    const bare = cell.replace(
      /(?:\s+(?:vom|per|am|zum|on|at|as of|au|al|op|pr|na dzień|na dzien))?[\s:]*[\d./-]*\s*:?$/i,
      "",
    );
    return bare !== "" && balances.has(keyOf(bare));
  };
  return cells.some(isName) && cells.filter((cell) => cell !== "").length <= 6;
}

function hasRole({ table }: Sheet, role: Role): boolean {
  return table.columns.some((column) => column.role === role);
}

function all({ cells }: Row, { table }: Sheet, role: Role): string[] {
  return cells.filter((cell, at) => cell !== "" && table.columns[at]?.role === role);
}

function first(row: Row, sheet: Sheet, role: Role): string | null {
  return all(row, sheet, role)[0] ?? null;
}
