import { element } from "../element.ts";
import { isRecord } from "../json.ts";
import { count, type Data, rows, size, text, texts } from "./data.ts";
import { bar, type Column, caution, disclosure, type Frame, nameIn, notice, part, sheet, table } from "./parts.ts";

const AMOUNTS = ["net", "tax", "gross"] as const;

/** What was billed: sums, months and customers as bars, and the rates that the tax return asks for. */
export function billingView(data: Data, more: Data, frame: Frame): HTMLElement {
  const { words, notation } = frame;
  const totals = rows(data, "totals");
  const [from, to] = (text(data, "period") ?? "").split(" to ");
  const currencies = totals.map((total) => text(total, "currency") ?? "");
  return sheet(
    frame,
    totals.length === 0
      ? words.nothingBilled
      : words.billed(totals.map((total) => money(total, "gross", frame)).join(` ${words.and} `)),
    from === undefined || to === undefined ? null : words.period(notation.day(from), notation.day(to)),
    data["complete"] === false ? notice(words.partOnly) : null,
    totals.length === 0 ? null : sums(totals, frame),
    ...currencies.map((currency) =>
      bars(words.byMonth(currency), words.month, currency, rows(data, "months"), "month", frame),
    ),
    rates(rows(data, "taxes"), frame),
    ...currencies.map((currency) =>
      bars(words.byCustomer(currency), words.customer, currency, rows(data, "customers"), "customer", frame),
    ),
    count(data, "more_customers") === 0
      ? null
      : element("p", { class: "rest" }, words.moreCustomers(count(data, "more_customers"))),
    documents(data, more, frame),
    unclear(data, more, frame),
    apart(more, frame),
  );
}

function money(row: Data, name: string, { notation }: Frame): string {
  return notation.money(text(row, name) ?? "", text(row, "currency") ?? "");
}

function amountColumns({ words }: Frame): Column[] {
  return AMOUNTS.map((name) => ({ title: words[name], kind: "figure" }));
}

function sums(totals: readonly Data[], frame: Frame): HTMLElement {
  const { words } = frame;
  return part(
    words.totals,
    table(
      words.totals,
      [{ title: words.currency, kind: "name" }, ...amountColumns(frame), { title: words.stillOpen, kind: "figure" }],
      totals.map((total) => [
        `${text(total, "currency") ?? ""} · ${words.documents(count(total, "documents"))}`,
        ...[...AMOUNTS, "open"].map((name) => money(total, name, frame)),
      ]),
    ),
  );
}

function rates(taxes: readonly Data[], frame: Frame): HTMLElement | null {
  if (taxes.length === 0) return null;
  const { words, notation } = frame;
  return part(
    words.byRate,
    table(
      words.byRate,
      [{ title: words.rate, kind: "name" }, ...amountColumns(frame)],
      taxes.map((tax) => {
        const rate = text(tax, "tax_rate") ?? "";
        return [
          rate === "not stated" ? words.rateNotStated : notation.rate(rate),
          ...AMOUNTS.map((name) => money(tax, name, frame)),
        ];
      }),
    ),
  );
}

/** One row per month or customer of a currency, with its gross as a bar; null where there is nothing to compare. */
function bars(
  title: string,
  named: string,
  currency: string,
  all: readonly Data[],
  name: "month" | "customer",
  frame: Frame,
): HTMLElement | null {
  const mine = all.filter((row) => text(row, "currency") === currency);
  if (mine.length === 0) return null;
  const most = Math.max(...mine.map((row) => Math.abs(size(text(row, "gross")))));
  return part(
    title,
    table(
      title,
      [
        { title: named, kind: "name" },
        { title: "", kind: "bar" },
        { title: frame.words.net, kind: "figure" },
        { title: frame.words.gross, kind: "figure" },
      ],
      mine.map((row) => [
        name === "month" ? frame.notation.month(text(row, name) ?? "") : nameIn(row, frame.words),
        bar(size(text(row, "gross")), most, "calm"),
        money(row, "net", frame),
        money(row, "gross", frame),
      ]),
    ),
  );
}

function documents(data: Data, more: Data, frame: Frame): HTMLElement | null {
  const { words, notation } = frame;
  const listed = rows(more, "documents");
  if (listed.length === 0) return null;
  const left = count(data, "more_documents");
  return disclosure(
    words.documents(listed.length + left),
    table(
      words.theDocuments,
      [{ title: words.document, kind: "name" }, { title: words.customer, kind: "name" }, ...amountColumns(frame)],
      listed.map((row) => [
        [
          text(row, "number") ?? "–",
          notation.day(text(row, "day") ?? ""),
          ...(row["credit_note"] === true ? [words.creditNote] : []),
          ...(row["open"] === true ? [words.openMark] : []),
        ].join(" · "),
        nameIn(row, words),
        ...AMOUNTS.map((name) => money(row, name, frame)),
      ]),
    ),
    ...(left === 0 ? [] : [element("p", { class: "rest" }, words.moreDocuments(left))]),
  );
}

/** In the reader's words where each is known, else as the server says it. */
function unclear(data: Data, more: Data, { words }: Frame): HTMLElement | null {
  const said = texts(data, "unclear");
  const known = rows(more, "unclear").flatMap((one) => {
    const why = Object.entries(words.unclearWhy).find(([code]) => code === one["code"])?.[1];
    return why === undefined ? [] : [`${text(one, "document") ?? ""}: ${why}`];
  });
  return known.length === said.length ? caution(words.unclear, known) : caution(words.unclear, said, "en");
}

function apart(more: Data, { words }: Frame): HTMLElement | null {
  const aside = more["apart"];
  if (!isRecord(aside) || count(aside, "quotes") + count(aside, "drafts") === 0) return null;
  return element("p", { class: "rest" }, words.apart(count(aside, "quotes"), count(aside, "drafts")));
}
