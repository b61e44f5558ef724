import { div, element } from "../element.ts";
import { isRecord } from "../json.ts";
import { count, type Data, difference, rows, text, texts } from "./data.ts";
import { caution, type Frame, part, sheet } from "./parts.ts";
import { wordOf } from "./words.ts";

const GROUPS = [
  { name: "sure", title: "sure", sign: "=" },
  { name: "to_decide", title: "toDecide", sign: "?" },
  { name: "not_found", title: "notFound", sign: "–" },
] as const;

/** A bank statement beside the invoices: each line and what it pays, the sure ones first. */
export function statementView(data: Data, more: Data, frame: Frame): HTMLElement {
  const { words, notation } = frame;
  const counted = GROUPS.map(({ name }) => rows(data, name).length);
  const omitted = count(data, "omitted");
  const all = counted.reduce((sum, one) => sum + one, 0) + omitted;
  const received = rows(data, "totals").map((total) => {
    const currency = text(total, "currency") ?? "";
    return words.received(
      notation.money(text(total, "received") ?? "", currency),
      notation.money(text(total, "settle") ?? "", currency),
    );
  });
  // In the reader's words where they came along, else as the answer says it.
  const remarks = (title: string, name: "questions" | "unread") => {
    const own = words.lang === "de" ? texts(more, name) : [];
    return own.length > 0 ? caution(title, own) : caution(title, texts(data, name), "en");
  };
  const { ignored, pending, failed } = words.ignoredLines;
  const leftOut = [
    ...[count(data, "ignored")].filter((some) => some > 0).map(ignored),
    ...[count(data, "pending")].filter((some) => some > 0).map(pending),
    ...[count(data, "failed")].filter((some) => some > 0).map(failed),
    ...(omitted === 0 ? [] : [words.omittedLines(omitted)]),
  ];
  return sheet(
    frame,
    all === 0 ? words.noPayments : words.matched(rows(data, "settle").length, all),
    received.length === 0 ? null : received.join(" · "),
    remarks(words.questions, "questions"),
    ...GROUPS.map(({ name, title, sign }) =>
      group(words[title], sign, rows(data, name), reasonsIn(more, words), frame),
    ),
    leftOut.length === 0 ? null : element("p", { class: "rest" }, leftOut.join(" · ")),
    remarks(words.unread, "unread"),
    text(data, "incomplete") === null ? null : element("p", { class: "rest", lang: "en" }, text(data, "incomplete")),
  );
}

/** In the reader's language, by handle; empty where it is the answer's own. */
function reasonsIn(more: Data, { lang }: Frame["words"]): Data {
  const reasons = more["reasons"];
  return lang === "de" && isRecord(reasons) ? reasons : {};
}

function group(title: string, sign: string, lines: readonly Data[], reasons: Data, frame: Frame): HTMLElement | null {
  if (lines.length === 0) return null;
  return part(
    `${title} (${lines.length})`,
    element("ul", { class: "pairs" }, ...lines.map((line) => element("li", {}, pair(line, sign, reasons, frame)))),
  );
}

function pair(line: Data, sign: string, reasons: Data, frame: Frame): HTMLElement {
  const { words, notation } = frame;
  const day = text(line, "day");
  const payer = text(line, "payer");
  const said = text(line, "text");
  const invoices = rows(line, "invoices");
  return div(
    "pair",
    div(
      "bankline",
      element("p", { class: "label" }, day === null ? words.bankLine : `${words.bankLine} · ${notation.day(day)}`),
      div(
        "line",
        element("strong", { class: "who" }, payer ?? said ?? words.noPayer),
        element("span", { class: "sum" }, notation.moneyText(text(line, "amount") ?? "")),
      ),
      payer === null || said === null ? null : element("p", { class: "said" }, said),
    ),
    element("span", { class: "sign", "aria-hidden": "true" }, sign),
    div(
      "match",
      element("p", { class: "label" }, words.invoice),
      ...(invoices.length === 0
        ? [element("p", { class: "missing" }, words.nothingFound)]
        : invoices.map((invoice) =>
            div(
              "line",
              element(
                "span",
                { class: "who" },
                element("strong", {}, text(invoice, "number") ?? "–"),
                text(invoice, "customer") === null ? "" : ` ${text(invoice, "customer")}`,
              ),
              element("span", { class: "sum" }, notation.moneyText(text(invoice, "amount") ?? "–")),
            ),
          )),
      verdict(line, sign, reasons, frame),
    ),
  );
}

/** Why it is not sure: in the reader's words first, then the server's own sentence. */
function verdict(line: Data, sign: string, reasons: Data, { words, notation }: Frame): HTMLElement | null {
  const kind = text(line, "kind");
  const facts = (name: string) =>
    (text(line, name) ?? "")
      .split(", ")
      .filter((fact) => fact !== "")
      .map((fact) => wordOf(words.fact, fact))
      .join(", ");
  const [one, ...others] = rows(line, "invoices");
  const off = one === undefined || others.length > 0 ? null : offBy(text(line, "amount"), text(one, "amount"));
  const apart =
    off === null || (kind !== "partial" && kind !== "overpaid")
      ? null
      : off.startsWith("-")
        ? words.missing(notation.moneyText(off.slice(1)))
        : words.tooMuch(notation.moneyText(off));
  const parts = [
    kind === null
      ? null
      : element("strong", {}, [wordOf(words.kind, kind), ...(apart === null ? [] : [apart])].join(": ")),
    ...(["agrees", "partly", "differs"] as const).map((name) =>
      facts(name) === "" ? null : element("span", { class: name }, `${words[name]}: ${facts(name)}`),
    ),
    text(line, "reason") === null ? null : reasonOf(line, reasons),
  ].filter((node) => node !== null);
  return parts.length === 0 ? null : div(sign === "=" ? "verdict" : "verdict doubtful", ...parts);
}

function reasonOf(line: Data, reasons: Data): HTMLElement {
  const own = text(reasons, text(line, "handle") ?? "");
  return own === null
    ? element("span", { class: "reason", lang: "en" }, text(line, "reason"))
    : element("span", { class: "reason" }, own);
}

/** The payment less what is due, as amount and currency; null in two currencies. */
function offBy(paid: string | null, due: string | null): string | null {
  const [a, b] = [paid?.split(" ") ?? [], due?.split(" ") ?? []];
  if (a[0] === undefined || b[0] === undefined || a[1] === undefined || a[1] !== b[1]) return null;
  const off = difference(a[0], b[0]);
  return off === null ? null : `${off} ${a[1]}`;
}
