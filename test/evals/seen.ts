import { isJsonObject } from "../../src/domain/json.ts";

/** An answer as a client shows it to its model. */
export interface Answer {
  readonly tool: string;
  readonly isError: boolean;
  readonly text: string;
  readonly structured: Readonly<Record<string, unknown>>;
}

/** All that the assistant knows: the person's words and the answers so far. */
export class Seen {
  readonly words: string;
  readonly answers: Answer[] = [];

  constructor(words: string) {
    this.words = words;
  }

  /** What the person pasted below their first line. */
  get pasted(): string {
    return this.words.slice(this.words.indexOf("\n") + 1);
  }

  /** Text at a path of the last answer's structure. */
  last(...path: readonly (string | number)[]): string {
    return this.of(this.answers.length - 1, ...path);
  }

  /** Text at a path of the structure of one answer, counted from 0. */
  of(answer: number, ...path: readonly (string | number)[]): string {
    const value = at(this.answers[answer]?.structured, ...path);
    if (typeof value !== "string") {
      throw new Error(`answer ${answer} has no ${path.join(".")}: ${JSON.stringify(this.answers[answer]?.structured)}`);
    }
    return value;
  }

  /** Rows of a list in one answer. */
  rows(answer: number, key: string): Readonly<Record<string, unknown>>[] {
    const value = this.answers[answer]?.structured[key];
    if (!Array.isArray(value)) throw new Error(`answer ${answer} has no list ${key}`);
    return value.filter(isJsonObject);
  }

  /** The one row of a list whose JSON holds all words, as a reader would choose it; its field. */
  pick(answer: number, key: string, field: string, ...words: readonly string[]): string {
    const found = this.rows(answer, key).filter((row) => words.every((word) => JSON.stringify(row).includes(word)));
    const value = found[0]?.[field];
    if (found.length !== 1 || typeof value !== "string") {
      throw new Error(`${found.length} rows of ${key} hold ${words.join(", ")}`);
    }
    return value;
  }
}

export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const key of path) {
    if (Array.isArray(current) && typeof key === "number") current = current[key];
    else current = isJsonObject(current) ? current[String(key)] : undefined;
  }
  return current;
}
