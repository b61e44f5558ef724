import { type Invoice, isOpen } from "../domain/invoice.ts";
import { type Decimal, formatMoney, sum, zero } from "../domain/money.ts";
import { compareAmounts, discountOf, judge, type Kind, nameOf } from "./judge.ts";
import type { PaidLine } from "./line-facts.ts";
import { compareNames, type NameVerdict, type Payer } from "./names.ts";
import type { Named } from "./number-index.ts";
import type { Found } from "./proposal.ts";
import { type Said, said, sentences, unended } from "./said.ts";
import { subsetsOfSum } from "./subsets.ts";

/** An open invoice and the names of those who could pay it. */
export interface Candidate {
  readonly invoice: Invoice;
  readonly names: string[][];
}

/** At most this many candidates are listed. */
const LISTED = 5;
/** Sums are tried for a customer with at most this many open invoices; of a part of them none would be proven unique. */
const MAX_SUMMED = 12;

/** A payment beside everything that is known of it. */
interface Case {
  readonly amount: Decimal;
  readonly currency: string;
  readonly named: Named;
  /** Open invoices whose customer is the payer. */
  readonly payers: readonly Invoice[];
  readonly open: readonly Candidate[];
  readonly verdict: (candidate: Candidate) => NameVerdict;
}

export function propose(
  line: PaidLine,
  currency: string,
  named: Named,
  payer: Payer,
  open: readonly Candidate[],
): Found {
  const [one, two] = named.exact;
  const verdicts = new Map<Candidate, NameVerdict>();
  const verdict = (candidate: Candidate): NameVerdict => {
    const known = verdicts.get(candidate) ?? compareNames(payer, candidate.names);
    verdicts.set(candidate, known);
    return known;
  };
  const payers = open.filter((candidate) => verdict(candidate) === "agrees").map(({ invoice }) => invoice);
  const given: Case = { amount: line.amount, currency, named, payers, open, verdict };
  if (one !== undefined && two === undefined) return byNumber(line, given, one, payer);
  if (one !== undefined) return byNumbers(line.amount, currency, named.exact);
  return byLikeness(given) ?? byName(given) ?? byAmount(given);
}

function byNumber(line: PaidLine, given: Case, invoice: Invoice, payer: Payer): Found {
  const { currency, named, payers, open, verdict } = given;
  const { kind, ...why } = judge(line.amount, currency, invoice);
  const how = named.carried.get(invoice.id);
  const fee = line.fee?.fee;
  const kept =
    fee === undefined || fee.eq(0)
      ? []
      : [
          said(
            `A fee of ${formatMoney(fee, currency)} was kept back.`,
            `Eine Gebühr von ${formatMoney(fee, currency, "de")} wurde einbehalten.`,
          ),
        ];
  const gross = line.fee ? judge(line.fee.gross, currency, invoice) : null;
  if (kind !== "agrees" && gross?.kind !== "agrees") {
    return (
      byOtherInvoice(invoice, why, given) ??
      found(kind, [invoice], how === undefined ? why : sentences(how, why), [invoice])
    );
  }
  const own = open.find((candidate) => candidate.invoice.id === invoice.id);
  // Somebody else may pay; but who has an open invoice of his own and pays another's may have mistaken the number.
  if (payer.is_name && payers.length > 0 && own !== undefined && verdict(own) === "differs") {
    return likely(
      invoice,
      said(
        `Number and amount agree, but the payer looks like the customer of ${short(payers.map(nameOf))}.`,
        `Nummer und Betrag passen, aber der Zahler sieht aus wie der Kunde von ${short(payers.map(nameOf))}.`,
      ),
    );
  }
  const other =
    payer.is_name && own !== undefined && verdict(own) === "differs"
      ? [said("The payer is not the customer.", "Der Zahler ist nicht der Kunde.")]
      : [];
  return {
    kind: "sure",
    invoices: [invoice],
    ...sentences(how ?? agreedReason([invoice]), ...kept, ...other),
    settles: true,
    part_of: [],
  };
}

