import { type BankLine, filled, plainText } from "../bank-line.ts";
import { isReturnCode, returnIn } from "../returned.ts";
import { sepaParts } from "../sepa-tags.ts";
import { TEXT_WIDTH } from "./fields.ts";

export type Said = Pick<BankLine, "text" | "counterparty" | "reference" | "returned">;

/** Pieces of a German text; names are cut the same way. */
const PIECE_WIDTH = 27;

/** A code of the booking and the mark of subfields; without a code only a mark that texts do not begin with. */
const GERMAN = /^ ?(?:(\d{3}) ?([^A-Za-z0-9\s.,:;/()[\]'"-])(?=\d{2})|([?<>~^])(?=[02]0))/;

/** `:86:` in its dialects: German subfields (`?20…?32`), slash words (`/NAME/…/REMI/…`), plain text. */
export function informationOf(lines: readonly string[], isDebit: boolean): Said {
  const [begin, code = "", behindCode, alone = ""] = GERMAN.exec(lines.join("")) ?? [];
  const mark = behindCode ?? alone;
  if (begin !== undefined) return germanSubfields(gluedAt(lines, mark).slice(begin.length), mark, code);
  const unindented = lines.map((line) => line.replace(/^ +(?=\/)/, ""));
  const joined = withoutCuts(joinFull(unindented, TEXT_WIDTH - 4));
  if (/^\/?\/[A-Z]{2,8}\//.test(joined) && WORD.test(joined)) return slashWords(joined, isDebit);
  const text = plainText(joined);
  const name = /(?:^|[ /])(?:NAAM|NAME|NOM): ?([^/:]+?)(?= [A-Z]{3,}:|\/|$)/i.exec(text)?.[1];
  return { text, counterparty: filled(name), reference: null, returned: null };
}

/** Lines of subfields: a break inside a mark or in a full line is none; in a shorter line the bank dropped a blank. */
function gluedAt(lines: readonly string[], mark: string): string {
  return lines.reduce((text, line, at) => {
    const before = lines[at - 1] ?? "";
    const isCut = line.startsWith(mark) || text.endsWith(mark) || text.slice(-2, -1) === mark;
    return `${text}${at === 0 || isCut || before.length >= TEXT_WIDTH - 4 ? "" : " "}${line}`;
  }, "");
}

/** 00 is the bank's word for the booking; 20–29 and 60–63 hold the text in pieces, 32 and 33 the name. */
function germanSubfields(text: string, mark: string, code: string): Said {
  const pieces = text.split(mark).reduce<string[]>((found, piece) => {
    // A mark that no number follows is the payer's.
    if (found.length > 0 && !/^\d{2}/.test(piece)) found.push(`${found.pop() ?? ""}${mark}${piece}`);
    else found.push(piece);
    return found;
  }, []);
  const subfields = pieces.map((piece) => ({ number: piece.slice(0, 2), text: piece.slice(2) }));
  const joined = (numbers: RegExp) =>
    joinFull(
      subfields.filter(({ number }) => numbers.test(number)).map((one) => one.text),
      PIECE_WIDTH,
    );
  const { text: said, behalf } = sepaParts(joined(/^(2\d|6[0-3])$/));
  const name = filled(joined(/^3[23]$/));
  const bankWords = filled(joined(/^00$/));
  return {
    text: plainText(said),
    counterparty: behalf === null || behalf === name ? name : filled([name ?? "", behalf].filter(Boolean).join(" / ")),
    reference: null,
    returned: returnIn(bankWords) ?? (isReturnCode(code) ? (bankWords ?? code) : null),
  };
}

const WORDS =
  "TRTP IBAN BIC NAME REMI EREF KREF ORDP BENM CSID MARF PREF USTD STRD CNTP ISDT RTRN PURP ULTC ULTD ULTB ID ADDR CREF RREF IREF OCMT CHGS ACCW EXCH SVCL RTYP TRCD BUSP CITY RTXT ACCT ACNO NBKT ACC CRNM FEES INFO".split(
    " ",
  );
const WORD = new RegExp(`/(${WORDS.join("|")})(?=/)`);

/** A word cut in two where a line ended short: `/RE MI/`. */
function withoutCuts(joined: string): string {
  return joined.replaceAll(/\/([A-Z]{0,3}) ([A-Z]{0,4})\//g, (whole, before: string, after: string) =>
    WORDS.includes(before + after) ? `/${before}${after}/` : whole,
  );
}

/** Dutch and SWIFT words. `ORDP`, `BENM` and `ULTx` say whose the following `NAME` is; `CNTP` lists its facts in a row. */
function slashWords(joined: string, isDebit: boolean): Said {
  const parts = joined.split(WORD);
  const values = new Map<string, string>();
  let party = "";
  for (let at = 1; at < parts.length; at += 2) {
    const word = parts[at] ?? "";
    const value = (parts[at + 1] ?? "")
      .trim()
      .replaceAll(/^\/+|\/+$/g, "")
      .trim();
    if (/^(ORDP|BENM|ULT[BCD])$/.test(word)) party = word;
    const key = word === "NAME" ? `${word} ${party}`.trim() : word;
    if (value !== "" && !values.has(key)) values.set(key, value);
    // The name may stand in the party's own place: `/ORDP/Acme/`.
    if (word === party && value !== "") values.set(`NAME ${party}`, value);
  }
  const said = ["REMI", "USTD", "STRD", "RTXT", "INFO", "EREF"].flatMap((word) => values.get(word) ?? []);
  const structured = /^(?:CUR|ISO)\/(.+)$/.exec(values.get("STRD") ?? "")?.[1] ?? values.get("CREF") ?? null;
  const [first = ""] = [isDebit ? values.get("NAME BENM") : values.get("NAME ORDP"), values.get("NAME")].filter(
    Boolean,
  );
  const name = first === "" ? (cntpName(values.get("CNTP")) ?? "") : first;
  const behalf = values.get(isDebit ? "NAME ULTC" : "NAME ULTD") ?? "";
  return {
    text: plainText(said.filter((one) => !/^(NOTPROVIDED|NONREF)$/.test(one)).join(" ")),
    counterparty: filled([...new Set([name, behalf])].filter(Boolean).join(" / ")),
    reference: filled(structured),
    returned: values.get("RTRN") ?? returnIn(values.get("TRTP") ?? null) ?? (joined.includes("/RTRN/") ? "RTRN" : null),
  };
}

/** `IBAN/BIC/NAME/CITY` */
function cntpName(value: string | undefined): string | null {
  return filled(value?.split("/")[2]);
}

/** A full line goes on without a blank; in a shorter one the bank dropped the blank at its end. */
function joinFull(lines: readonly string[], width: number): string {
  return lines.reduce((text, line, at) => {
    const before = lines[at - 1];
    return `${text}${before === undefined || before.length >= width ? "" : " "}${line}`;
  }, "");
}
