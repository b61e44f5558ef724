import type { z } from "zod";
import { oneLine } from "../domain/untrusted.ts";
import { InputError } from "../errors.ts";
import { withJsonTextRead } from "./json-text.ts";

/**
 * Validates arguments. `null` counts as absent (strict function calling sends it for every optional parameter).
 * The message names what is wrong, what is expected, and that nothing was sent.
 */
export function parseInput<I extends z.ZodObject>(tool: string, schema: I, raw: unknown): z.infer<I> {
  let given = withoutNulls(raw ?? {});
  let parsed = schema.safeParse(given, { reportInput: true });
  // What a text held may hold texts again: lines of an invoice and their prices.
  for (let depth = 0; depth < 3 && !parsed.success; depth += 1) {
    given = withoutNulls(withJsonTextRead(given, parsed.error.issues));
    parsed = schema.safeParse(given, { reportInput: true });
  }
  if (parsed.success) return parsed.data;
  const known = Object.keys(schema.shape);
  const reasons = parsed.error.issues.slice(0, 5).map((issue) => describeIssue(issue, known));
  throw new InputError(`${tool}: ${reasons.join(" ")}`);
}

function describeIssue(issue: z.core.$ZodIssue, known: readonly string[]): string {
  const where = issue.path.map(String).join(".");
  switch (issue.code) {
    case "unrecognized_keys": {
      const names = issue.keys.map((key) => `"${oneLine(key, 40)}"`).join(", ");
      const expected = issue.path.length === 0 ? ` Expected: ${known.join(", ")}.` : "";
      return `Unknown argument ${names}${where === "" ? "" : ` in ${where}`}.${expected}`;
    }
    case "invalid_type":
    case "invalid_value":
      return issue.input === undefined
        ? `${where || "arguments"} is required.`
        : `${where || "arguments"}: ${sentence(issue.message)}`;
    default:
      return `${where === "" ? "" : `${where}: `}${sentence(issue.message)}`;
  }
}

/** Zod quotes what it received; a long or hostile value must not come back whole. */
function sentence(message: string): string {
  const text = oneLine(message, 160);
  return text.endsWith(".") ? text : `${text}.`;
}

function withoutNulls(value: unknown, depth = 0): unknown {
  if (depth > 8 || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => withoutNulls(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== null)
      .map(([key, item]) => [key, withoutNulls(item, depth + 1)]),
  );
}
