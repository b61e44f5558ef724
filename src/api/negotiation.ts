import type { ApiProblem, InvoicingError } from "../errors.ts";
import { RejectedError } from "../errors.ts";

/**
 * Filters, sort and includes the API is not documented to support. What it refuses (400) is left out from then on, for
 * the life of the process.
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

type Wish = { readonly kind: "sort" } | { readonly kind: "filters" | "includes"; readonly names: readonly string[] };

export function createNegotiator(): Negotiator {
  const refused = { filters: new Set<string>(), includes: new Set<string>(), sort: false };
  const allowed = (wishes: Wishes): Wishes => ({
    filters: wishes.filters.filter((name) => !refused.filters.has(name)),
    includes: wishes.includes.filter((name) => !refused.includes.has(name)),
    sort: wishes.sort && !refused.sort,
  });
  const remember = (wish: Wish) => {
    if (wish.kind === "sort") refused.sort = true;
    else for (const name of wish.names) refused[wish.kind].add(name);
  };
  return {
    allowed,
    async run(wishes, ask) {
      let asked = allowed(wishes);
      let suspect: Wish | null = null;
      let first: InvoicingError | null = null;
      for (;;) {
        try {
          const answer = await ask(asked);
          // The wish whose absence made the difference; others left out before it may be innocent and are tried again.
          if (suspect !== null) remember(suspect);
          return { answer, asked };
        } catch (error) {
          if (!(error instanceof RejectedError) || error.status !== 400) throw error;
          first ??= error;
          const named = namedWish(error, asked);
          if (named === "other") throw error;
          if (named !== null) remember(named);
          suspect = named === null ? nextWish(asked) : null;
          const dropped = named ?? suspect;
          // Refused without any wish, too: what it objected to first is the better answer.
          if (dropped === null) throw first;
          asked = without(asked, dropped);
        }
      }
    },
  };
}

/** Which wish a 400 names; `null`: it does not say; `other`: something that is no wish. */
function namedWish(error: InvoicingError, asked: Wishes): Wish | "other" | null {
  let isOther = false;
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
    isOther ||= /^(page\b|o$)/.test(parameter);
  }
  return isOther ? "other" : null;
}

/** What to try without when the API does not say what it refuses: the least needed first. */
function nextWish({ filters, sort, includes }: Wishes): Wish | null {
  if (filters.length > 0) return { kind: "filters", names: filters.slice(-1) };
  if (sort) return { kind: "sort" };
  return includes.length > 0 ? { kind: "includes", names: includes.slice(-1) } : null;
}

function without(asked: Wishes, wish: Wish): Wishes {
  if (wish.kind === "sort") return { ...asked, sort: false };
  return { ...asked, [wish.kind]: asked[wish.kind].filter((name) => !wish.names.includes(name)) };
}

/** Details are translated, names of parameters are not. */
function named(problem: ApiProblem, names: readonly string[]): readonly string[] | null {
  const words = `${problem.parameter ?? ""} ${problem.detail ?? ""}`.split(/[^A-Za-z0-9_]+/);
  const found = names.filter((name) => words.includes(name));
  return found.length === 0 ? null : found;
}
