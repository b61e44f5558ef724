/** Hand-made camt messages for tests: whole ones, entries and transaction details, every piece replaceable. */
export interface EntryParts {
  readonly amount?: string;
  readonly currency?: string | null;
  readonly side?: string | null;
  readonly status?: string | null;
  readonly date?: string;
  /** Behind the dates: codes, details, information. */
  readonly more?: string;
}

/** `<Name>value</Name>`; nothing for `null`. */
export function tag(name: string, value: string | null): string {
  return value === null ? "" : `<${name}>${value}</${name}>`;
}

export function amt(amount: string, currency: string | null = "EUR"): string {
  return `<Amt${currency === null ? "" : ` Ccy="${currency}"`}>${amount}</Amt>`;
}

export function entry({ amount = "1785.00", currency = "EUR", side = "CRDT", ...rest }: EntryParts): string {
  const { status = "BOOK", date = tag("BookgDt", tag("Dt", "2026-11-12")), more = "" } = rest;
  return tag("Ntry", `${amt(amount, currency)}${tag("CdtDbtInd", side)}${tag("Sts", status)}${date}${more}`);
}

/** `NtryDtls` of transactions, each from its content. */
export function details(...transactions: readonly string[]): string {
  return tag("NtryDtls", transactions.map((one) => tag("TxDtls", one)).join(""));
}

export function said(text: string): string {
  return tag("RmtInf", tag("Ustrd", text));
}

export function payer(name: string): string {
  return tag("RltdPties", tag("Dbtr", tag("Nm", name)));
}

export const ACCOUNT = "<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>";

export function camt053(entries: string | readonly string[], version = "08", account = ACCOUNT): string {
  const balance = `<Bal>${amt("99.00")}<CdtDbtInd>CRDT</CdtDbtInd></Bal>`;
  const report = tag("Stmt", `${account}${balance}${typeof entries === "string" ? entries : entries.join("")}`);
  return `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.${version}">${tag("BkToCstmrStmt", report)}</Document>`;
}
