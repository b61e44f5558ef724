import type { Clock } from "../domain/clock.ts";
import type { Approval, ApprovalRequest, ApprovalStore } from "./port.ts";

/**
 * How a wait ended without an answer of its own: answered anywhere (`approved`, `declined`), approved and used by an equal
 * call by now (`used`), withdrawn (`closed`), the place is gone (`gone`), or still open when this call has to end (`open`).
 */
export type WaitEnd = "approved" | "declined" | "used" | "closed" | "gone" | "open";

export interface Wait {
  readonly approval: Approval;
  readonly request: ApprovalRequest;
  /** When this call began: clients count from there. */
  readonly since: number;
  /** When it ends at the latest. */
  readonly until: number;
  /** Told to the client about every 10 s. */
  readonly message: string;
  /** Asked with every look; false for the place where the person was asked ends the wait. */
  readonly isThere?: (current: Approval) => boolean;
}

const LOOK_MS = 500;
const BEAT_MS = 10_000;
/** Of the time after which a client gave a call up, how much its later calls use; never less than the floor. */
const SHARE = 0.75;
const SHORTEST_MS = 5_000;

/** Most clients give up after 60 s a call whose progress they do not ask for. */
const SILENT_MS = 45_000;

/**
 * Keeps a call open while a person decides, whichever process takes the answer. How long a client that asks for progress
 * keeps a call open is not known until it gives one up; from then on its calls end before that with a true answer.
 */
export function createWaiting({ store, clock }: { readonly store: ApprovalStore; readonly clock: Clock }) {
  let patienceMs = Number.POSITIVE_INFINITY;

  async function forAnswer(wait: Wait): Promise<WaitEnd>;
  async function forAnswer<T>(wait: Wait, own: Promise<T>): Promise<T | WaitEnd>;
  async function forAnswer<T>(wait: Wait, own?: Promise<T>): Promise<T | WaitEnd> {
    const { request } = wait;
    const stop = new AbortController();
    const signal = request.signal === undefined ? stop.signal : AbortSignal.any([request.signal, stop.signal]);
    try {
      const looking = look(wait, signal);
      return await (own === undefined ? looking : Promise.race([own, looking]));
    } catch (error) {
      if (request.signal?.aborted === true && ranOutOfTime(request.signal.reason)) {
        patienceMs = Math.min(patienceMs, Math.max(SHORTEST_MS, (clock.now() - wait.since) * SHARE));
      }
      throw error;
    } finally {
      stop.abort();
    }
  }

  async function look(wait: Wait, signal: AbortSignal): Promise<WaitEnd> {
    const { approval, request, message } = wait;
    const longest = request.asker.client.progress ? patienceMs : Math.min(patienceMs, SILENT_MS);
    const end = Math.min(wait.until, wait.since + longest);
    let beat = clock.now();
    for (;;) {
      const left = end - clock.now();
      if (left <= 0) return "open";
      await clock.sleep(Math.min(LOOK_MS, left), signal);
      const current = await store.get(approval.id);
      if (current === null || current.state === "expired") return "closed";
      if (current.state !== "pending") return current.state;
      if (wait.isThere?.(current) === false) return "gone";
      if (clock.now() - beat < BEAT_MS) continue;
      beat = clock.now();
      request.onProgress?.(message);
    }
  }

  return { forAnswer };
}

export type Waiting = ReturnType<typeof createWaiting>;

/** Clients say why they cancel; one that a person stopped tells nothing about the client's patience. */
function ranOutOfTime(reason: unknown): boolean {
  const words = reason instanceof Error ? reason.message : String(reason);
  return /time[d ]?.?out/i.test(words);
}
