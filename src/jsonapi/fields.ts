import { recordOf, unreadable } from "./decode.ts";
import { isRecord, type JsonRecord } from "./document.ts";

/** Beyond this a double no longer holds cents, and nothing on an invoice is that large. */
const LARGEST_NUMBER = 1e13;

/**
 * Typed reading of attributes. Missing and `null` read as `null`; a wrong type throws UnreadableAnswerError that names
 * the field.
 */
export interface Fields {
  /** Text as it is; `""` stays. */
  text(name: string): string | null;
  /** Text or a number, as text: numbers of documents, post codes. `""` reads as `null`. */
  word(name: string): string | null;
  /** true, false; 1 and 0 are understood. */
  flag(name: string): boolean | null;
  /** A JSON number, or a number in text, as plain decimal text. `""` reads as `null`. */
  decimalText(name: string): string | null;
  /** The objects of a list. */
  list(name: string): readonly Fields[];
  /** A nested object; `null` when missing or empty. */
  object(name: string): Fields | null;
  readonly names: readonly string[];
  /** The raw value, for maps whose values have no fixed type. */
  raw(name: string): unknown;
}

export function fieldsOf(values: JsonRecord, at: string): Fields {
  const own = (name: string): unknown => (Object.hasOwn(values, name) ? (values[name] ?? null) : null);
  const where = (name: string) => `${at}.${name}`;
  return {
    names: Object.keys(values),
    raw: own,
    text(name) {
      const value = own(name);
      if (value === null || typeof value === "string") return value;
      throw unreadable(where(name), value, "text");
    },
    word(name) {
      const value = own(name);
      if (value === null || value === "") return null;
      if (typeof value === "string") return value;
      if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
      throw unreadable(where(name), value, "text");
    },
    flag(name) {
      const value = own(name);
      if (value === null || typeof value === "boolean") return value;
      if (value === 1 || value === 0) return value === 1;
      throw unreadable(where(name), value, "true or false");
    },
    decimalText(name) {
      const value = own(name);
      if (value === null || value === "") return null;
      if (typeof value === "number" && Math.abs(value) <= LARGEST_NUMBER) return String(value);
      if (typeof value === "string" && /^-?\d{1,14}(\.\d{1,10})?$/.test(value)) return value;
      throw unreadable(where(name), value, "a number");
    },
    list(name) {
      const value = own(name);
      if (value === null) return [];
      if (!Array.isArray(value)) throw unreadable(where(name), value, "a list");
      return value.map((item: unknown, index) => {
        if (!isRecord(item)) throw unreadable(`${where(name)}[${index}]`, item, "an object");
        return fieldsOf(item, `${where(name)}[${index}]`);
      });
    },
    object(name) {
      const nested = recordOf(own(name), where(name));
      return Object.keys(nested).length === 0 ? null : fieldsOf(nested, where(name));
    },
  };
}
