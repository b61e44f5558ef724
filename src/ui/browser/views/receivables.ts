import { div, element } from "../element.ts";
import { count, type Data, rows, rowsAt, size, text } from "./data.ts";
import { bar, disclosure, type Frame, nameIn, notice, part, sheet, table } from "./parts.ts";

const AGES = ["not_due", "1-30", "31-60", "61-90", "over_90"] as const;
type Age = (typeof AGES)[number];
const TONES: Readonly<Record<Age, string>> = {
  not_due: "calm",
  "1-30": "late1",
  "31-60": "late2",
  "61-90": "late3",
  over_90: "late4",
};

/** Who owes: per currency the open amounts by age as bars, then the customers, the longest overdue first. */
export function receivablesView(data: Data, more: Data, frame: Frame): HTMLElement {
  const { words, notation } = frame;
  const totals = rows(data, "totals");
  const invoices = count(data, "covers");
  const sum = (name: string, some: readonly Data[]) =>
    some.map((total) => notation.money(text(total, name) ?? "", text(total, "currency") ?? "")).join(` ${words.and} `);
  const overdue = totals.filter((total) => size(text(total, "overdue")) > 0);
  return sheet(
    frame,
    invoices === 0 ? words.nothingOpen : words.open(sum("open", totals)),
    invoices === 0
      ? null
      : overdue.length === 0
        ? words.noneOverdue(invoices)
        : words.ofWhichOverdue(sum("overdue", overdue), invoices),
    data["part"] === true ? notice(words.partOnly) : null,
    ...totals.map((total) => byAge(total, frame)),
    customers(data, more, frame),
  );
}

function byAge(total: Data, { words, notation }: Frame): HTMLElement {
  const currency = text(total, "currency") ?? "";
  const amounts = AGES.flatMap((age) => {
    const amount = text(total, age);
    return amount === null ? [] : [{ age, amount }];
  });
  const most = Math.max(...amounts.map(({ amount }) => size(amount)));
  return part(
    words.byAge(currency),
    table(
      words.byAge(currency),
      [
        { title: words.ageColumn, kind: "name" },
        { title: "", kind: "bar" },
        { title: words.amount, kind: "figure" },
      ],
      amounts.map(({ age, amount }) => [
        words.age[age],
        bar(size(amount), most, TONES[age]),
        notation.money(amount, currency),
      ]),
    ),
  );
}

function customers(data: Data, more: Data, frame: Frame): HTMLElement | null {
  const { words } = frame;
  const debtors = rows(data, "customers");
  if (debtors.length === 0) return null;
  const most = new Map<string, number>();
  for (const debtor of debtors) {
    const currency = text(debtor, "currency") ?? "";
    most.set(currency, Math.max(most.get(currency) ?? 0, size(text(debtor, "open"))));
  }
  const left = count(data, "more_customers");
  return part(
    words.whoOwes,
    element(
      "ul",
      { class: "entries" },
      ...debtors.map((debtor, index) =>
        element("li", {}, debtorEntry(debtor, rowsAt(more, "invoices", index), most, frame)),
      ),
    ),
    left === 0 ? null : element("p", { class: "rest" }, words.moreCustomers(left)),
  );
}

function debtorEntry(
  debtor: Data,
  invoices: readonly Data[],
  most: ReadonlyMap<string, number>,
  { words, notation }: Frame,
): HTMLElement {
  const currency = text(debtor, "currency") ?? "";
  const days = count(debtor, "oldest_days");
  const left = count(debtor, "more_invoices");
  const all = invoices.length + left;
  return div(
    "entry",
    div(
      "line",
      element("strong", { class: "who" }, nameIn(debtor, words)),
      element("span", { class: "sum" }, notation.money(text(debtor, "open") ?? "", currency)),
    ),
    stack(debtor, most.get(currency) ?? 0),
    days === 0
      ? null
      : element(
          "p",
          { class: "note late" },
          `${words.overdueColumn} ${notation.money(text(debtor, "overdue") ?? "", currency)} · ${words.oldest(days)}`,
        ),
    all === 0
      ? null
      : disclosure(
          words.invoices(all),
          element(
            "ul",
            { class: "plain" },
            ...invoices.map((invoice) => element("li", {}, ...invoiceLine(invoice, currency))),
          ),
        ),
  );

  function invoiceLine(invoice: Data, code: string): (HTMLElement | string)[] {
    const due = text(invoice, "due");
    const amount = text(invoice, "amount");
    return [
      element("span", { class: "name" }, text(invoice, "number") ?? "–"),
      element("span", { class: "day" }, due === null ? words.noDueDate : words.due(notation.day(due))),
      element("span", { class: "sum" }, amount === null ? "–" : notation.money(amount, code)),
    ];
  }
}

/** One bar of all ages, as long as the customer's share of the largest; the figures stand beside it. */
function stack(debtor: Data, most: number): HTMLElement {
  const track = element("span", { class: "track", "aria-hidden": "true" });
  for (const age of AGES) {
    const share = most > 0 ? size(text(debtor, age)) / most : 0;
    if (share <= 0) continue;
    const fill = element("span", { class: `fill ${TONES[age]}` });
    fill.style.width = `${(share * 100).toFixed(1)}%`;
    track.append(fill);
  }
  return track;
}
