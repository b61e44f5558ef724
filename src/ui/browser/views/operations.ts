import { div, element } from "../element.ts";
import { count, type Data, rows, text, texts } from "./data.ts";
import { type Frame, notice, part, sheet } from "./parts.ts";
import { wordOf } from "./words.ts";

const OPEN = ["dispatching", "unknown", "ambiguous"];

/** What was done: in sum first, what is unresolved before all else, then step by step, the newest first. */
export function operationsView(data: Data, more: Data, frame: Frame): HTMLElement {
  const { words } = frame;
  const operations = rows(data, "operations");
  const open = operations.filter((operation) => OPEN.includes(text(operation, "state") ?? ""));
  const rest = operations.filter((operation) => !open.includes(operation));
  const left = count(data, "more");
  const sums = rows(more, "sums");
  return sheet(
    frame,
    operations.length === 0
      ? words.nothingDone
      : open.length > 0
        ? words.unresolved(open.length)
        : sums.length > 0
          ? sums.map((sum) => didIn(sum, words)).join(", ")
          : words.operations(operations.length + left),
    days(more, frame),
    more["part"] === true ? notice(words.partOnly) : null,
    list(words.unresolved(open.length), open, frame),
    sums.length === 0 ? null : part(words.sums, sumTiles(sums, frame)),
    list(words.theOperations, rest, frame),
    left === 0 ? null : element("p", { class: "rest" }, words.moreOperations(left)),
  );
}

/** The day or days that were asked for; null for what is unresolved, of whatever day. */
function days(more: Data, { words, notation }: Frame): string | null {
  const [since, until] = [text(more, "since"), text(more, "until")];
  if (since === null || until === null) return null;
  return since === until ? notation.day(since) : words.days(notation.day(since), notation.day(until));
}

/** `2 sent` */
function didIn(sum: Data, words: Frame["words"]): string {
  return `${count(sum, "done")} ${wordOf(words.did, text(sum, "act") ?? "")}`;
}

function sumTiles(sums: readonly Data[], { words, notation }: Frame): HTMLElement {
  return element(
    "dl",
    { class: "tiles" },
    ...sums.map((sum) =>
      div(
        "tile",
        element("dt", {}, didIn(sum, words)),
        ...rows(sum, "amounts").map((amount) =>
          element("dd", {}, notation.money(text(amount, "amount") ?? "", text(amount, "currency") ?? "")),
        ),
      ),
    ),
  );
}

function list(title: string, operations: readonly Data[], frame: Frame): HTMLElement | null {
  if (operations.length === 0) return null;
  return part(title, element("ol", { class: "steps" }, ...operations.map((operation) => step(operation, frame))));
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

function step(operation: Data, { words, notation, zone, today }: Frame): HTMLElement {
  const state = text(operation, "state") ?? "";
  const document = numberOf(operation);
  const amount = text(operation, "amount");
  const paidBy = text(operation, "bank_line");
  const why = text(operation, "why");
  return element(
    "li",
    { class: `step ${wordOf(TONES, state)}` },
    element("span", { class: "at" }, notation.time(text(operation, "at") ?? "", zone, today)),
    div(
      "deed",
      div(
        "line",
        element(
          "span",
          { class: "who" },
          element("strong", {}, wordOf(words.act, text(operation, "act") ?? "")),
          document === null ? "" : ` ${document}`,
        ),
        element("span", { class: "state" }, wordOf(words.state, state)),
        amount === null ? null : element("span", { class: "sum" }, plain(amount, notation)),
      ),
      paidBy === null ? null : element("p", { class: "note" }, `${words.paidBy}: ${paidBy}`),
      why === null ? null : element("p", { class: "note", lang: "en" }, why),
    ),
  );
}

/** The document's number, the one it was given if it had none; an id says nothing to a person. */
function numberOf(operation: Data): string | null {
  const named = text(operation, "document");
  if (named !== null && !UUID.test(named)) return named;
  const given = texts(operation, "result").find((member) => member.startsWith("number: "));
  return given === undefined ? null : given.slice("number: ".length);
}

const TONES: Readonly<Record<string, string>> = {
  done: "good",
  not_done: "none",
  mismatch: "odd",
  unknown: "odd",
  ambiguous: "odd",
  dispatching: "odd",
};

/** `1,785.00 EUR`, as the answers write it, in the reader's notation. */
function plain(amount: string, notation: Frame["notation"]): string {
  return notation.moneyText(amount.replace(/(\d),(?=\d{3})/g, "$1"));
}
