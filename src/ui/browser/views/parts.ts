import { div, element } from "../element.ts";
import { type Data, text } from "./data.ts";
import type { Notation } from "./notation.ts";
import type { ViewWords } from "./words.ts";

/** What every view gets beside the data. */
export interface Frame {
  readonly words: ViewWords;
  readonly notation: Notation;
  readonly organization: string | null;
  readonly simulator: boolean;
  /** `YYYY-MM-DD` and the time zone of the person, where the server knows them. */
  readonly today: string | null;
  readonly zone: string | null;
}

type Child = Node | string | null;

let views = 0;

/** A view's frame: where it comes from, the answer as its headline, and the parts below. */
export function sheet(
  frame: Frame,
  title: string,
  lead: string | null,
  ...body: readonly (Node | null)[]
): HTMLElement {
  views += 1;
  const id = `view${views}`;
  return element(
    "section",
    { class: "card view", lang: frame.words.lang, "data-state": "preview", "aria-labelledby": id },
    element(
      "header",
      { class: "top" },
      element(
        "p",
        { class: "origin" },
        element("span", {}, frame.organization ?? ""),
        frame.simulator
          ? element("strong", { class: "badge", title: frame.words.simulatorHint }, frame.words.simulator)
          : null,
      ),
      element("h2", { id }, title),
      lead === null ? null : element("p", { class: "lead" }, lead),
    ),
    div("parts", ...body),
  );
}

export function part(title: string, ...children: readonly Child[]): HTMLElement {
  return element("section", { class: "part" }, element("h3", {}, title), ...children);
}

/** Something that a person must not miss; `lang` where it is the server's own sentence. */
export function caution(title: string, items: readonly string[], lang: string | null = null): HTMLElement | null {
  return list("warnings important", title, items, lang);
}

/** Something worth knowing. */
export function remark(title: string, items: readonly string[], lang: string | null = null): HTMLElement | null {
  return list("warnings", title, items, lang);
}

function list(kind: string, title: string, items: readonly string[], lang: string | null): HTMLElement | null {
  if (items.length === 0) return null;
  const marked = lang === null ? {} : { lang };
  return div(kind, element("h3", {}, title), element("ul", {}, ...items.map((item) => element("li", marked, item))));
}

/** A caution that is one sentence. */
export function notice(sentence: string): HTMLElement {
  return div("warnings important", element("h3", {}, sentence));
}

/** The customer's name; the answers' own word for none becomes the reader's. */
export function nameIn(row: Data, words: ViewWords): string {
  const name = text(row, "customer");
  return name === null || name === "no customer" ? words.noCustomer : name;
}

export interface Column {
  readonly title: string;
  /** `name`: the row's own name; `bar`: a picture of another cell, said to nobody; else figures, on the right. */
  readonly kind: "name" | "bar" | "figure";
}

export type Cell = string | Node;

/** Roles are spelled out because narrow screens restyle the table, and some browsers then forget that it is one. */
export function table(
  caption: string,
  columns: readonly Column[],
  body: readonly (readonly Cell[])[],
  options: { readonly total?: readonly Cell[] } = {},
): HTMLElement {
  const row = (cells: readonly Cell[]) =>
    element(
      "tr",
      { role: "row" },
      ...columns.map(({ title, kind }, index) => {
        const cell = cells[index] ?? "";
        if (kind === "name") return element("th", { role: "rowheader", scope: "row", class: kind }, cell);
        if (kind === "bar") return element("td", { role: "cell", class: kind, "aria-hidden": "true" }, cell);
        return element("td", { role: "cell", class: kind }, element("span", { class: "of" }, `${title} `), cell);
      }),
    );
  return div(
    "figures",
    element(
      "table",
      { role: "table" },
      element("caption", {}, caption),
      element(
        "thead",
        { role: "rowgroup" },
        element(
          "tr",
          { role: "row" },
          ...columns.map(({ title, kind }) =>
            kind === "bar"
              ? element("td", { role: "cell", class: kind, "aria-hidden": "true" })
              : element("th", { role: "columnheader", scope: "col", class: kind }, title),
          ),
        ),
      ),
      element("tbody", { role: "rowgroup" }, ...body.map(row)),
      options.total === undefined ? null : element("tfoot", { role: "rowgroup" }, row(options.total)),
    ),
  );
}

/** A bar of `value` against `most`; its amount stands beside it in words, so it is a picture only. */
export function bar(value: number, most: number, tone: string): HTMLElement {
  const share = most > 0 ? Math.max(0, Math.min(1, value / most)) : 0;
  const fill = element("span", { class: `fill ${tone}` });
  // Through the object model: the policy of the page allows no style in markup.
  fill.style.width = `${value > 0 ? Math.max(1, share * 100).toFixed(1) : 0}%`;
  return element("span", { class: "track" }, fill);
}

export function disclosure(summary: string, ...children: readonly Node[]): HTMLElement {
  return element("details", { class: "more" }, element("summary", {}, summary), ...children);
}
