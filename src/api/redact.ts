import { oneLine } from "../domain/untrusted.ts";
import type { ApiProblem } from "../errors.ts";

/** Removes secrets and cleans text that came from the API before it enters an error or a log line. */
export interface Redactor {
  /** Remembers a secret by value. */
  secret(value: string): void;
  /** Remembers a secret that passes through, such as a document's link, among the latest ones. */
  passing(value: string): void;
  text(raw: string, max: number): string;
  problem(problem: ApiProblem): ApiProblem;
}

/** A list is 30 documents with up to three links each. */
const MOST_PASSING = 1_000;
/** Tokens that are renewed: what an answer quotes is one of the latest. */
const MOST_SECRETS = 16;

const PATTERNS: readonly RegExp[] = [
  /\bBearer\s+\S+/gi,
  /\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g,
  /([?&](?:access_)?(?:token|signature|key)=)[^&\s"']+/gi,
];

/** A secret with blanks or line breaks between its characters. */
function brokenUp(secret: string): RegExp {
  const characters = Array.from(secret, (one) => one.replace(/[.*+?^${}()|[\]\\/]/, "\\$&"));
  return new RegExp(characters.join("[\\s⏎]*"), "gu");
}

export function createRedactor(): Redactor {
  /** Each with its pattern for when it comes broken up. */
  const secrets = new Map<string, RegExp>();
  const passing = new Set<string>();
  const hide = (raw: string): string => {
    let text = raw;
    for (const pattern of secrets.values()) text = text.replace(pattern, "[redacted]");
    for (const secret of [...secrets.keys(), ...passing]) {
      text = text.replaceAll(secret, "[redacted]").replaceAll(encodeURIComponent(secret), "[redacted]");
    }
    for (const pattern of PATTERNS) {
      text = text.replace(pattern, (_match, kept: unknown) =>
        typeof kept === "string" && /^[?&]/.test(kept) ? `${kept}[redacted]` : "[redacted]",
      );
    }
    return text;
  };
  // Cleaned first: hidden characters inside a secret would keep it from being recognised, and cleaning would join it.
  const text = (raw: string, max: number): string => oneLine(hide(oneLine(raw, Number.POSITIVE_INFINITY)), max);
  return {
    secret(value) {
      // Shorter values would blank out ordinary words.
      if (value.length < 6 || secrets.has(value)) return;
      secrets.set(value, brokenUp(value));
      const [oldest] = secrets.keys();
      if (secrets.size > MOST_SECRETS && oldest !== undefined) secrets.delete(oldest);
    },
    passing(value) {
      if (value.length < 6) return;
      passing.delete(value);
      passing.add(value);
      const [oldest] = passing;
      if (passing.size > MOST_PASSING && oldest !== undefined) passing.delete(oldest);
    },
    text,
    problem: (problem) => ({
      ...(problem.status === undefined ? {} : { status: text(problem.status, 12) }),
      ...(problem.code === undefined ? {} : { code: text(problem.code, 60) }),
      ...(problem.title === undefined ? {} : { title: text(problem.title, 120) }),
      ...(problem.detail === undefined ? {} : { detail: text(problem.detail, 200) }),
      ...(problem.pointer === undefined ? {} : { pointer: text(problem.pointer, 120) }),
      ...(problem.parameter === undefined ? {} : { parameter: text(problem.parameter, 60) }),
    }),
  };
}
