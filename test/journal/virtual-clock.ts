import type { Clock } from "../../src/domain/clock.ts";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Time that only moves when everything waits for it. */
export class VirtualClock implements Clock {
  #now = Date.parse("2026-04-01T08:00:00Z");
  #order = 0;
  readonly #timers: Timer[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const timer = this.at(this.#now + ms, () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      });
      const onAbort = () => {
        this.#drop(timer);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  at(at: number, fire: () => void): Timer {
    this.#order += 1;
    const timer = { at, order: this.#order, fire };
    let index = this.#timers.length;
    while (index > 0 && later(this.#timers[index - 1], timer)) index -= 1;
    this.#timers.splice(index, 0, timer);
    return timer;
  }

  /** Runs until the work has ended, jumping from timer to timer. */
  async run<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const end = () => {
      ended = true;
    };
    work.then(end, end);
    for (;;) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (ended) return work;
      const next = this.#timers.shift();
      if (next === undefined) throw new Error("nothing left to wait for: the work is stuck");
      this.#now = Math.max(this.#now, next.at);
      next.fire();
    }
  }

  #drop(timer: Timer): void {
    const index = this.#timers.indexOf(timer);
    if (index >= 0) this.#timers.splice(index, 1);
  }
}

function later(a: Timer | undefined, b: Timer): boolean {
  return a !== undefined && (a.at > b.at || (a.at === b.at && a.order > b.order));
}