/** The number's invoice does not fit, but name and amount are another one's: a number mistaken, or a payment in part? */
function byOtherInvoice(invoice: Invoice, why: Said, { amount, currency, payers }: Case): Found | null {
  const others = payers.filter(
    (other) => other.id !== invoice.id && other.currency === currency && other.total?.eq(amount),
  );
  const [one, two] = others;
  if (one === undefined || two !== undefined) return null;
  const name = nameOf(one);
  return ask(
    [one, invoice],
    said(
      `Name and amount agree with ${name}, but the number is another: ${why.reason}`,
      `Name und Betrag passen zu ${name}, aber die Nummer ist eine andere: ${why.german}`,
    ),
    [invoice],
  );
}

/** What is said where nothing but number and amount is to be said. */
export function agreedReason(invoices: readonly Invoice[]): Said {
  const names = invoices.map(nameOf).join();
  return invoices.length === 1
    ? said(`Number and amount agree with ${names}.`, `Nummer und Betrag passen zu ${names}.`)
    : said("All are named, and their sum is the amount.", "Alle sind genannt, und ihre Summe ist der Betrag.");
}

/** Several invoices named in one payment. */
function byNumbers(amount: Decimal, currency: string, invoices: readonly Invoice[]): Found {
  const due = invoices.filter((invoice) => isOpen(invoice) && invoice.currency === currency && invoice.total !== null);
  const total = sum(due.map((invoice) => invoice.total ?? zero));
  if (due.length === invoices.length) {
    const { kind, ...why } = compareAmounts(
      amount,
      total,
      currency,
      `the ${due.length} invoices named together`,
      `die ${due.length} genannten Rechnungen zusammen`,
    );
    if (kind === "agrees") {
      return { kind: "several", invoices: due, ...agreedReason(due), settles: true, part_of: [] };
    }
    const exactly = due.filter((invoice) => invoice.total?.eq(amount));
    if (exactly.length === 1) {
      const names = exactly.map(nameOf).join();
      return ask(
        invoices,
        said(
          `Several are named; only ${names} has this amount.`,
          `Mehrere sind genannt; nur ${names} hat diesen Betrag.`,
        ),
      );
    }
    return found(kind === "overpaid" ? "overpaid" : "partial", invoices, why);
  }
  const others = invoices.filter((invoice) => !due.includes(invoice)).map(nameOf);
  const [be, sind] = others.length === 1 ? ["is", "ist"] : ["are", "sind"];
  if (due.length > 0 && amount.eq(total)) {
    return found(
      "likely",
      due,
      said(
        `Named, and the amount agrees; ${short(others)}, named too, ${be} not open.`,
        `Genannt, und der Betrag passt; ${short(others)}, auch genannt, ${sind} nicht offen.`,
      ),
    );
  }
  return ask(
    invoices,
    said(
      `Several are named; ${short(others)} ${be} not open in ${currency}.`,
      `Mehrere sind genannt; ${short(others)} ${sind} nicht in ${currency} offen.`,
    ),
  );
}

