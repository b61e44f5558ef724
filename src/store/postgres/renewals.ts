import { UnavailableError } from "../../errors.ts";

export interface RenewalLimits {
  /** Renewals under way at a time: each holds a connection while the issuer is asked. */
  readonly most: number;
  /** How long a call waits for one, whether it is under way or has to wait for its place. */
  readonly wait_ms: number;
}

/**
 * Renewals of one process, one of each credential at a time: calls that need the same one share it and what becomes of it. A
 * call that has waited long enough ends with nothing done; the renewal itself goes on to its end, because what the issuer
 * answers late has used up what was there before, and must be stored.
 */
export class Renewals<T> {
  readonly #limits: RenewalLimits;
  readonly #under = new Map<string, { readonly result: Promise<T>; readonly since: number }>();
  readonly #places: (() => void)[] = [];
  #running = 0;

  constructor(limits: RenewalLimits) {
    this.#limits = limits;
  }

  /** What the renewal of this name brings: of the one under way, if there is one, unless it does not do for this call. */
  async of(name: string, renew: () => Promise<T>, does: (brought: T) => boolean): Promise<T> {
    for (let under = this.#under.get(name); under !== undefined; under = this.#under.get(name)) {
      const brought = await this.#awaited(under.result, under.since);
      if (does(brought)) return brought;
    }
    const since = performance.now();
    const result = this.#placed(renew, since).finally(() => this.#under.delete(name));
    this.#under.set(name, { result, since });
    return this.#awaited(result, since);
  }

  async #awaited(result: Promise<T>, since: number): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(tooLate()), Math.max(0, since + this.#limits.wait_ms - performance.now()));
    });
    try {
      return await Promise.race([result, late]);
    } finally {
      clearTimeout(timer);
      result.catch(() => undefined);
    }
  }

  async #placed(renew: () => Promise<T>, since: number): Promise<T> {
    if (this.#running >= this.#limits.most) await new Promise<void>((resolve) => this.#places.push(resolve));
    else this.#running += 1;
    try {
      // Nobody waits for it any more, and nothing was sent.
      if (performance.now() >= since + this.#limits.wait_ms) throw tooLate();
      return await renew();
    } finally {
      const next = this.#places.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}

function tooLate(): UnavailableError {
  return new UnavailableError(
    "The credential for the invoices API has to be renewed, and its sign-in server takes too long. Nothing was changed.",
    { next: "Make the same call again in a minute." },
  );
}
