import { type BankLine, filled, plainText } from "../bank-line.ts";
import { isReturnCode, returnIn } from "../returned.ts";
import { untagged } from "../sepa-tags.ts";
import { type Element, find, findAll, valueAt } from "./xml.ts";

type Said = Pick<BankLine, "text" | "counterparty" | "reference" | "returned">;

/** What the payer wrote (free and structured), who paid, the creditor's reference, and whether the money came back. */
export function saidIn(details: readonly Element[], entry: Element, isDebit: boolean): Said {
  const texts = details.flatMap(textsOf);
  const ids = details.flatMap(endToEndIds);
  const banks = [...details.map((detail) => valueAt(detail, "AddtlTxInf")), valueAt(entry, "AddtlNtryInf")];
  // The bank's own words repeat the payer's, or stand for them where there are none.
  const said = [...(texts.length > 0 ? texts : banks), ...ids].flatMap((text) => filled(text, 1_000) ?? []);
  const names = new Set(details.flatMap((detail) => nameIn(detail, isDebit) ?? []));
  const references = new Set(details.flatMap(referencesOf));
  const [name] = names;
  const [reference] = references;
  return {
    text: plainText([...new Set(said)].join(" ")),
    counterparty: names.size === 1 ? filled(name ?? null) : null,
    reference: references.size === 1 ? filled(reference ?? null) : null,
    returned: returnOf(details, entry),
  };
}

function textsOf(detail: Element): string[] {
  const structured = findAll(detail, "RmtInf", "Strd");
  return [
    ...findAll(detail, "RmtInf", "Ustrd").map(({ text }) => untagged(text)),
    ...referencesOf(detail),
    ...structured.flatMap((one) =>
      [...findAll(one, "RfrdDocInf", "Nb"), ...findAll(one, "RfrdDocInf", "RfrdDocNb")].map(({ text }) => text),
    ),
    ...structured.flatMap((one) => findAll(one, "AddtlRmtInf").map(({ text }) => text)),
  ].filter((text) => text.trim() !== "");
}

/** References with check digits and others: `CdtrRef` in version 1, `Ref` since. */
function referencesOf(detail: Element): string[] {
  const infos = findAll(detail, "RmtInf", "Strd", "CdtrRefInf");
  return infos.flatMap((info) => valueAt(info, "Ref") ?? valueAt(info, "CdtrRef") ?? []);
}

function endToEndIds(detail: Element): string[] {
  const id = valueAt(detail, "Refs", "EndToEndId");
  return id === null || /^(NOTPROVIDED|NOT PROVIDED|NONREF|N\/A)$/i.test(id) ? [] : [id];
}

/** The debtor of money that came in, and for whom he paid, if that is another; the creditor of what went out. */
function nameIn(detail: Element, isDebit: boolean): string | null {
  const roles = isDebit ? ["Cdtr", "UltmtCdtr"] : ["Dbtr", "UltmtDbtr"];
  const names = roles.flatMap((role) => partyName(find(detail, "RltdPties", role)) ?? []);
  return names.length === 0 ? null : [...new Set(names)].join(" / ");
}

/** Versions up to 7 name a party at once, later ones as `Pty` or, for a bank, `Agt`. */
function partyName(party: Element | undefined): string | null {
  if (party === undefined) return null;
  return valueAt(party, "Nm") ?? valueAt(party, "Pty", "Nm") ?? valueAt(party, "Agt", "FinInstnId", "Nm");
}

function returnOf(details: readonly Element[], entry: Element): string | null {
  const infos = details.flatMap((detail) => findAll(detail, "RtrInf"));
  const [info] = infos;
  if (info !== undefined) {
    const reason = valueAt(info, "Rsn", "Cd") ?? valueAt(info, "Rsn", "Prtry");
    const more = findAll(info, "AddtlInf").map(({ text }) => text);
    return filled([reason ?? "", ...more].join(" ")) ?? "RtrInf";
  }
  const codes = [entry, ...details].flatMap((one) => [
    valueAt(one, "BkTxCd", "Domn", "Fmly", "SubFmlyCd"),
    germanCode(one),
  ]);
  const code = codes.find((one) => one !== null && isReturnCode(one));
  const words = [...details.map((detail) => valueAt(detail, "AddtlTxInf")), valueAt(entry, "AddtlNtryInf")];
  const said = words.map(returnIn).find((one) => one !== null) ?? null;
  return filled(said ?? code ?? null);
}

/** Three digits mean something else at every issuer: only those of German banks (`NTRF+166`, or issued by them) are known. */
function germanCode(part: Element): string | null {
  const code = valueAt(part, "BkTxCd", "Prtry", "Cd");
  const issuer = valueAt(part, "BkTxCd", "Prtry", "Issr");
  return code?.includes("+") || issuer === "DK" || issuer === "ZKA" ? code : null;
}
