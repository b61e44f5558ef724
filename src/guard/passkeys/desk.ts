import { randomBytes } from "node:crypto";
import type { Clock } from "../../domain/clock.ts";
import type { Approval } from "../port.ts";
import type { Challenge } from "./challenge.ts";
import type { PasskeyStore } from "./port.ts";
import { type Assertion, assertionOptions, verifyAssertion } from "./verify.ts";

export interface PasskeyDeskDeps {
  readonly passkeys: PasskeyStore;
  readonly clock: Clock;
  readonly log: (event: string, fields: Readonly<Record<string, string | number | boolean | null>>) => void;
}

/** The page that asks: passkeys belong to the host of its origin. */
export interface AskingPage {
  readonly origin: string;
}

/** An attempt is answered within this time. */
const ATTEMPT_MS = 3 * 60_000;
const MAX_ATTEMPTS_OPEN = 200;

/** Asks for a passkey's signature over an approval, and takes each attempt once. For any page, wherever it is served. */
export function createPasskeyDesk({ passkeys, clock, log }: PasskeyDeskDeps) {
  /** By approval: the latest attempt alone counts. */
  const attempts = new Map<string, { readonly challenge: Challenge; readonly until: number }>();

  /** What the browser is to be asked; `null` when the person has no passkey for this page. */
  async function begin(approval: Approval, { origin }: AskingPage) {
    const rpId = new URL(origin).hostname;
    const own = (await passkeys.list(approval.principal)).filter(({ rp_id }) => rp_id === rpId);
    if (own.length === 0) return null;
    const now = clock.now();
    for (const [id, { until }] of attempts) if (now >= until || attempts.size >= MAX_ATTEMPTS_OPEN) attempts.delete(id);
    const challenge: Challenge = { approval, origin, nonce: randomBytes(32).toString("base64url") };
    attempts.set(approval.id, { challenge, until: now + ATTEMPT_MS });
    return assertionOptions(challenge, rpId, own);
  }

  /** True once for a signature over what this page asked last about this approval, as it is now. */
  async function isSigned(approval: Approval, { origin }: AskingPage, assertion: Assertion): Promise<boolean> {
    const attempt = attempts.get(approval.id);
    attempts.delete(approval.id);
    const now = clock.now();
    if (attempt === undefined || now >= attempt.until || attempt.challenge.origin !== origin) return false;
    const rpId = new URL(origin).hostname;
    const own = await passkeys.list(approval.principal);
    const challenge: Challenge = { approval, origin, nonce: attempt.challenge.nonce };
    const found = await verifyAssertion(assertion, challenge, rpId, own);
    if (found === null) {
      log("passkey_refused", { approval: approval.id, why: "signature" });
      return false;
    }
    const isAhead = await passkeys.used(approval.principal, found.passkey.id, found.counter, now);
    if (!isAhead) log("passkey_refused", { approval: approval.id, why: "counter" });
    return isAhead;
  }

  return { begin, isSigned };
}
