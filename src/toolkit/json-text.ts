import type { z } from "zod";
import { isJsonObject } from "../domain/json.ts";

/**
 * Some clients send arrays, objects, numbers and booleans as JSON text. Where the schema wants one of these and the text
 * is one, it is read as what it is; any other text stays and is refused as before. The other way round, an id that is a JSON
 * number is its digits: ids of old documents look like numbers. Other texts are not: a postcode would lose its zero.
 */
export function withJsonTextRead(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  let read = value;
  for (const issue of issues) {
    if (issue.code === "invalid_type") read = replaced(read, issue.path, issue.expected, "");
  }
  return read;
}

/** Arguments that hold an id of the API, and the value of a filter, which is compared as text. Our own ids are no numbers. */
const HOLDS_ID = /^((customer|invoice|item|reference|resource|field)_id|customer|instead_of|value)$/;

function replaced(value: unknown, path: readonly PropertyKey[], expected: string, name: string): unknown {
  const [key, ...rest] = path;
  if (key === undefined) {
    if (typeof value === "string") return parsedAs(value, expected);
    return expected === "string" && HOLDS_ID.test(name) ? textOf(value, name) : value;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (index === key ? replaced(item, rest, expected, name) : item));
  }
  if (!isJsonObject(value) || typeof key !== "string" || !Object.hasOwn(value, key)) return value;
  return { ...value, [key]: replaced(value[key], rest, expected, key) };
}

/** A whole number that JSON carries exactly; a filter's value may be any number, or a checkbox's. */
function textOf(value: unknown, name: string): unknown {
  if (name === "value" && (typeof value === "boolean" || typeof value === "number")) return String(value);
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? String(value) : value;
}

function parsedAs(text: string, expected: string): unknown {
  switch (expected) {
    case "number":
    case "int":
      // Plain decimal notation only: 1e3 or 1,000 is nobody's price.
      return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
    case "boolean":
      return text.trim() === "true" ? true : text.trim() === "false" ? false : text;
    case "array":
    case "object":
    case "record": {
      const parsed = jsonOf(text);
      return (expected === "array" ? Array.isArray(parsed) : isJsonObject(parsed)) ? parsed : text;
    }
    default:
      return text;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
