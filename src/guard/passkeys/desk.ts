import { randomBytes } from "node:crypto";
import type { Clock } from "../../domain/clock.ts";
import type { GuardDeps } from "../deps.ts";
import type { Approval } from "../port.ts";
import type { Challenge } from "./challenge.ts";
import type { PasskeyStore } from "./port.ts";
import { type Assertion, assertionOptions, verifyAssertion } from "./verify.ts";

export interface PasskeyDeskDeps {
  readonly passkeys: PasskeyStore;
  readonly clock: Clock;
  readonly log: GuardDeps["log"];
  /** Absent: in this process. */
  readonly attempts?: Attempts;
}

/** What a page asked a passkey last, until it is answered. */
export interface Attempt {
  readonly nonce: string;
  readonly origin: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** By approval; the latest attempt alone counts, and is taken once. */
export interface Attempts {
  keep(approvalId: string, attempt: Attempt): Promise<void>;
  take(approvalId: string): Promise<Attempt | null>;
}

/** The page that asks: passkeys belong to the host of its origin, and to who sits before it. */
export interface AskingPage {
  readonly origin: string;
  readonly principal: string;
}

/** An attempt is answered within this time. */
const ATTEMPT_MS = 3 * 60_000;
const MAX_ATTEMPTS_OPEN = 200;

function attemptsHere(clock: Clock): Attempts {
  const kept = new Map<string, Attempt>();
  return {
    async keep(id, attempt) {
      for (const [other, { until }] of kept) {
        if (clock.now() >= until || kept.size >= MAX_ATTEMPTS_OPEN) kept.delete(other);
      }
      kept.set(id, attempt);
    },
    async take(id) {
      const attempt = kept.get(id) ?? null;
      kept.delete(id);
      return attempt;
    },
  };
}

/** Asks for a passkey's signature over an approval, and takes each attempt once. For any page, wherever it is served. */
export function createPasskeyDesk({ passkeys, clock, log, attempts = attemptsHere(clock) }: PasskeyDeskDeps) {
  /** What the browser is to be asked; `null` when the person has no passkey for this page. */
  async function begin(approval: Approval, { origin, principal }: AskingPage) {
    const rpId = new URL(origin).hostname;
    const own = (await passkeys.list(principal)).filter(({ rp_id }) => rp_id === rpId);
    if (own.length === 0) return null;
    const nonce = randomBytes(32).toString("base64url");
    const challenge: Challenge = { approval, origin, nonce };
    await attempts.keep(approval.id, { nonce, origin, until: clock.now() + ATTEMPT_MS });
    return assertionOptions(challenge, rpId, own);
  }

  /** True once for a signature over what this page asked last about this approval, as it is now. */
  async function isSigned(
    approval: Approval,
    { origin, principal }: AskingPage,
    assertion: Assertion,
  ): Promise<boolean> {
    const attempt = await attempts.take(approval.id);
    const now = clock.now();
    if (attempt === null || now >= attempt.until || attempt.origin !== origin) return false;
    const rpId = new URL(origin).hostname;
    const own = await passkeys.list(principal);
    const challenge: Challenge = { approval, origin, nonce: attempt.nonce };
    const found = await verifyAssertion(assertion, challenge, rpId, own);
    if (found === null) {
      log("passkey_refused", { approval: approval.id, why: "signature" });
      return false;
    }
    const isAhead = await passkeys.used(principal, found.passkey.id, found.counter, now);
    if (!isAhead) log("passkey_refused", { approval: approval.id, why: "counter" });
    return isAhead;
  }

  return { begin, isSigned };
}
