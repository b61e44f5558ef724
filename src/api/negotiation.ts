import type { ApiProblem, InvoicingError } from "../errors.ts";
import { RejectedError } from "../errors.ts";

/**
 * Filters, sort and includes the API is not documented to support. What it refuses (400 with `source.parameter`) is
 * left out from then on, for the life of the process.
 */
export interface Wishes {
  readonly filters: readonly string[];
  readonly sort: boolean;
  readonly includes: readonly string[];
}

export interface Negotiator {
  /** What of the wishes to ask for. */
  allowed(wishes: Wishes): Wishes;
  /** Runs `ask` with what is allowed; on a refusal of one of the wishes asks again without it. */
  run<T>(wishes: Wishes, ask: (asked: Wishes) => Promise<T>): Promise<{ readonly answer: T; readonly asked: Wishes }>;
}

export function createNegotiator(): Negotiator {
  const refused = { filters: new Set<string>(), includes: new Set<string>(), sort: false };
  const allowed = (wishes: Wishes): Wishes => ({
    filters: wishes.filters.filter((name) => !refused.filters.has(name)),
    includes: wishes.includes.filter((name) => !refused.includes.has(name)),
    sort: wishes.sort && !refused.sort,
  });
  return {
    allowed,
    async run(wishes, ask) {
      for (;;) {
        const asked = allowed(wishes);
        try {
          return { answer: await ask(asked), asked };
        } catch (error) {
          const refusal = error instanceof RejectedError ? refusedWish(error, asked) : null;
          if (refusal === null) throw error;
          if (refusal.kind === "sort") refused.sort = true;
          else for (const name of refusal.names) refused[refusal.kind].add(name);
        }
      }
    },
  };
}

type Refusal = { readonly kind: "sort" } | { readonly kind: "filters" | "includes"; readonly names: readonly string[] };

/** Which wish a 400 is about; `null` when it is about something else. */
function refusedWish(error: InvoicingError, asked: Wishes): Refusal | null {
  if (error.status !== 400) return null;
  for (const problem of error.problems) {
    const parameter = problem.parameter ?? "";
    if (asked.sort && parameter === "sort") return { kind: "sort" };
    if (asked.includes.length > 0 && parameter === "include") {
      // Least needed last in the list: it goes first when the API does not say which one it means.
      return { kind: "includes", names: named(problem, asked.includes) ?? asked.includes.slice(-1) };
    }
    if (asked.filters.length > 0 && /^filter\b/.test(parameter)) {
      return { kind: "filters", names: named(problem, asked.filters) ?? asked.filters };
    }
  }
  return null;
}

/** Details are translated, names of parameters are not. */
function named(problem: ApiProblem, names: readonly string[]): readonly string[] | null {
  const words = `${problem.parameter ?? ""} ${problem.detail ?? ""}`.split(/[^A-Za-z0-9_]+/);
  const found = names.filter((name) => words.includes(name));
  return found.length === 0 ? null : found;
}
