import { isCurrencyCode } from "../domain/money.ts";
import { quoted } from "../domain/untrusted.ts";
import { InputError } from "../errors.ts";
import { COLUMN_ROLES, type ColumnRole, type Wishes } from "./bank-line.ts";

const MEANINGS: readonly string[] = ["in", "out", "booked", "pending", "failed", "returned", "ignore"];
const EXPECTED = `Expected word=meaning, such as "kr=SEK", "Zahlg.=in", "Kram=ignore", "3=credit", "unsigned=in" or "decimal_mark=,": a column is ${COLUMN_ROLES.join(", ")}; a word ${MEANINGS.join(", ")} or a currency.`;

/**
 * What answers to questions say of a statement, each `piece=meaning`: a heading or position and what its column holds, a
 * word and what it means, `decimal_mark` and the mark. Throws `InputError` for any other meaning.
 */
export function wishesOf(answers: readonly string[]): Pick<Wishes, "columns" | "words" | "decimal_mark"> {
  const columns = new Map<string, ColumnRole>();
  const words = new Map<string, string>();
  let decimalMark: "." | "," | undefined;
  for (const answer of answers) {
    const at = answer.lastIndexOf("=");
    const piece = answer.slice(0, at).trim();
    const meaning = answer.slice(at + 1).trim();
    const role = COLUMN_ROLES.find((one) => one === meaning.toLowerCase());
    if (at < 1 || piece === "") throw unknown(answer);
    if (piece === "decimal_mark" && (meaning === "." || meaning === ",")) decimalMark = meaning;
    else if (role !== undefined) columns.set(piece, role);
    else if (!MEANINGS.includes(meaning.toLowerCase()) && !isCurrencyCode(meaning)) throw unknown(answer);
    if (MEANINGS.includes(meaning.toLowerCase())) words.set(piece, meaning.toLowerCase());
    else if (isCurrencyCode(meaning)) words.set(piece, meaning);
  }
  return { columns: Object.fromEntries(columns), words: Object.fromEntries(words), decimal_mark: decimalMark };
}

function unknown(answer: string): InputError {
  return new InputError(`answers: ${quoted(answer, 60)} is not understood.`, { next: EXPECTED });
}