/** A number that only looks like the one written. Never settles. */
function byLikeness({ amount, currency, named: { fuzzy }, payers }: Case): Found | null {
  if (fuzzy.length === 0) return null;
  const verdicts = fuzzy.map((invoice) => ({ invoice, ...judge(amount, currency, invoice) }));
  const agreeing = verdicts.filter(({ kind }) => kind === "agrees").map(({ invoice }) => invoice);
  const [one, two] = agreeing;
  if (one !== undefined && two === undefined) {
    const name = nameOf(one);
    return likely(
      one,
      said(
        `The number looks like ${name}, and the amount agrees.`,
        `Die Nummer sieht aus wie ${name}, und der Betrag passt.`,
      ),
    );
  }
  if (one !== undefined) {
    return ask(
      firstOf(agreeing, payers),
      said(
        "The number could be any of these, all with this amount.",
        "Die Nummer könnte jede von diesen sein, alle mit diesem Betrag.",
      ),
    );
  }
  const known = verdicts.filter(({ invoice }) => payers.includes(invoice));
  const [same, more] = known;
  if (same !== undefined && more === undefined && (same.kind === "partial" || same.kind === "overpaid")) {
    const why = said(
      `The number looks like it, the name agrees; ${same.reason}`,
      `Die Nummer sieht so aus, der Name passt; ${same.german}`,
    );
    return found(same.kind, [same.invoice], why, [same.invoice]);
  }
  const [only, other] = verdicts;
  // A different amount and nobody of that name: name and amount of another invoice say more.
  if (only !== undefined && other === undefined && only.kind !== "partial" && only.kind !== "overpaid") {
    return found(
      only.kind === "agrees" ? "likely" : only.kind,
      [only.invoice],
      said(`The number looks like it: ${only.reason}`, `Die Nummer sieht so aus: ${only.german}`),
    );
  }
  return payers.some((invoice) => invoice.currency === currency && invoice.total?.eq(amount))
    ? null
    : ask(
        firstOf(fuzzy, payers),
        said(
          "The number looks like it, but the amount differs.",
          "Die Nummer sieht so aus, aber der Betrag weicht ab.",
        ),
      );
}

function byName({ amount, currency, payers, named }: Case): Found | null {
  const due = payers.filter((invoice) => invoice.currency === currency && invoice.total !== null);
  if (due.length === 0) {
    const other = payers.filter((invoice) => invoice.total?.eq(amount));
    const [foreign] = other;
    return foreign === undefined
      ? null
      : found(
          "wrong_currency",
          other.slice(0, LISTED),
          said(
            `Name and figure agree, but the invoice is in ${foreign.currency}, the payment in ${currency}.`,
            `Name und Zahl passen, aber die Rechnung lautet auf ${foreign.currency}, die Zahlung auf ${currency}.`,
          ),
        );
  }
  const equal = due.filter((invoice) => invoice.total?.eq(amount));
  const [one, two] = equal;
  if (one !== undefined && two === undefined)
    return likely(one, withUnnamed("Name and amount agree", "Name und Betrag passen", named));
  if (one !== undefined) {
    return ask(
      equal,
      withUnnamed(
        `Name and amount agree with ${equal.length} open invoices`,
        `Name und Betrag passen zu ${equal.length} offenen Rechnungen`,
        named,
      ),
    );
  }
  return (
    bySums(amount, due, named) ??
    byDiscount(amount, currency, due, named) ??
    ask(
      due,
      said(
        `Only the name agrees; no open invoice of it, and no sum of them, is ${formatMoney(amount, currency)}.`,
        `Nur der Name passt; keine offene Rechnung dazu, auch keine Summe davon, ist ${formatMoney(amount, currency, "de")}.`,
      ),
      due,
    )
  );
}

function bySums(amount: Decimal, due: readonly Invoice[], named: Named): Found | null {
  const customers = new Set(due.map((invoice) => invoice.customer_id ?? invoice.id));
  const sums = [...customers].flatMap((customer) => {
    const theirs = due.filter((invoice) => (invoice.customer_id ?? invoice.id) === customer);
    return theirs.length > MAX_SUMMED ? [] : subsetsOfSum(theirs, amount);
  });
  const [subset, another] = sums;
  if (subset === undefined) return null;
  if (another !== undefined) {
    return ask(
      subset,
      said(
        "Name agrees; more than one sum of open invoices makes the amount.",
        "Der Name passt; mehr als eine Summe offener Rechnungen ergibt den Betrag.",
      ),
    );
  }
  return found(
    "several",
    subset,
    withUnnamed(
      "Name agrees, and only these together make the amount",
      "Der Name passt, und nur diese zusammen ergeben den Betrag",
      named,
    ),
  );
}

