import type { Invoice } from "../domain/invoice.ts";
import type { BankLine } from "./bank-line.ts";
import { fold } from "./fold.ts";

/** Legal forms and forms of address: they tell nobody apart. */
const UNTELLING = new Set(
  "GMBH GGMBH UG AG KG KGAA OHG GBR EG EV EK EU MBH MBB PARTG PARTGMBB PARTMBB STIFTUNG LTD LIMITED INC LLC LLP LP CO COMP COMPANY CORP CORPORATION PLC SE BV NV VOF SARL SAS SASU EURL SA SRL SRLS SNC SPA SL SLU SCS SP ZOO OO SPZOO AB AS ASA APS OY OYJ HB UND AND ET EN OG OCH THE DER DIE DAS HERR HERRN FRAU DR PROF DIPL ING FIRMA FA MR MRS MS MME SIG".split(
    " ",
  ),
);

/** `agrees`: one of them. `partly`: a telling word in common. `differs`: another name. `unknown`: no name is given. */
export type NameVerdict = "agrees" | "partly" | "differs" | "unknown";

/** Who could pay an invoice: its customer, the person behind it, the buyer, the first line of the recipient. */
export function payerNames(invoice: Invoice): string[][] {
  const [, company, person] = /^(.*?) \((.*)\)$/.exec(invoice.customer?.name ?? "") ?? [];
  const names = [
    company ?? invoice.customer?.name,
    person,
    invoice.buyer?.company_name,
    invoice.buyer?.contact_name,
    invoice.recipient?.split("\n")[0],
  ];
  const read = names.map((name) => nameWords(name ?? "")).filter((words) => words.join("").length >= 4);
  return [...new Map(read.map((words) => [words.join(" "), words])).values()];
}

/** Telling words of a name, umlauts and their spellings made equal: `Müller`, `Mueller` and `Muller`. */
export function nameWords(name: string): string[] {
  return wordsOf(name).filter((word) => word.length > 1 && !UNTELLING.has(word));
}

/** A folded word as `nameWords` would have it. */
export function nameWord(word: string): string {
  return fold(word)
    .replaceAll(/(?<=[AOU])E/g, "")
    .replaceAll(/AA/g, "A");
}

export function isUntelling(word: string): boolean {
  return UNTELLING.has(word);
}

function wordsOf(name: string): string[] {
  return nameWord(name)
    .replaceAll(/(?<=\b\p{L})\.(?=\p{L}\b)/gu, "")
    .split(/[^\p{L}\p{N}]+/u);
}

/** The payer as the bank (or, without a name, the text) tells. */
export interface Payer {
  readonly words: ReadonlySet<string>;
  readonly inOrder: readonly string[];
  /** First letters that stand for a name: `M. Schmidt`. */
  readonly initials: readonly string[];
  /** The words are a name and nothing else. */
  readonly is_name: boolean;
  /** Last word of a name that may have been cut: banks keep 27 or 35 characters. */
  readonly cut: string | undefined;
}

export function payerOf(line: Pick<BankLine, "counterparty" | "text">): Payer {
  const name = nameWords(line.counterparty ?? "");
  const is_name = name.length > 0;
  const inOrder = is_name ? name : nameWords(line.text);
  const cut = is_name && inOrder.join(" ").length >= 22 ? inOrder.at(-1) : undefined;
  const initials = is_name ? wordsOf(line.counterparty ?? "").filter((word) => word.length === 1) : [];
  return { words: new Set(inOrder), inOrder, initials, is_name, cut };
}

/** Whether the payer is one of these names. */
export function nameAgrees(payer: Payer, names: readonly string[][]): boolean {
  return names.some((name) => isName(payer, name));
}

export function compareNames(payer: Payer, names: readonly string[][]): NameVerdict {
  if (names.length === 0) return "unknown";
  if (nameAgrees(payer, names)) return "agrees";
  const common = names.flat().some((word) => word.length >= 4 && payer.inOrder.some((one) => isShort(one, word)));
  if (common) return "partly";
  return payer.is_name ? "differs" : "unknown";
}

function isName({ words, inOrder, initials, is_name, cut }: Payer, name: readonly string[]): boolean {
  const has = (word: string) =>
    words.has(word) ||
    (cut !== undefined && cut.length >= 3 && word.startsWith(cut)) ||
    initials.includes(word[0] ?? "");
  const whole = (word: string) => words.has(word) && word.length >= 3;
  if (name.every((word) => words.has(word))) return true;
  if (!is_name) return false;
  // `M. Schmidt`, `Weiss A.`: a letter stands for one name only beside another that is written out.
  if (name.length >= 2 && name.every(has) && name.some(whole)) return true;
  if (inOrder.join("") === name.join("")) return true;
  // A name may be shorter in the bank's books, abbreviated, or cut before its last words.
  const telling = inOrder.some((word) => name.includes(word) && word.length >= 4);
  if (inOrder.length === 1) return false;
  const begins =
    cut !== undefined && name.slice(0, inOrder.length).every((word, at) => word.startsWith(inOrder[at] ?? "?"));
  return begins || (telling && inOrder.every((word) => name.some((one) => isShort(word, one))));
}

/** The word, or the beginning of it: `BUCHH` of `BUCHHANDLUNG`. */
function isShort(written: string, word: string): boolean {
  return written === word || (written.length >= 3 && word.startsWith(written));
}
