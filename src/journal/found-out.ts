import type { JsonObject } from "../domain/json.ts";
import type { Place, Scope } from "../domain/scope.ts";
import type { SeenLine } from "./port.ts";
import { bankLineKey } from "./rules/digest.ts";
import { standsFor } from "./rules/replacement.ts";
import type { BankLine, Fact, JournalStore } from "./store-port.ts";

/** Lines of bank statements that operations used up (`NewOperation.bank_lines`). */
export class BankLines {
  readonly #store: JournalStore;

  constructor(store: JournalStore) {
    this.#store = store;
  }

  /** The held ones among these, by the key that was asked for. */
  find(place: Place, keys: readonly string[]): Promise<ReadonlyMap<string, BankLine>> {
    const asked = new Map(keys.map((key) => [bankLineKey(key), key]));
    return this.#store.read(async (tx) => {
      const found = await tx.bankLines.find(place, [...asked.keys()]);
      return new Map(found.map((line) => [asked.get(line.key) ?? line.key, line]));
    });
  }
}

/** Looked up one by one. */
const FEW_DRAFTS = 20;

/** How long a line may be named by its handle. */
const SEEN_MS = 12 * 60 * 60_000;
/** Of one principal in one place: ten statements of the largest size. */
const MOST_SEEN = 5_000;

/** Lines of bank statements that match_payments read. Names and texts: they leave when their time is over. */
export class SeenLines {
  readonly #store: JournalStore;

  constructor(store: JournalStore) {
    this.#store = store;
  }

  keep({ origin, organization_id, principal }: Scope, lines: readonly SeenLine[], now: number): Promise<void> {
    const scope = { origin, organization_id, principal };
    const newest = lines.slice(-MOST_SEEN);
    return this.#store.transaction(async (tx) => {
      await tx.seenLines.removeUntil(now);
      await tx.seenLines.put(newest.map((line) => ({ ...scope, ...line, seen_at: now, until: now + SEEN_MS })));
      await tx.seenLines.trim(scope, MOST_SEEN);
    });
  }

  find(scope: Scope, handles: readonly string[], now: number): Promise<ReadonlyMap<string, JsonObject>> {
    return this.#store.read(async (tx) => {
      const found = await tx.seenLines.find(scope, handles);
      return new Map(found.filter(({ until }) => until > now).map(({ handle, content }) => [handle, content]));
    });
  }
}

/** Drafts that a corrected copy stands for (`rules/replacement.ts`). */
export class Superseded {
  readonly #store: JournalStore;

  constructor(store: JournalStore) {
    this.#store = store;
  }

  /** The replaced ones among these, with the draft that stands for each. */
  among(place: Place, drafts: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.#store.read(async (tx) => {
      const found = new Map<string, string>();
      // Few drafts of many are replaced: one reading tells which need to be looked at.
      const known =
        drafts.length <= FEW_DRAFTS ? null : new Set((await tx.facts.list(place, "superseded")).map(({ key }) => key));
      for (const draft of drafts.filter((one) => known === null || known.has(one))) {
        const by = await standsFor(tx, place, draft);
        if (by !== null) found.set(draft, by);
      }
      return found;
    });
  }
}

/**
 * Small facts with the place they hold for. Kinds: `superseded` (key: invoice id; value: by; written by the rules alone),
 * `route_missing` (`missing-routes.ts`), `passkey` (`passkeys.ts`), `approver` (`hosted/approvers.ts`).
 */
export class Facts {
  readonly #store: JournalStore;

  constructor(store: JournalStore) {
    this.#store = store;
  }

  get(place: Place, kind: string, key: string): Promise<Fact | null> {
    return this.#store.read((tx) => tx.facts.get(place, kind, key));
  }

  list(place: Place, kind: string): Promise<readonly Fact[]> {
    return this.#store.read((tx) => tx.facts.list(place, kind));
  }

  put(
    place: Place,
    fact: { readonly kind: string; readonly key: string; readonly value: JsonObject; readonly at: number },
  ): Promise<void> {
    const { origin, organization_id } = place;
    return this.#store.transaction((tx) => tx.facts.put({ origin, organization_id, ...fact }));
  }

  /** Read and replaced in one transaction; `null` leaves it as it is, and so does a fact that is not there. True: replaced. */
  change(
    { origin, organization_id }: Place,
    kind: string,
    key: string,
    at: number,
    next: (value: JsonObject) => JsonObject | null,
  ): Promise<boolean> {
    const place = { origin, organization_id };
    return this.#store.transaction(async (tx) => {
      const fact = await tx.facts.get(place, kind, key);
      const value = fact === null ? null : next(fact.value);
      if (value === null) return false;
      await tx.facts.put({ ...place, kind, key, value, at });
      return true;
    });
  }

  remove(place: Place, kind: string, key: string): Promise<void> {
    return this.#store.transaction((tx) => tx.facts.remove(place, kind, key));
  }
}