function byDiscount(amount: Decimal, currency: string, due: readonly Invoice[], named: Named): Found | null {
  const granted = due.filter(({ total }) => total !== null && discountOf(amount, total) !== null);
  const [one, two] = granted;
  if (one === undefined || two !== undefined) return null;
  const why = unended(judge(amount, currency, one));
  return found("partial", [one], withUnnamed(`Name agrees; ${why.reason}`, `Der Name passt; ${why.german}`, named), [
    one,
  ]);
}

/** The last hint: never more than a question, unless the name fits in part. */
function byAmount({ amount, currency, open, named, verdict }: Case): Found {
  const equal = open.filter(({ invoice }) => invoice.currency === currency && invoice.total?.eq(amount));
  const alike = equal.filter((candidate) => verdict(candidate) === "partly").map(({ invoice }) => invoice);
  const [one, two] = alike;
  if (one !== undefined && two === undefined) {
    return likely(
      one,
      withUnnamed("The amount agrees, the name in part", "Der Betrag passt, der Name zum Teil", named),
    );
  }
  const invoices = firstOf(
    equal.map(({ invoice }) => invoice),
    alike,
  );
  if (invoices.length === 0) {
    const what = unnamed(named);
    return found(
      "not_found",
      [],
      said(
        `${capital(what.reason)}; no open invoice has this name or amount.`,
        `${capital(what.german)}; keine offene Rechnung hat diesen Namen oder Betrag.`,
      ),
    );
  }
  return ask(
    invoices,
    one === undefined
      ? withUnnamed("Only the amount agrees", "Nur der Betrag passt", named)
      : withUnnamed(
          "The amount agrees, the name in part with several",
          "Der Betrag passt, der Name zum Teil bei mehreren",
          named,
        ),
  );
}

function withUnnamed(reason: string, german: string, named: Named): Said {
  const what = unnamed(named);
  return said(`${reason}; ${what.reason}.`, `${german}; ${what.german}.`);
}

/** What the text says about numbers, made of digits alone. */
function unnamed({ unknown, remarks, elsewhere }: Named): Said {
  const written = unknown.map(({ groups, tail }) => [...groups, ...(tail.length === 1 ? [tail] : [])].join("-"));
  if (written.length > 0) {
    return said(`no invoice ${short(written)} was found`, `keine Rechnung ${short(written)} wurde gefunden`);
  }
  if (elsewhere) {
    return said(
      "the number given is introduced as another kind of number",
      "die angegebene Nummer ist als eine andere Art von Nummer bezeichnet",
    );
  }
  return remarks.length > 0
    ? said("no number is given beside the reference", "neben der Referenz ist keine Nummer angegeben")
    : said("no number is given", "keine Nummer ist angegeben");
}

function short(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 3).join(", ")} …` : names.join(", ");
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** Those whose name fits come first. */
function firstOf(invoices: readonly Invoice[], preferred: readonly Invoice[]): Invoice[] {
  return [...invoices].sort((a, b) => Number(preferred.includes(b)) - Number(preferred.includes(a)));
}

function found(kind: Kind, invoices: readonly Invoice[], why: Said, part_of: readonly Invoice[] = []): Found {
  const { reason, german } = why;
  return { kind, invoices, reason, german, settles: false, part_of };
}

function likely(invoice: Invoice, why: Said): Found {
  return found("likely", [invoice], why);
}

function ask(invoices: readonly Invoice[], why: Said, part_of: readonly Invoice[] = []): Found {
  const count = invoices.length - LISTED;
  const more = count > 0 ? [said(`${count} more are not listed.`, `${count} weitere sind nicht aufgeführt.`)] : [];
  return found("ambiguous", invoices.slice(0, LISTED), sentences(why, ...more), part_of);
}
