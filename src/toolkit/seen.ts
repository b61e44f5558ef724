import type { Invoice } from "../domain/invoice.ts";

/** Ids kept of a list in order; many more than pages of it move between two answers. */
const WINDOW = 2_000;

/**
 * Which documents of a list, newest first, were seen. As long as the list keeps its order, what is newer than where the
 * reading stands was seen, or was made since, so only the last ids are kept. Of a list that proves not to be in order, all
 * ids are.
 */
export class Seen {
  count = 0;
  readonly #ids = new Set<string>();
  /** Milliseconds; nothing seen so far is older. */
  #edge = Number.POSITIVE_INFINITY;
  #isOrdered = true;
  #isPruned = false;

  /** The API said that it does not sort. */
  isUnordered(): void {
    if (!this.#isPruned) this.#isOrdered = false;
  }

  /** True the first time. */
  isNew({ id, created_at }: Pick<Invoice, "id" | "created_at">): boolean {
    if (this.#ids.has(id)) return false;
    const made = created_at === null ? Number.NaN : Date.parse(created_at);
    if (made <= this.#edge) this.#edge = made;
    // Newer than the place, and not among the last: far back it was seen before, or made since.
    else if (this.#isPruned && made > this.#edge) return false;
    else this.#isOrdered = false;
    this.#ids.add(id);
    this.count += 1;
    if (this.#isOrdered && this.#ids.size > 2 * WINDOW) this.#prune();
    return true;
  }

  #prune(): void {
    this.#isPruned = true;
    let surplus = this.#ids.size - WINDOW;
    for (const id of this.#ids) {
      if (surplus <= 0) return;
      this.#ids.delete(id);
      surplus -= 1;
    }
  }
}
