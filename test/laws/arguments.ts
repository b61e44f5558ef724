import { isJsonObject } from "../../src/domain/json.ts";
import type { Random } from "../journal/random.ts";

/** How it is decided what is given. */
export type Chance = Pick<Random, "between" | "chance">;

/** What a generated argument may name, so that calls get further than "not found". */
export interface Known {
  readonly invoices: readonly string[];
  readonly customers: readonly string[];
  readonly others: readonly string[];
}

/** Arguments that fit a tool's schema: required ones always, others by chance; ids of documents that exist. */
export function argumentsFor(schema: unknown, random: Chance, known: Known): Record<string, unknown> {
  if (!isJsonObject(schema) || !isJsonObject(schema["properties"])) return {};
  const required: readonly unknown[] = Array.isArray(schema["required"]) ? schema["required"] : [];
  return Object.fromEntries(
    Object.entries(schema["properties"])
      .filter(([name]) => required.includes(name) || random.chance(0.4))
      .map(([name, inner]) => [name, valueFor(name, inner, random, known)]),
  );
}

function valueFor(name: string, schema: unknown, random: Chance, known: Known): unknown {
  if (!isJsonObject(schema)) return null;
  const choices = schema["enum"] ?? (schema["const"] === undefined ? undefined : [schema["const"]]);
  if (Array.isArray(choices)) return pick(choices, random);
  const options = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(options)) return valueFor(name, pick(options, random), random, known);
  switch (schema["type"]) {
    case "boolean":
      return random.chance(0.5);
    case "integer":
      return random.between(1, 3);
    case "number":
      return random.between(1, 2_000);
    case "array":
      return Array.from({ length: random.between(1, 2) }, () => valueFor(name, schema["items"], random, known));
    case "object":
      return argumentsFor(schema, random, known);
    default:
      return textFor(name, random, known);
  }
}

/** By the parameter's name: what it is called is what a caller would give. */
function textFor(name: string, random: Chance, known: Known): unknown {
  if (/invoice/.test(name)) return pick(known.invoices, random);
  if (/customer/.test(name)) return pick(known.customers, random);
  if (/currency/.test(name)) return "EUR";
  if (/date|_at$|since|until|day|from|to$/.test(name)) return `2026-0${random.between(3, 6)}-1${random.between(0, 9)}`;
  if (/email/.test(name)) return `law-${random.between(1, 999)}@example.com`;
  if (/locale|language/.test(name)) return "de";
  if (/country/.test(name)) return "DE";
  if (/mobile|phone/.test(name)) return "+4917612345678";
  return pick([...known.others, "Consulting, March 2026"], random);
}

function pick<T>(values: readonly T[], random: Chance): T | undefined {
  return values[random.between(0, values.length - 1)];
}
