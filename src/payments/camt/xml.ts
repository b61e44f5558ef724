import { SaxesParser } from "saxes";
import { InputError } from "../../errors.ts";

/** An element by its local name, prefixes dropped. */
export interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Element[];
  text: string;
}

const MAX_DEPTH = 40;
/** Far more than 500 bookings need. */
const MAX_ELEMENTS = 60_000;

/** A tree of what is well-formed. A DOCTYPE is refused: no bank writes one, and it is where entities are declared. */
export function parseXml(text: string): Element {
  const root: Element = { name: "", attributes: new Map(), children: [], text: "" };
  const open: Element[] = [root];
  let count = 0;
  const parser = new SaxesParser({ position: true });
  const stop = (why: string): never => {
    throw new InputError(
      `The XML is not readable at line ${parser.line}: ${why} Expected camt.052, camt.053 or camt.054.`,
    );
  };
  parser.on("error", () => stop("it is not well-formed."));
  parser.on("doctype", () => stop("a DOCTYPE is not accepted."));
  parser.on("opentag", (tag) => {
    count += 1;
    if (count > MAX_ELEMENTS || open.length > MAX_DEPTH) stop("it is too large.");
    const element: Element = {
      name: localName(tag.name),
      attributes: new Map(Object.entries(tag.attributes).map(([name, raw]) => [localName(name), String(raw)])),
      children: [],
      text: "",
    };
    open.at(-1)?.children.push(element);
    open.push(element);
  });
  parser.on("closetag", () => {
    open.pop();
  });
  const append = (piece: string) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += piece;
  };
  parser.on("text", append);
  parser.on("cdata", append);
  parser.write(text.trimStart()).close();
  // The document element stands for the whole, whatever its name.
  return root.children[0] ?? root;
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

/** The children of that name. */
export function childrenOf(element: Element, name: string): Element[] {
  return element.children.filter((child) => child.name === name);
}

/** The first element at the end of the path. */
export function find(element: Element, ...path: readonly string[]): Element | undefined {
  return path.reduce<Element | undefined>((at, name) => at?.children.find((child) => child.name === name), element);
}

/** Every element at the end of the path. */
export function findAll(element: Element, ...path: readonly string[]): Element[] {
  return path.reduce<Element[]>((all, name) => all.flatMap((one) => childrenOf(one, name)), [element]);
}

/** The text at the end of the path, trimmed; `null` where there is none. */
export function valueAt(element: Element, ...path: readonly string[]): string | null {
  const text = find(element, ...path)?.text.trim();
  return text === undefined || text === "" ? null : text;
}
