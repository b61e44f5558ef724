import { isRecord, recordIn, textIn } from "../json.ts";
import { billingView } from "./billing.ts";
import type { Data } from "./data.ts";
import { notationOf } from "./notation.ts";
import { operationsView } from "./operations.ts";
import type { Frame } from "./parts.ts";
import { receivablesView } from "./receivables.ts";
import { statementView } from "./statement.ts";
import { viewWordsFor } from "./words.ts";

const VIEWS: Readonly<Record<string, (data: Data, more: Data, frame: Frame) => HTMLElement>> = {
  receivables: receivablesView,
  statement: statementView,
  billing: billingView,
  operations: operationsView,
};

/**
 * The picture of a tool's answer: `shown` (from `_meta`) says which and in whose language, the figures are those of the
 * structured answer. Null where the answer has no picture.
 */
export function viewOf(shown: unknown, structured: unknown): HTMLElement | null {
  const name = textIn(shown, "show");
  if (name === null || !Object.hasOwn(VIEWS, name) || !isRecord(shown) || !isRecord(structured)) return null;
  const words = viewWordsFor(textIn(shown, "locale") ?? "en");
  const frame: Frame = {
    words,
    notation: notationOf(words.lang),
    organization: textIn(recordIn(shown, "organization"), "name"),
    simulator: shown["simulator"] === true,
    today: textIn(shown, "today"),
    zone: textIn(shown, "time_zone"),
  };
  return VIEWS[name]?.(structured, recordIn(shown, "more") ?? {}, frame) ?? null;
}
