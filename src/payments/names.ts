import type { Invoice } from "../domain/invoice.ts";
import type { BankLine } from "./bank-line.ts";
import { fold } from "./references.ts";

/** Legal forms and forms of address: they tell nobody apart. */
const UNTELLING = new Set(
  "GMBH UG AG KG OHG GBR EG EV EK MBH MBB PARTG LTD LIMITED INC LLC LLP CO CORP PLC SE BV NV SARL SA SAS UND AND THE HERR HERRN FRAU DR PROF FIRMA FA MR MRS MS".split(
    " ",
  ),
);

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
  return fold(name)
    .replaceAll(/(?<=[AOU])E/g, "")
    .split(/[^A-Z0-9]+/)
    .filter((word) => word.length > 1 && !UNTELLING.has(word));
}

/** The payer as the bank (or, without a name, the text) tells. */
export interface Payer {
  readonly words: ReadonlySet<string>;
  readonly inOrder: readonly string[];
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
  return { words: new Set(inOrder), inOrder, is_name, cut };
}

/** Whether the payer is one of these names. */
export function nameAgrees({ words, inOrder, is_name, cut }: Payer, names: readonly string[][]): boolean {
  return names.some((name) => {
    const inBank = name.every(
      (word) => words.has(word) || (cut !== undefined && cut.length >= 3 && word.startsWith(cut)),
    );
    if (inBank || !is_name || inOrder.length < 2) return inBank;
    // A name may be shorter in the bank's books, or cut before its last words.
    const begins =
      cut !== undefined && name.slice(0, inOrder.length).every((word, at) => word.startsWith(inOrder[at] ?? "?"));
    return begins || inOrder.every((word) => name.includes(word));
  });
}
