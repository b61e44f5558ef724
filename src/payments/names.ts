import type { Invoice } from "../domain/invoice.ts";
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

/** Whether the bank's name (or, without one, the text) is one of these names. Banks cut names at 27 or 35 characters. */
export function nameAgrees(
  bank: { readonly words: readonly string[]; readonly is_name: boolean },
  names: readonly string[][],
): boolean {
  const { words, is_name } = bank;
  const cut = is_name && words.join(" ").length >= 22 ? words.at(-1) : undefined;
  const known = new Set(words);
  return names.some((name) => {
    const inBank = name.every(
      (word) => known.has(word) || (cut !== undefined && cut.length >= 3 && word.startsWith(cut)),
    );
    const inName = is_name && words.length >= 2 && words.every((word) => name.includes(word));
    // A cut name may lack its last words altogether.
    const begins =
      cut !== undefined &&
      words.length >= 2 &&
      name.slice(0, words.length).every((word, at) => word.startsWith(words[at] ?? "?"));
    return inBank || inName || begins;
  });
}
