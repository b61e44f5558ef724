/** Nobody waits for a server that did not answer a moment ago, or that too many wait for already. */
export class NotAnswering extends Error {
  constructor() {
    super("it does not answer");
  }
}

export interface PatienceOptions {
  /** A failure that took this long was no answer at all. Well under the time-out: timers count from when a turn of the loop began. */
  readonly hang_ms: number;
  /** How long then nobody waits for it again. */
  readonly rest_ms: number;
  /** Milliseconds, from anywhere, that only go forward. */
  readonly elapsed?: () => number;
}

/**
 * Requests to a server that others run. One that takes connections and never answers costs those who asked at the same time
 * its time-out, and all who come in the next seconds nothing. A refusal that comes at once is an answer.
 */
export function createPatience({ hang_ms, rest_ms, elapsed = () => performance.now() }: PatienceOptions) {
  let restUntil = Number.NEGATIVE_INFINITY;
  return async <T>(ask: () => Promise<T>): Promise<T> => {
    const began = elapsed();
    if (began < restUntil) throw new NotAnswering();
    try {
      return await ask();
    } catch (error) {
      const ended = elapsed();
      if (ended - began >= hang_ms) restUntil = ended + rest_ms;
      throw error;
    }
  };
}

/** Lets at most so many wait at a time; whoever comes beyond them is told at once. */
export function createWaitingRoom(most: number) {
  let waiting = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting >= most) throw new NotAnswering();
    waiting += 1;
    try {
      return await work();
    } finally {
      waiting -= 1;
    }
  };
}

/** The whole body as text; a server that sends without end is cut off. */
export async function boundedText(response: Response, mostBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > mostBytes) throw new Error("it sends too much");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
}
