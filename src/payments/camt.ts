import { SaxesParser } from "saxes";
import { isCurrencyCode } from "../domain/money.ts";
import { InputError } from "../errors.ts";
import { readAmount } from "./amount.ts";
import { type Booking, filled, plainText, UNSTATED } from "./bank-line.ts";
import { readDate } from "./dates.ts";

/** An element by its local name, prefixes dropped. */
interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
  text: string;
}

const MAX_DEPTH = 40;
/** Far more than 500 bookings need. */
const MAX_ELEMENTS = 60_000;

/** True for XML of any kind; what it holds is found out by `readCamt`. */
export function looksLikeXml(text: string): boolean {
  return /^\s*<(\?xml|!DOCTYPE|!--|[A-Za-z])/.test(text);
}

/** ISO 20022 account reports: camt.052 (intraday), camt.053 (statement), camt.054 (notification), any version. */
export function readCamt(text: string): Booking[] {
  const root = parseXml(text);
  const reports = ["BkToCstmrStmt", "BkToCstmrAcctRpt", "BkToCstmrDbtCdtNtfctn"].flatMap((name) => descend(root, name));
  if (reports.length === 0)
    throw new InputError("The XML is no bank statement. Expected camt.052, camt.053 or camt.054.");
  const entries = reports.flatMap((report) =>
    ["Stmt", "Rpt", "Ntfctn"].flatMap((name) => descend(report, name)).flatMap((part) => descend(part, "Ntry")),
  );
  return entries
    .flatMap((entry, at) => bookingsOf(entry, at + 1))
    .map((booking, at) => ({ ...booking, index: at + 1 }));
}

/** One booking per transaction: banks collect several payments into one entry. */
function bookingsOf(entry: Element, number: number): Booking[] {
  const details = descend(entry, "NtryDtls").flatMap((part) => descend(part, "TxDtls"));
  const whole = moneyOf(entry, number);
  const reversal = value(entry, "RvslInd") === "true" || value(entry, "RvslInd") === "1";
  const status = (value(entry, "Sts", "Cd") ?? value(entry, "Sts") ?? "BOOK").toUpperCase();
  const common = {
    ...UNSTATED,
    index: number,
    date: dayOf(entry),
    state: reversal ? ("reversal" as const) : status === "BOOK" ? ("booked" as const) : ("pending" as const),
  };
  const [only, second] = details;
  if (only === undefined || second === undefined) {
    return [{ ...common, ...whole, ...remittance(only ?? entry, entry, whole.amount.gte(0)) }];
  }
  return details.map((detail) => {
    const money = moneyOf(detail, number, entry);
    return { ...common, ...money, ...remittance(detail, entry, money.amount.gte(0)) };
  });
}

function moneyOf(part: Element, number: number, entry: Element = part): Pick<Booking, "amount" | "currency"> {
  const element = find(part, "Amt") ?? find(part, "AmtDtls", "TxAmt", "Amt");
  const amount = element === undefined ? null : readAmount(element.text);
  const currency = element?.attributes.get("Ccy") ?? null;
  if (amount === null || amount.sign !== null || currency === null || !isCurrencyCode(currency)) {
    throw new InputError(`Entry ${number}: no amount with a currency. Expected <Amt Ccy="EUR">1785.00</Amt>.`);
  }
  const side = value(part, "CdtDbtInd") ?? value(entry, "CdtDbtInd");
  if (side !== "CRDT" && side !== "DBIT") throw new InputError(`Entry ${number}: expected CdtDbtInd CRDT or DBIT.`);
  return { amount: side === "DBIT" ? amount.value.times(-1) : amount.value, currency };
}

function dayOf(entry: Element): string | null {
  for (const name of ["BookgDt", "ValDt"]) {
    const raw = value(entry, name, "Dt") ?? value(entry, name, "DtTm");
    const date = raw === null ? null : readDate(raw);
    if (date?.kind === "day") return date.day;
  }
  return null;
}

/** What the payer wrote (free and structured), and who paid. */
function remittance(part: Element, entry: Element, credit: boolean): Pick<Booking, "text" | "counterparty"> {
  const free = descend(part, "RmtInf")
    .flatMap((info) => descend(info, "Ustrd"))
    .map((line) => line.text);
  const structured = descend(part, "RmtInf")
    .flatMap((info) => descend(info, "Strd"))
    .flatMap((info) => [
      value(info, "CdtrRefInf", "Ref"),
      ...descend(info, "RfrdDocInf").map((document) => value(document, "Nb")),
      ...descend(info, "AddtlRmtInf").map((line) => line.text),
    ]);
  const endToEnd = value(part, "Refs", "EndToEndId");
  const said = [...free, ...structured, endToEnd === "NOTPROVIDED" ? null : endToEnd];
  const texts = said.flatMap((line) => filled(line ?? undefined) ?? []);
  const party = credit ? "Dbtr" : "Cdtr";
  const name = value(part, "RltdPties", party, "Nm") ?? value(part, "RltdPties", party, "Pty", "Nm");
  return {
    text: plainText((texts.length > 0 ? texts : [value(entry, "AddtlNtryInf") ?? ""]).join(" ")),
    counterparty: filled(name ?? undefined),
  };
}

function descend(element: Element, name: string): Element[] {
  return element.children.filter((child) => child.name === name);
}

function find(element: Element, ...path: readonly string[]): Element | undefined {
  return path.reduce<Element | undefined>((at, name) => at?.children.find((child) => child.name === name), element);
}

function value(element: Element, ...path: readonly string[]): string | null {
  const text = find(element, ...path)?.text.trim();
  return text === undefined || text === "" ? null : text;
}

/** A tree of what is well-formed. A DOCTYPE is refused: no bank writes one, and it is where entities are declared. */
function parseXml(text: string): Element {
  const root: Element = { name: "", attributes: new Map(), children: [], text: "" };
  const open: Element[] = [root];
  let count = 0;
  const parser = new SaxesParser({ position: true });
  const stop = (why: string): never => {
    throw new InputError(
      `The XML is not readable at line ${parser.line}: ${why} Expected camt.052, camt.053 or camt.054.`,
    );
  };
  parser.on("error", () => stop("it is not well-formed."));
  parser.on("doctype", () => stop("a DOCTYPE is not accepted."));
  parser.on("opentag", (tag) => {
    count += 1;
    if (count > MAX_ELEMENTS || open.length > MAX_DEPTH) stop("it is too large.");
    const element: Element = {
      name: tag.name.slice(tag.name.indexOf(":") + 1),
      attributes: new Map(Object.entries(tag.attributes).map(([name, raw]) => [name, String(raw)])),
      children: [],
      text: "",
    };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on("closetag", () => {
    open.pop();
  });
  const append = (piece: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += piece;
  };
  parser.on("text", append);
  parser.on("cdata", append);
  parser.write(text.trimStart()).close();
  // The document element stands for the whole: `Document`, whatever its namespace.
  return root.children[0] ?? root;
}
