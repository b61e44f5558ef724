import { oneLine } from "./domain/untrusted.ts";

/** How settings go wrong on their way from a file, a shell or a host to this process. */

/** `${…}`, `{{…}}`, `<…>`, `%NAME%`, `$NAME`: somebody else was to put a value there. */
const PLACEHOLDER = /\$\{[^}]*\}|\{\{[^}]*\}\}|<[^<>]*>|^%\w+%$|^\$\w+$/;

/** What a desktop host passes for the optional setting of this name that a person left empty. */
function isLeftEmpty(value: string, name: string): boolean {
  return value === `\${user_config.${name}}`;
}

/** `placeholder`: one that was never filled in; `blank`: that, and nothing at all. */
export type Refuses = "placeholder" | "blank";

export type Given = { readonly value: string | undefined } | { readonly problem: string };

/** The value given for a setting; `undefined` when it counts as not set. */
export function givenValue(raw: string | undefined, name: string, refuses: Refuses | undefined): Given {
  if (raw === undefined) return { value: undefined };
  const text = raw.trim();
  if (text === "") {
    return refuses === "blank" ? { problem: "is set but blank; give a value or remove it" } : { value: undefined };
  }
  if (refuses !== "blank" && isLeftEmpty(text, name)) return { value: undefined };
  if (refuses === undefined && /^\$\{[^}]*\}$/.test(text)) return { value: undefined };
  if (PLACEHOLDER.test(text)) return { problem: "still holds a placeholder that nothing has filled in" };
  return { value: text };
}

/** What is wrong with the form of a token; `null`: nothing. Never quotes it. */
export function tokenProblem(token: string): string | null {
  if (/^Bearer\b/i.test(token)) return "begins with the word Bearer; give the token alone";
  if (/^["'`“„‘].*["'`”“’]$/s.test(token)) return "is in quotation marks; give the token alone";
  if (/\s/.test(token)) return "holds blanks or line breaks; copy the token alone";
  if (!/^[\x21-\x7e]+$/.test(token)) return "holds characters that no token has; copy the token alone";
  return null;
}

/**
 * A variable that looks like one of ours and is none: what was meant by it does not hold. Exact on systems that tell
 * capitals apart.
 */
export function unknownVariable(
  names: readonly string[],
  known: readonly string[],
  platform: string,
): { readonly name: string; readonly nearest: string } | null {
  const exact = (name: string) => (platform === "win32" ? name.toUpperCase() : name);
  for (const name of names) {
    if (known.includes(exact(name)) || !/^invoic/i.test(name)) continue;
    const [nearest] = known
      .map((one) => ({ name: one, shared: sharedWords(name, one), distance: distance(name.toUpperCase(), one) }))
      .sort((a, b) => (Math.min(a.distance, b.distance) > 2 ? b.shared - a.shared : 0) || a.distance - b.distance);
    if (nearest === undefined) continue;
    // Other programs have variables that begin like ours; within our own prefix every name counts.
    if (/^invoices_/i.test(name) || nearest.distance <= 3) return { name: oneLine(name, 60), nearest: nearest.name };
  }
  return null;
}

/** Words in common after the prefix; a word's beginning (`ORG`) counts for it. */
function sharedWords(name: string, known: string): number {
  const words = name.toUpperCase().split("_").slice(1);
  return known
    .split("_")
    .slice(1)
    .filter((word) => words.some((one) => one.length > 1 && (word.startsWith(one) || one.startsWith(word)))).length;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
