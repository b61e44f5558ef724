import { InputError } from "../errors.ts";
import { readAmount } from "./amount.ts";
import { type Booking, filled, plainText, UNSTATED } from "./bank-line.ts";
import { readDate } from "./dates.ts";

interface Field {
  readonly line: number;
  readonly tag: string;
  /** Lines of the field, unjoined: whether a break is a blank depends on how full the line is. */
  readonly lines: readonly string[];
}

/** `YYMMDD[MMDD]`, mark, optional third letter of the currency, amount, transaction type, reference. */
const ENTRY = /^(?<day>\d{6})(?:\d{4})?(?<mark>RC|RD|EC|ED|C|D)[A-Z]?(?<amount>\d+,\d*)(?<rest>.*)$/;

/** True for SWIFT MT940 (and MT942) text: a statement begins with :20: and its bookings with :61:. */
export function looksLikeMt940(text: string): boolean {
  return /^(?:\{4:)?\s*:20:/m.test(text) && /^:(?:60[FM]|61|25):/m.test(text);
}

export function readMt940(text: string): Booking[] {
  const bookings: Booking[] = [];
  let currency: string | null = null;
  const all = fields(text);
  for (const [at, field] of all.entries()) {
    const [first = ""] = field.lines;
    if (/^60[FM]$/.test(field.tag)) currency = /^[CD]\d{6}([A-Z]{3})/.exec(first)?.[1] ?? null;
    // MT942 names the currency with the floor limit.
    if (field.tag === "34F") currency = /^([A-Z]{3})/.exec(first)?.[1] ?? currency;
    if (field.tag === "20") currency = null;
    if (field.tag !== "61") continue;
    const next = all[at + 1];
    bookings.push(bookingOf(field, next?.tag === "86" ? next : undefined, currency, bookings.length + 1));
  }
  return bookings;
}

function fields(text: string): Field[] {
  const found: { line: number; tag: string; lines: string[] }[] = [];
  for (const [at, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = raw.replace(/^\{.*\{4:/, "");
    const start = /^:(\d{2}[A-Z]?):(.*)$/.exec(line);
    if (start !== null) found.push({ line: at + 1, tag: start[1] ?? "", lines: [start[2] ?? ""] });
    else if (!/^-\}?|^\{/.test(line) && line !== "") found.at(-1)?.lines.push(line);
  }
  return found;
}

function bookingOf(entry: Field, information: Field | undefined, currency: string | null, index: number): Booking {
  const groups = ENTRY.exec(entry.lines[0] ?? "")?.groups;
  const { day = "", mark = "", amount: written = "", rest = "" } = groups ?? {};
  const date = readDate(`20${day}`);
  const amount = readAmount(written);
  if (groups === undefined || amount === null || date?.kind !== "day") {
    throw new InputError(
      `Line ${entry.line}: not readable as MT940. Expected :61: with day, C or D and amount, such as :61:2611121112C1785,00NTRFNONREF.`,
    );
  }
  const said = information === undefined ? null : remittance(information.lines);
  const reference = /^[A-Z][A-Z0-9]{3}(.*?)(?:\/\/|$)/.exec(rest)?.[1]?.trim() ?? "";
  return {
    ...UNSTATED,
    index,
    date: date.day,
    // A reversed credit takes money out, a reversed debit brings it back.
    amount: mark === "D" || mark === "ED" || mark === "RC" ? amount.value.times(-1) : amount.value,
    currency,
    text: plainText(`${said?.text ?? ""} ${/^(NONREF|KREF\+)?$/.test(reference) ? "" : reference}`),
    counterparty: said?.counterparty ?? null,
    // EC and ED are expected bookings.
    state: mark.startsWith("R") ? "reversal" : mark.startsWith("E") ? "pending" : "booked",
  };
}

/** :86: in its three dialects: German subfields (`?20…?32`), slash words (`/NAME/…/REMI/…`), plain text. */
function remittance(lines: readonly string[]): Pick<Booking, "text" | "counterparty"> {
  const glued = lines.join("");
  const separator = /^\d{3}([^A-Za-z0-9\s])(?=\d{2})/.exec(glued)?.[1];
  if (separator !== undefined) return germanSubfields(glued.slice(4).split(separator));
  const joined = joinFull(lines, 65);
  if (/^\/[A-Z]{2,8}\//.test(joined)) return slashWords(joined);
  return { text: plainText(joined), counterparty: null };
}

/** 20–29 and 60–63 hold the text in pieces of at most 27 characters, 32 and 33 the name. */
function germanSubfields(pieces: readonly string[]): Pick<Booking, "text" | "counterparty"> {
  const subfields = pieces.map((piece) => ({ code: piece.slice(0, 2), text: piece.slice(2) }));
  const purpose = joinFull(
    subfields.filter(({ code }) => /^(2\d|6[0-3])$/.test(code)).map(({ text }) => text),
    27,
  );
  return {
    text: plainText(sepaText(purpose)),
    counterparty: filled(
      subfields
        .filter(({ code }) => code === "32" || code === "33")
        .map(({ text }) => text)
        .join(""),
    ),
  };
}

/** Of the SEPA words only purpose and end-to-end reference are the payer's; mandate and creditor ids are not. */
function sepaText(purpose: string): string {
  const parts = purpose.split(/(?<![A-Z])(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|COAM|OAMT|PURP)\+/);
  if (parts.length === 1) return purpose;
  const kept = [parts[0] ?? ""];
  for (let at = 1; at < parts.length; at += 2) {
    const text = parts[at + 1] ?? "";
    if ((parts[at] === "SVWZ" || parts[at] === "EREF") && text.trim() !== "NOTPROVIDED") kept.push(text);
  }
  return kept.join(" ");
}

function slashWords(joined: string): Pick<Booking, "text" | "counterparty"> {
  const parts = joined.split(/\/(TRTP|IBAN|BIC|NAME|REMI|EREF|ORDP|BENM|CSID|MARF|PREF|USTD|STRD|CNTP|ISDT|RTRN)\//);
  const values = new Map<string, string>();
  for (let at = 1; at < parts.length; at += 2) values.set(parts[at] ?? "", parts[at + 1] ?? "");
  const text = ["REMI", "USTD", "STRD", "EREF"]
    .map((word) => values.get(word) ?? "")
    .filter((one) => one !== "NOTPROVIDED");
  return { text: plainText(text.join(" ")), counterparty: filled(values.get("NAME")) };
}

/** A full line goes on without a blank; in a shorter one the bank dropped the blank at its end. */
function joinFull(lines: readonly string[], width: number): string {
  return lines.reduce((text, line, at) => {
    const before = lines[at - 1];
    return `${text}${before === undefined || before.length >= width ? "" : " "}${line}`;
  }, "");
}
