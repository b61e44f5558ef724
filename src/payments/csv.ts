import { CsvError, parse } from "csv-parse/sync";
import { isCurrencyCode } from "../domain/money.ts";
import { oneLine, quoted } from "../domain/untrusted.ts";
import { InputError } from "../errors.ts";
import { checkMarks, readAmount, signOf, type WrittenAmount } from "./amount.ts";
import { type Booking, type DateOrder, MAX_BOOKINGS, plainText, UNSTATED } from "./bank-line.ts";
import { readDate, settleDates, type WrittenDate } from "./dates.ts";

/** What a column holds. `payer` wins over `party` where a bank writes both sides of a transfer. */
type Role =
  | "date"
  | "value_date"
  | "text"
  | "payer"
  | "party"
  | "amount"
  | "credit"
  | "debit"
  | "sign"
  | "currency"
  | "status";

/** Words of column headings (folded: no accents, letters and digits only), of German and English banks. */
const HEADINGS: readonly (readonly [Role, RegExp])[] = [
  ["value_date", /^(valuta(datum)?|wertstellung(sdatum)?|valuedate|wert)$/],
  [
    "date",
    /^(buchungstag|buchungsdatum|buchung|datum|date|bookingdate|bookedon|transactiondate|postingdate|posteddate|dateposted|completeddate(utc)?|datecompleted(utc)?|startdate|startdatum|created(on|at)?)$/,
  ],
  [
    "text",
    /^(verwendungszweck(zeile)?\d*|vwz\d*|zweck|umsatztext|buchungsdetails|zahlungsreferenz|kundenreferenz(endtoend)?|endtoend(referenz|id|reference|idreferenz)?|vorgangverwendungszweck|description\d*|transactiondescription|details?|reference|paymentreference|narrative\d*|memo|remittanceinformation.*|remittance.*|purpose|message|notes?|mitteilung|text|additionalinformation)$/,
  ],
  [
    "payer",
    /^(zahlungspflichtiger?(in)?|auftraggeber(in)?(name)?|payer(name)?|sender(name)?|debtor(name)?|from|orderingparty)$/,
  ],
  [
    "party",
    /^((name)?(der)?beguenstigte(r)?(in)?(zahlungspflichtige(r)?)?|auftraggeberbeguenstigter|auftraggeberempfaenger|empfaengerauftraggeber|nameempfaenger|namezahlungsbeteiligter|zahlungsempfaenger(in)?|empfaenger(in)?|partnername|name|payee(name)?|counterparty(name)?|partner|gegenpartei|merchantname|nameofpartner)$/,
  ],
  [
    "credit",
    /^(haben|credit(amount)?|gutschrift(en)?|moneyin|paidin|eingang|einnahmen?|creditin\w{3}|gutschriftin\w{3})$/,
  ],
  [
    "debit",
    /^(soll|debit(amount)?|lastschrift(en)?|belastung(en)?|moneyout|paidout|ausgang|ausgaben?|debitin\w{3}|belastungin\w{3})$/,
  ],
  [
    "sign",
    /^(sollhaben(kennzeichen|kz)?|shkennzeichen|sh|umsatztyp|drcr|crdr|creditdebit(indicator)?|debitcredit(indicator)?|dc|cd|direction|cdtdbtind)$/,
  ],
  [
    "amount",
    /^((umsatz|zahlungs)?betrag(in)?(eur|euro|chf)?|umsatz(in\w{3})?|amount(in)?(eur|usd|gbp|chf)?|transactionamount|value)$/,
  ],
  ["currency", /^(waehrung|whg|currency(code)?|ccy|paymentcurrency|transactioncurrency)$/],
  ["status", /^(status|buchungsstatus|state|info)$/],
];

const PENDING = /^(vorgemerkt|umsatz vorgemerkt.*|pending|pdng|authori[sz]ed|nicht gebucht)$/i;
const FAILED = /^(reverted|failed|declined|cancell?ed|abgelehnt|storniert)$/i;

function fold(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll("ä", "ae")
    .replaceAll("ö", "oe")
    .replaceAll("ü", "ue")
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replaceAll(/[^a-z0-9]/g, "");
}

interface Row {
  readonly index: number;
  readonly cells: readonly string[];
}

interface Table {
  readonly roles: ReadonlyMap<number, Role>;
  readonly currency: string | null;
  readonly rows: readonly Row[];
}

/** A bank's CSV export with headings, possibly below some lines about the account. `null` when there are none. */
export function readCsv(text: string, order: DateOrder | undefined): Booking[] | null {
  const table = findTable(text);
  return table === null ? null : bookings(table, order);
}

/** Headings are looked for in the first lines; the delimiter is the one that splits a line into known words. */
function findTable(text: string): Table | null {
  const lines = text.split(/\r\n|\n|\r/);
  for (const [at, line] of lines.slice(0, 40).entries()) {
    for (const delimiter of [";", ",", "\t", "|"]) {
      if (!line.includes(delimiter)) continue;
      const headings = line.split(delimiter).map((cell) => cell.trim().replaceAll(/^"|"$/g, ""));
      const roles = rolesOf(headings);
      const found = [...roles.values()];
      const hasMoney = found.includes("amount") || found.includes("credit");
      if (!hasMoney || found.length < 2 || headings.some((heading) => readAmount(heading) !== null)) continue;
      const named = headings.map((heading) =>
        /(?:^|[^a-z])(EUR|USD|GBP|CHF)(?:[^a-z]|$)/i.exec(heading)?.[1]?.toUpperCase(),
      );
      return {
        roles,
        currency:
          named.find((code) => code !== undefined) ??
          (headings.some((heading) => heading.includes("€")) ? "EUR" : null),
        rows: parseRows(lines.slice(at + 1).join("\n"), delimiter, at + 1),
      };
    }
  }
  return null;
}

