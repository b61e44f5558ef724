import { moneyText, sum } from "../../domain/money.ts";
import { type Doubt, type Fee, MAX_BOOKINGS } from "../bank-line.ts";
import { chargesOf, isExchanged, isSame, type Money, moneyOf, type Stated, statedBy } from "./money.ts";
import { childrenOf, type Element, find, valueAt } from "./xml.ts";

/** A payment of an entry. */
export interface Part {
  readonly details: readonly Element[];
  readonly money: Money;
  readonly fee: Fee | null;
  readonly doubts: readonly Doubt[];
}

/** The details of an entry: from version 2 on inside `NtryDtls`, before directly in the entry. */
export function detailsOf(entry: Element): Element[] {
  return [...childrenOf(entry, "TxDtls"), ...childrenOf(entry, "NtryDtls").flatMap((one) => childrenOf(one, "TxDtls"))];
}

/**
 * The payments of an entry. Banks collect several into one: they are told apart where each states an amount in the entry's
 * currency and direction, and they add up to it. Where details contradict the entry, it stands as one, with doubts.
 */
export function partsOf(entry: Element, whole: Money, side: string | null): Part[] {
  const details = detailsOf(entry);
  const doubts = [...directionDoubts(entry, details, side), ...countDoubts(entry, details)];
  const asOne = (more: readonly Doubt[], fee: Fee | null = null): Part[] => [
    { details, money: whole, fee, doubts: [...doubts, ...more] },
  ];
  if (doubts.length > 0) return asOne([]);
  if (details.length < 2) {
    const [found, other] = [entry, ...details].map((one) => against(entry, one, whole));
    return asOne([...(found?.doubts ?? []), ...(other?.doubts ?? [])], found?.fee ?? other?.fee ?? null);
  }
  if (details.length > MAX_BOOKINGS) return asOne([tooMany(details.length)]);
  const all = details.map((detail) => statedBy(detail, whole));
  const split = splitOf(entry, details, all, whole);
  if (split === null) return asOne([notSplit(all, whole)]);
  return details.map((detail, at) => {
    const money = split[at] ?? whole;
    return { details: [detail], money, ...partFacts(detail, all[at], money) };
  });
}

function directionDoubts(entry: Element, details: readonly Element[], side: string | null): Doubt[] {
  const batches = childrenOf(entry, "NtryDtls").flatMap((one) => childrenOf(one, "Btch"));
  const other = [...batches, ...details]
    .map((one) => valueAt(one, "CdtDbtInd"))
    .find((own) => own !== null && own !== side);
  if (other === undefined || other === null) return [];
  const give = "The entry and its details say different directions: compare with the bank; nothing here can prove it.";
  return [{ about: "direction", quoted: other, give }];
}

/** What a batch says of itself, against what is listed. */
function countDoubts(entry: Element, details: readonly Element[]): Doubt[] {
  const groups = [entry, ...childrenOf(entry, "NtryDtls")];
  const stated = groups.flatMap((group) => {
    const count = valueAt(group, "Btch", "NbOfTxs");
    const listed = childrenOf(group, "TxDtls").length;
    return count === null ? [] : [{ count, listed, number: /^\d{1,15}$/.test(count) ? Number(count) : Number.NaN }];
  });
  const isWhole = stated.reduce((count, { number }) => count + number, 0) === details.length;
  const differing = isWhole
    ? undefined
    : stated.find(({ number, listed }) => number !== listed && !(number === 1 && listed === 0));
  const total = groups.map((group) => moneyOf(find(group, "Btch", "TtlAmt"))).filter((money) => money !== null);
  const whole = moneyOf(find(entry, "Amt"));
  const doubts: Doubt[] = [];
  if (differing !== undefined) {
    doubts.push({
      about: "amount",
      quoted: differing.count,
      give:
        differing.listed === 0
          ? "A batch of this many payments without single amounts: ask the bank for its details (camt.054)."
          : `A batch of this many payments, of which ${details.length} are listed: ask the bank for its details (camt.054).`,
    });
  }
  const [first] = total;
  if (first !== undefined && whole !== null && first.currency === whole.currency) {
    const all = sum(total.map(({ value }) => value));
    if (!all.eq(whole.value)) doubts.push(contradiction({ ...first, value: all }, whole));
  }
  return doubts;
}

/** One transaction's own amounts against the entry: equal, or the difference is explained by an exchange or by charges. */
function against(entry: Element, detail: Element, whole: Money): Pick<Part, "fee" | "doubts"> {
  const { booked, instructed, counter, ...stated } = statedBy(detail, whole);
  // The entry's own amount is no second word for it.
  const own = detail === entry ? null : stated.own;
  const isAgreed = [own, booked, counter].some((money) => money !== null && isSame(money, whole));
  const fee =
    [instructed, booked, own].map((money) => feeOf(money, entry, detail, whole)).find((one) => one !== null) ?? null;
  const differing = [own, booked, instructed].filter(
    (money): money is Money => money !== null && !isSame(money, whole),
  );
  const unexplained = differing.find((money) => {
    if (money.currency === whole.currency) return fee === null || !isGross(fee, money);
    if (money === instructed && isAgreed) return false;
    return money.currency === null || whole.currency === null || !isExchanged([entry, detail], money, whole);
  });
  const doubts = unexplained === undefined ? [] : [contradiction(unexplained, whole)];
  return { fee, doubts: fee === null ? doubts : [...doubts, keptBack(fee, whole)] };
}

