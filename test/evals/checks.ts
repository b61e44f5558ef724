import { expect } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import { missingInText } from "../laws/answers.ts";
import type { Args, Effects } from "./conversation.ts";
import type { Answer } from "./seen.ts";

/** docs/responses.md as far as a program can read an answer: holds for every answer of every conversation. */
export function expectGoodCopy(answer: Answer): void {
  const { text, structured, isError, tool } = answer;
  const shown = `${tool}:\n${text}`;
  expect(missingInText(structured, text).join("; "), shown).toBe("");
  expect(shown).not.toMatch(/undefined|\[object |NaN|Infinity/);
  // § 14 UStG: a "Gutschrift" is issued by the customer; a cancellation is a Stornorechnung.
  expect(shown).not.toMatch(/gutschrift/i);
  expect(structured["account"], shown).toBeTypeOf("string");
  const error = structured["error"];
  expect(isJsonObject(error), shown).toBe(isError);
  if (isJsonObject(error)) {
    expect(error["effect"], shown).toBe("none");
    expect(text.match(/\b[Nn]othing was\b/g)?.length, shown).toBe(1);
    expect(text, shown).toMatch(/Next: \S/);
  }
  const sentences = text.split(/(?<=[.!?])\s+/).filter((sentence) => sentence.length > 25);
  expect(sentences.length - new Set(sentences).size, `a sentence twice in ${shown}`).toBe(0);
}

const IDENTIFIER = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{20,}|op_[\w-]+|\b\d{6}\b|\b[A-Z]{2}-\d{4}-\d{4}\b/g;

/**
 * An assistant can only name what it was told: every id and number of a call has to stand in the person's words, or in
 * the text and in the structure of an earlier answer (some clients show only one of them).
 */
export function expectKnown(args: Args, words: string, answers: readonly Answer[]): void {
  for (const id of JSON.stringify(args).match(IDENTIFIER) ?? []) {
    if (words.includes(id)) continue;
    expect(
      answers.some(({ text }) => text.includes(id)),
      `${id} in the text of an earlier answer`,
    ).toBe(true);
    const structures = answers.map(({ structured }) => JSON.stringify(structured));
    expect(
      structures.some((structure) => structure.includes(id)),
      `${id} in an earlier structure`,
    ).toBe(true);
  }
}

export function expectTexts(
  what: string,
  text: string,
  wanted: readonly (string | RegExp)[] = [],
  unwanted: readonly (string | RegExp)[] = [],
): void {
  for (const one of wanted) {
    if (typeof one === "string") expect(text, what).toContain(one);
    else expect(text, what).toMatch(one);
  }
  for (const one of unwanted) {
    if (typeof one === "string") expect(text, what).not.toContain(one);
    else expect(text, what).not.toMatch(one);
  }
}

export function counted(kinds: readonly string[]): Effects {
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