function rolesOf(headings: readonly string[]): Map<number, Role> {
  const roles = new Map<number, Role>();
  for (const [column, heading] of headings.entries()) {
    const folded = fold(heading);
    const role = HEADINGS.find(([, pattern]) => pattern.test(folded))?.[0];
    if (role !== undefined) roles.set(column, role);
  }
  return roles;
}

function parseRows(text: string, delimiter: string, offset: number): Row[] {
  const rows: Row[] = [];
  let last = 0;
  try {
    parse(text, {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: 20_000,
      to: MAX_BOOKINGS + 1,
      on_record: (record: readonly unknown[], { lines }) => {
        last = lines;
        rows.push({ index: offset + lines, cells: record.map((cell) => plainText(String(cell))) });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new InputError(
      `Line ${offset + last + 1}: not readable as CSV; expected rows like the headings, quotes closed.`,
    );
  }
  return rows.filter(({ cells }) => cells.some((cell) => cell !== ""));
}

function bookings(table: Table, order: DateOrder | undefined): Booking[] {
  const read = table.rows.flatMap((row) => {
    const entry = entryOf(row, table);
    return entry === null ? [] : [{ row, ...entry }];
  });
  checkMarks(read.map(({ row, amount }) => ({ index: row.index, digits: amount.digits })));
  const days = settleDates(
    read.map(({ row, date }) => ({ index: row.index, date })),
    order,
  );
  return read.map(({ row, amount, currency, state }, at): Booking => {
    const payer = first(row, table, "payer");
    return {
      ...UNSTATED,
      index: row.index,
      date: days[at] ?? null,
      amount: amount.sign === -1 ? amount.value.times(-1) : amount.value,
      currency,
      text: all(row, table, "text")
        .filter((part) => part !== "NOTPROVIDED")
        .join(" "),
      counterparty: payer ?? first(row, table, "party"),
      state,
    };
  });
}

interface Entry {
  readonly amount: WrittenAmount;
  readonly date: WrittenDate | null;
  readonly currency: string | null;
  readonly state: Booking["state"];
}

/** `null` for a row without an amount that is no booking (closing balance, footer). */
function entryOf(row: Row, table: Table): Entry | null {
  const dateCell = first(row, table, "date") ?? first(row, table, "value_date");
  const date = dateCell === null ? null : readDate(dateCell);
  const amount = amountOf(row, table);
  if (amount === null) {
    // Some banks end with a line about the balance; a booking without an amount has a day.
    if (date === null) return null;
    throw new InputError(`Line ${row.index}: no amount. Expected a number like 1785.00 in the amount column.`);
  }
  if (dateCell !== null && date === null) {
    throw new InputError(
      `Line ${row.index}: ${quoted(dateCell, 30)} is no date. Expected DD.MM.YYYY, YYYY-MM-DD or MM/DD/YYYY.`,
    );
  }
  const status = first(row, table, "status") ?? "";
  if (FAILED.test(status)) return null;
  return {
    amount,
    date,
    currency: currencyOf(row, table) ?? amount.currency ?? table.currency,
    state: PENDING.test(status) ? "pending" : "booked",
  };
}

function amountOf(row: Row, table: Table): WrittenAmount | null {
  const whole = first(row, table, "amount");
  if (whole !== null) {
    const amount = amountIn(row, whole);
    const mark = first(row, table, "sign");
    const side = mark === null ? null : signOf(mark);
    if (side !== null && amount.sign !== null && amount.sign !== side) {
      throw new InputError(`Line ${row.index}: sign and credit/debit mark contradict each other.`);
    }
    return { ...amount, sign: side ?? amount.sign };
  }
  const credit = first(row, table, "credit");
  const debit = first(row, table, "debit");
  const paidIn = credit === null ? null : amountIn(row, credit);
  const paidOut = debit === null ? null : amountIn(row, debit);
  if (paidIn !== null && !paidIn.value.eq(0)) {
    if (paidOut !== null && !paidOut.value.eq(0)) {
      throw new InputError(`Line ${row.index}: both credit and debit are filled; expected one of them.`);
    }
    return paidIn;
  }
  return paidOut === null ? paidIn : { ...paidOut, sign: -1 };
}

function amountIn(row: Row, cell: string): WrittenAmount {
  const amount = readAmount(cell);
  if (amount === null) {
    throw new InputError(`Line ${row.index}: ${quoted(cell, 30)} is no amount. Expected a number like 1785.00.`);
  }
  return amount;
}

function currencyOf(row: Row, table: Table): string | null {
  const cell = first(row, table, "currency");
  if (cell === null) return null;
  const code = cell === "€" ? "EUR" : cell.toUpperCase();
  if (!isCurrencyCode(code)) {
    throw new InputError(
      `Line ${row.index}: ${quoted(oneLine(cell, 20))} is no currency. Expected a code such as EUR.`,
    );
  }
  return code;
}

function all(row: Row, table: Table, role: Role): string[] {
  return row.cells.filter((cell, column) => cell !== "" && table.roles.get(column) === role);
}

function first(row: Row, table: Table, role: Role): string | null {
  return all(row, table, role)[0] ?? null;
}
