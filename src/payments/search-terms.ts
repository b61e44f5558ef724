import type { Invoice } from "../domain/invoice.ts";
import type { BankLine } from "./bank-line.ts";
import type { NumberIndex } from "./number-index.ts";

/**
 * What to search the API for: numbers that lines name and no known invoice has, written the way the organization
 * writes its numbers (learnt from one it has), most wanted first.
 */
export function searchTerms(lines: readonly BankLine[], index: NumberIndex, known: readonly Invoice[]): string[] {
  const model = known.find(({ number }) => number !== null && /\d/.test(number))?.number ?? null;
  const terms = lines.flatMap((line) =>
    index
      .read(line)
      .unknown.map(({ groups, tail, loose }) => `${styled(groups, model)}${tail === "" || loose ? "" : `-${tail}`}`),
  );
  return [...new Set(terms)];
}

function styled(groups: readonly string[], model: string | null): string {
  const pattern = model?.match(/\d+/g) ?? [];
  const ordered = isYear(pattern[0]) && !isYear(groups[0]) && isYear(groups[1]) ? groups.toReversed() : groups;
  // "Rechnung 42": the year is that of the model.
  const whole = pattern.length === 2 && ordered.length === 1 ? [...pattern.slice(0, 1), ...ordered] : ordered;
  if (model === null || pattern.length !== whole.length) return groups.join("-");
  let at = 0;
  return model.replaceAll(/\d+/g, (digits) => {
    const group = whole[at++] ?? "";
    return group.replace(/^0+(?=\d)/, "").padStart(digits.length, "0");
  });
}

function isYear(group: string | undefined): boolean {
  return group !== undefined && /^(19|20)\d\d$/.test(group);
}