function isGross(fee: Fee, money: Money): boolean {
  return fee.gross.eq(money.value);
}

/** Charges kept back: what was sent is what came in plus exactly the charges that are stated. */
function feeOf(sent: Money | null, entry: Element, detail: Element, whole: Money): Fee | null {
  if (sent === null || sent.currency !== whole.currency || whole.currency === null) return null;
  const kept = sent.value.minus(whole.value);
  const stated = [chargesOf(detail, whole.currency), chargesOf(entry, whole.currency)].filter((one) => one !== null);
  const isStated = [...stated, sum(stated)].some((charges) => charges.gt(0) && charges.eq(kept));
  return isStated ? { gross: sent.value, fee: kept } : null;
}

function keptBack(fee: Fee, whole: Money): Doubt {
  const give = "This was sent, and the bank kept charges back: a person decides whether it settles.";
  return { about: "amount", quoted: shown({ ...whole, value: fee.gross }), give };
}

/** The amount of each transaction, by the first element in which all add up to the entry; `null` where none does. */
function splitOf(
  entry: Element,
  details: readonly Element[],
  all: readonly Stated[],
  whole: Money,
): readonly Money[] | null {
  const mine = (money: Money | null) =>
    money !== null && money.currency !== null && money.currency === whole.currency && money.value.gte(0) ? money : null;
  const ways: readonly ((stated: Stated) => Money | null)[] = [
    ({ own }) => mine(own),
    ({ booked }) => mine(booked),
    ({ counter }) => mine(counter),
    ({ instructed }) => mine(instructed),
    ({ own, booked, counter, instructed }) => mine(own) ?? mine(booked) ?? mine(counter) ?? mine(instructed),
  ];
  const charges = [entry, ...details].map((one) => chargesOf(one, whole.currency)).filter((one) => one !== null);
  const totals = [whole.value, whole.value.plus(sum(charges)), whole.value.plus(chargesOf(entry, whole.currency) ?? 0)];
  for (const way of ways) {
    const amounts = all.flatMap((stated) => way(stated) ?? []);
    const total = sum(amounts.map(({ value }) => value));
    if (amounts.length === details.length && totals.some((one) => one.eq(total))) return amounts;
  }
  return null;
}

/** What one transaction of a batch says besides. */
function partFacts(detail: Element, stated: Stated | undefined, money: Money): Pick<Part, "fee" | "doubts"> {
  const charges = chargesOf(detail, money.currency);
  const others = [stated?.own, stated?.booked].filter(
    (one): one is Money => one !== undefined && one !== null && one.currency === money.currency && !isSame(one, money),
  );
  const unexplained = others.find((one) => charges === null || !one.value.minus(money.value).abs().eq(charges));
  return { fee: null, doubts: unexplained === undefined ? [] : [contradiction(unexplained, money)] };
}

function notSplit(all: readonly Stated[], whole: Money): Doubt {
  const amounts = all.map(({ own, booked, counter, instructed }) => own ?? booked ?? counter ?? instructed);
  const stated = amounts.filter((money) => money !== null);
  const foreign = stated.find(({ currency }) => currency !== whole.currency);
  const batch = `A batch of ${all.length} payments`;
  if (stated.length < all.length) {
    const give = `${batch} without single amounts: ask the bank for its details (camt.054).`;
    return { about: "amount", quoted: "", give };
  }
  if (foreign !== undefined) {
    const give = `${batch}, not all in the currency of the entry: compare with the bank.`;
    return { about: "currency", quoted: foreign.mark, give };
  }
  const total = sum(stated.map(({ value }) => value));
  const give = `${batch} that add up to this, not to the entry: compare with the bank.`;
  return { about: "amount", quoted: shown({ ...whole, value: total }), give };
}

function tooMany(count: number): Doubt {
  const give = `A batch of ${count} payments, more than can be told apart here: ask the bank for it in parts.`;
  return { about: "amount", quoted: "", give };
}

function contradiction(stated: Money, whole: Money): Doubt {
  const about = stated.currency === whole.currency ? "amount" : "currency";
  const give = `The details state another ${about} than the entry: compare with the bank; nothing here can prove it.`;
  return { about, quoted: shown(stated), give };
}

function shown({ value, mark }: Money): string {
  return `${moneyText(value, mark)} ${mark}`.trim();
}
