import { type Decimal, decimal, sum, zero } from "../../domain/money.ts";
import { isIsoCurrency } from "../iso-currencies.ts";
import { childrenOf, type Element, find, findAll, valueAt } from "./xml.ts";

/** An amount of the file. `currency` is `null` when `mark` is no code of ISO 4217. */
export interface Money {
  readonly value: Decimal;
  readonly currency: string | null;
  /** The attribute `Ccy` as it stands; "" where it is missing. */
  readonly mark: string;
}

/** `null` for what is no `xs:decimal`, in which the dot is always the decimal mark and either side of it may be empty. */
export function moneyOf(element: Element | undefined): Money | null {
  const written = element?.text.trim() ?? "";
  const mark = element?.attributes.get("Ccy")?.trim() ?? "";
  const [, sign = "", whole = "", fraction = ""] = /^([+-]?)(\d{0,18})(?:\.(\d{0,18}))?$/.exec(written) ?? [];
  if (whole === "" && fraction === "") return null;
  const value = decimal(`${sign === "-" ? "-" : ""}${whole === "" ? "0" : whole}.${fraction === "" ? "0" : fraction}`);
  return { value, currency: isIsoCurrency(mark) ? mark : null, mark };
}

/** What the details of a transaction say it amounts to, by the element that says it. */
export interface Stated {
  /** `TxDtls/Amt`: from version 3 on. */
  readonly own: Money | null;
  /** `AmtDtls/TxAmt`: what was booked for this transaction. */
  readonly booked: Money | null;
  /** `AmtDtls/CntrValAmt`: its value in another currency. */
  readonly counter: Money | null;
  /** `AmtDtls/InstdAmt`: what the payer instructed, before exchange and charges. */
  readonly instructed: Money | null;
}

/** A mark that the entry has as well means what it means there. */
export function statedBy(detail: Element, whole: Money): Stated {
  const read = (element: Element | undefined) => {
    const money = moneyOf(element);
    return money !== null && money.mark === whole.mark ? { ...money, currency: whole.currency } : money;
  };
  const at = (name: string) => read(find(detail, "AmtDtls", name, "Amt"));
  return {
    own: read(find(detail, "Amt")),
    booked: at("TxAmt"),
    counter: at("CntrValAmt"),
    instructed: at("InstdAmt"),
  };
}

export function isSame(one: Money, other: Money): boolean {
  return one.currency === other.currency && one.value.eq(other.value);
}

/** Charges in `currency` that were taken off, as the element states them; `null` where it states none. */
export function chargesOf(element: Element, currency: string | null): Decimal | null {
  const charges = childrenOf(element, "Chrgs");
  const amounts = charges.flatMap((one) => {
    // A total is the sum of the records; up to version 2 each charge is an element `Chrgs` of its own.
    const total = find(one, "TtlChrgsAndTaxAmt");
    if (total !== undefined) return [moneyOf(total)];
    const records = [...childrenOf(one, "Rcrd"), ...(find(one, "Amt") === undefined ? [] : [one])];
    return records
      .filter((record) => valueAt(record, "CdtDbtInd") !== "CRDT")
      .map((record) => moneyOf(find(record, "Amt")));
  });
  const known = amounts.flatMap((money) => (money !== null && money.currency === currency ? [money.value] : []));
  const total = sum(known);
  return total.gt(zero) ? total : null;
}

/** How far an amount may be from the other times the rate: rates are rounded, and banks round twice. */
const EXCHANGE_TOLERANCE = 0.02;

/** Whether an exchange that the details state turns one amount into the other. */
export function isExchanged(elements: readonly Element[], from: Money, to: Money): boolean {
  const exchanges = elements.flatMap((element) =>
    ["TxAmt", "CntrValAmt", "InstdAmt", "AnncdPstngAmt"].flatMap((name) =>
      findAll(element, "AmtDtls", name, "CcyXchg"),
    ),
  );
  return exchanges.some((exchange) => {
    const named = ["SrcCcy", "TrgtCcy", "UnitCcy"].flatMap((name) => valueAt(exchange, name) ?? []);
    const rate = /^\d{1,12}(\.\d{1,12})?$/.exec(valueAt(exchange, "XchgRate") ?? "")?.[0];
    if (rate === undefined || !named.some((code) => code === from.currency || code === to.currency)) return false;
    if (decimal(rate).eq(0)) return false;
    return [from.value.times(rate), from.value.div(rate)].some((turned) =>
      turned.minus(to.value).abs().lte(to.value.times(EXCHANGE_TOLERANCE)),
    );
  });
}
