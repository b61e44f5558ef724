/** Builds elements without ever parsing markup: strings become text nodes, so untrusted text stays text. */

type Child = Node | string | null;
type Attributes = Readonly<Record<string, string>>;

/** Bidi controls, zero-width and control characters. The server removes them too; a view that approves relies on nobody. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is removed here.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

export function clean(text: string): string {
  return text.replace(HIDDEN, "");
}

/** No break between an amount and its currency, or a number and its per cent sign; none within a day (`31 Mar 2026`). */
export function unbroken(text: string): string {
  return text
    .replace(/(\d) (?=[A-Z]{3}(?![A-Za-z])|%|Uhr\b|min\b)/g, "$1\u00a0")
    .replace(/\b(\d{1,2}) ([A-Z][a-z]{2,3}) (?=\d{4}\b)/g, "$1\u00a0$2\u00a0");
}

/** Attributes are the view's own constants; untrusted text goes into `children` only. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes,
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  for (const child of children) {
    if (child !== null) node.append(typeof child === "string" ? unbroken(clean(child)) : child);
  }
  return node;
}

export function div(className: string, ...children: readonly Child[]): HTMLDivElement {
  return element("div", { class: className }, ...children);
}
