import type { InvoiceView } from "../plan-view.ts";
import { div, element } from "./element.ts";
import type { Words } from "./words.ts";

/** `1,785.00 EUR` → `1,785.00` where the currency stands above the column already. */
function bare(amount: string, currency: string): string {
  const suffix = ` ${currency}`;
  return amount.endsWith(suffix) ? amount.slice(0, -suffix.length) : amount;
}

export function documentTitle(view: InvoiceView, words: Words): string {
  const kind = words.kind[view.kind];
  return view.number === null ? kind : `${kind} ${view.number}`;
}

export interface PaperOptions {
  /** Heading level, so that the outline stays right wherever the paper is put. */
  readonly level: "h2" | "h3";
  /** The e-mail address is one that will be written to, not merely the customer's. */
  readonly mailed: boolean;
}

/** One document as a piece of paper. */
export function invoicePaper(view: InvoiceView, words: Words, options: PaperOptions): HTMLElement {
  return element(
    "article",
    { class: "paper" },
    div(
      "head",
      div(
        "to",
        element("p", { class: "label" }, words.recipient),
        recipient(view, words, !options.mailed && view.kind === "draft"),
      ),
      div(
        "about",
        element(options.level, { class: "number" }, documentTitle(view, words)),
        view.kind === "draft" ? null : element("p", { class: "status" }, view.status),
      ),
    ),
    factList(view, options.mailed ? words.mailedTo : words.email, words),
    lines(view, words),
    totals(view, words),
    view.notes.length === 0
      ? null
      : div(
          "notes",
          element("p", { class: "label" }, words.notes),
          ...view.notes.map((line) => element("p", {}, line)),
        ),
  );
}

function recipient(view: InvoiceView, words: Words, fillsIn: boolean): HTMLElement {
  if (view.recipient.length > 0) return block(view.recipient);
  if (view.buyer_address.length === 0) {
    return element("p", { class: "missing" }, fillsIn ? words.filledInLater : words.noRecipient);
  }
  return div("filled", block(view.buyer_address), element("p", { class: "missing" }, words.filledIn));
}

function block(lines: readonly string[]): HTMLElement {
  return element("address", {}, ...lines.map((line) => element("span", {}, line)));
}

function factList(view: InvoiceView, emailLabel: string, words: Words): HTMLElement | null {
  const rows: HTMLElement[] = [];
  const add = (label: string, value: string | null, note: string | null = null) => {
    if (value === null) return;
    rows.push(
      div(
        "fact",
        element("dt", {}, label),
        element("dd", {}, value, note === null ? null : element("span", { class: "caution" }, note)),
      ),
    );
  };
  add(emailLabel, view.email, view.email_note);
  add(words.customer, view.customer);
  add(words.issued, view.issued_at);
  add(words.due, view.due_date);
  add(words.vatNumber, view.vat_number);
  if (view.sender.length > 0) {
    rows.push(div("fact", element("dt", {}, words.sender), element("dd", {}, block(view.sender))));
  }
  return rows.length === 0 ? null : element("dl", { class: "facts" }, ...rows);
}

/** Roles are spelled out because narrow screens restyle the table, and some browsers then forget that it is one. */
function lines(view: InvoiceView, words: Words): HTMLElement {
  if (view.lines.length === 0) return element("p", { class: "missing" }, words.noLines);
  const head = (text: string, kind: string) => element("th", { role: "columnheader", scope: "col", class: kind }, text);
  const cell = (text: string, kind: string) => element("td", { role: "cell", class: kind }, text);
  const body = view.lines.map((line) =>
    element(
      "tr",
      { role: "row" },
      element(
        "td",
        { role: "cell", class: "what" },
        element("span", { class: "title" }, line.title),
        line.subtitle === null ? null : element("span", { class: "subtitle" }, line.subtitle),
      ),
      cell(line.quantity, "quantity"),
      cell(line.unit_price === null ? "–" : bare(line.unit_price, view.currency), "price"),
      cell(line.tax_rate, "rate"),
      cell(line.total === null ? "–" : bare(line.total, view.currency), "sum"),
    ),
  );
  return div(
    "lines",
    element(
      "table",
      { role: "table" },
      element("caption", {}, `${words.amounts[view.amounts_are]} ${view.currency}`),
      element(
        "thead",
        { role: "rowgroup" },
        element(
          "tr",
          { role: "row" },
          head(words.description, "what"),
          head(words.quantity, "quantity"),
          head(words.unitPrice, "price"),
          head(words.taxRate, "rate"),
          head(words.lineTotal, "sum"),
        ),
      ),
      element("tbody", { role: "rowgroup" }, ...body),
    ),
    view.more_lines === 0 ? null : element("p", { class: "caution" }, words.moreLines(view.more_lines)),
  );
}

function totals(view: InvoiceView, words: Words): HTMLElement {
  const row = (label: string, amount: string | null, kind: string) =>
    amount === null ? null : div(kind, element("dt", {}, label), element("dd", {}, amount));
  const taxes = view.taxes.map((line) => row(`${words.tax} ${line.rate}`, line.tax, "row"));
  return element(
    "dl",
    { class: "totals" },
    row(words.net, view.net, "row"),
    ...(taxes.some((line) => line !== null) ? taxes : [row(words.tax, view.tax, "row")]),
    row(words.gross, view.gross ?? "–", "row gross"),
  );
}
