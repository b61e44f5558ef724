import type { ColumnRole, Wishes } from "./bank-line.ts";
import { currenciesOf, directionOf, headingRole, isDirectionMark, keyOf, stateOf } from "./lexicon.ts";
import type { HeadingRole } from "./vocabulary/headings.ts";

/** `null`: a heading that is not understood, or none. */
export type Role = HeadingRole | null;

export interface Column {
  readonly heading: string;
  readonly role: Role;
  /** The mark of a currency in the heading: `(SEK)`, `in PLN`; "" for none. */
  readonly currency: string;
}

const WITH_CURRENCY =
  /^(?<name>.*?)(?:\s*[([]\s*(?<bracketed>[^()[\]]{1,8}?)\s*[)\]]|\s+(?:in|en|w|i)\s+(?<word>[^\s()[\]]{1,5})|\s+(?<code>[A-Z]{3}|\p{Sc}|[Ee]uros?|EUROA?S?|[Ee]uroa))\s*$/u;

/** What a column holds by its heading and what the caller says of it. */
export function columnOf(heading: string, position: number, wishes: Wishes): Column {
  const told = toldRole(heading, position, wishes);
  const groups = WITH_CURRENCY.exec(heading)?.groups;
  const mark = groups?.["bracketed"] ?? groups?.["word"] ?? groups?.["code"] ?? "";
  const named = groups === undefined ? null : headingRole(groups["name"] ?? "");
  const isMoney = named !== null && MONEY.includes(named);
  const isCurrency = currenciesOf(mark).length > 0;
  // Before the whole: `Débit (EUR)` would spell `Débiteur`.
  if (isMoney && isCurrency) return { heading, role: told ?? named, currency: mark };
  const whole = headingRole(heading);
  if (whole !== null) return { heading, role: told ?? whole, currency: "" };
  // A mark that is none is kept: it makes the currency of these amounts a question.
  if (isMoney) return { heading, role: told ?? named, currency: mark };
  return { heading, role: told ?? (isCurrency ? named : null), currency: "" };
}

const MONEY: readonly Role[] = ["amount", "credit", "debit", "net", "fee"];

function toldRole(heading: string, position: number, { columns = {} }: Wishes): ColumnRole | null {
  const key = keyOf(heading);
  for (const [name, role] of Object.entries(columns)) {
    if (name.trim() === String(position) || (key !== "" && keyOf(name) === key)) return role;
  }
  return null;
}

/** Columns as their cells show them: a mark without a heading, `Valuta` for a currency, `Info` for a state. */
export function settled(columns: readonly Column[], rows: readonly (readonly string[])[]): Column[] {
  const width = Math.max(columns.length, ...rows.slice(0, 200).map((row) => row.length));
  const hasRole = (role: Role) => columns.some((column) => column.role === role);
  return Array.from({ length: width }, (_, at): Column => {
    const column = columns[at] ?? { heading: "", role: null, currency: "" };
    const cells = rows.flatMap((row) => (row[at] === undefined || row[at] === "" ? [] : [row[at]]));
    if (cells.length === 0) return column;
    const share = (test: (cell: string) => boolean) => cells.filter(test).length / cells.length;
    const isCode = (cell: string) => /^[A-Z]{3}$/.test(cell) && currenciesOf(cell).length === 1;
    if (column.role === "value_date" && share(isCode) > 0.5) return { ...column, role: "currency" };
    if (column.role === "info")
      return { ...column, role: share((cell) => stateOf(cell) !== null) > 0.5 ? "status" : "text" };
    if (isWordy(column.role) && !hasRole("direction") && share((cell) => /^[^\d]{1,2}$/.test(cell)) === 1) {
      // `D/A` reads like `Da` (from): cells that are no names decide.
      return { ...column, role: share(isDirectionMark) > 0 ? "direction" : null };
    }
    if (column.role !== null || at >= columns.length) return column;
    const isShort = share((cell) => cell.length <= 25) === 1;
    if (isShort && !hasRole("direction") && share(isDirectionMark) > 0) return { ...column, role: "direction" };
    if (isShort && !hasRole("direction") && share((cell) => directionOf(cell) !== null) > 0.5 && !cells.some(isState))
      return { ...column, role: "direction" };
    if (isShort && !hasRole("status") && !saysState(column.heading) && share(isState) > 0.5)
      return { ...column, role: "status" };
    if (!hasRole("currency") && share(isCode) === 1) return { ...column, role: "currency" };
    return column;
  });
}

/** `Bezahlt` may be a state or a direction: not taken for one of them without its heading. */
function isState(cell: string): boolean {
  return stateOf(cell) !== null;
}

/** `Refunded`, `Pending`: what `yes` means below it is told by the heading. */
export function saysState(heading: string): boolean {
  const state = stateOf(heading);
  return state !== null && state !== "booked";
}

function isWordy(role: Role): boolean {
  return role === "payer" || role === "payee" || role === "party" || role === "type";
}

/**
 * The columns that may hold the amount's currency. Of several it is the one right beside the amount; where none or both
 * are, all of them have to agree.
 */
export function currencyColumns(columns: readonly Column[], amount: number): readonly number[] {
  const all = columns.flatMap(({ role }, at) => (role === "currency" ? [at] : []));
  const beside = all.filter((at) => Math.abs(at - amount) === 1);
  return beside.length > 0 ? beside : all;
}

/** A cell that may be a mark, a state or a kind of booking: short, without the marks of names, numbers and ids. */
export function couldBeMark(cell: string): boolean {
  if (cell.length > 30 || cell.split(" ").length > 3) return false;
  return !/\d{3}|[:@/]/.test(cell);
}
