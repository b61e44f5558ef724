import { isRecord } from "../json.ts";

/** Readers for a tool's structured answer: what is missing or of another shape is absent, never guessed. */
export type Data = Readonly<Record<string, unknown>>;

export function text(data: Data, name: string): string | null {
  const value = data[name];
  return typeof value === "string" && value !== "" ? value : null;
}

export function count(data: Data, name: string): number {
  const value = data[name];
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

export function rows(data: Data, name: string): readonly Data[] {
  const value = data[name];
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

export function texts(data: Data, name: string): readonly string[] {
  const value = data[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** The member at `index` of a list of lists. */
export function rowsAt(data: Data, name: string, index: number): readonly Data[] {
  const value = data[name];
  const inner: unknown = Array.isArray(value) ? value[index] : null;
  return Array.isArray(inner) ? inner.filter(isRecord) : [];
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/** The size of a decimal text, for the length of a bar only; amounts are shown from their text. */
export function size(decimal: string | null): number {
  return decimal !== null && DECIMAL.test(decimal) ? Number(decimal) : 0;
}

/** `a - b` of two decimal texts, exactly; null where one of them is none. */
export function difference(a: string, b: string): string | null {
  const [one, two] = [DECIMAL.exec(a), DECIMAL.exec(b)];
  if (one === null || two === null) return null;
  const places = Math.max(one[3]?.length ?? 0, two[3]?.length ?? 0);
  const units = (parts: RegExpExecArray) => BigInt(`${parts[1]}${parts[2]}${(parts[3] ?? "").padEnd(places, "0")}`);
  const result = units(one) - units(two);
  const digits = String(result < 0n ? -result : result).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  return `${result < 0n ? "-" : ""}${whole}${places === 0 ? "" : `.${digits.slice(-places)}`}`;
}
