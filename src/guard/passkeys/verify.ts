import { z } from "zod";
import { type Challenge, challengeOf } from "./challenge.ts";
import type { Passkey } from "./port.ts";

const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/);

/** The browser's answer to a request for a signature, as JSON. */
export const assertionSchema = z.object({
  id: base64url.max(1_400),
  rawId: base64url.max(1_400),
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: base64url.max(4_000),
    authenticatorData: base64url.max(4_000),
    signature: base64url.max(12_000),
    userHandle: base64url.max(200).optional(),
  }),
});
export type Assertion = z.infer<typeof assertionSchema>;

/** What `navigator.credentials.get` is asked for, as JSON (`challenge` and ids base64url). */
export function assertionOptions(challenge: Challenge, rpId: string, passkeys: readonly Passkey[]) {
  return {
    challenge: challengeOf(challenge),
    rpId,
    allowCredentials: passkeys.map(({ id, transports }) => ({ type: "public-key" as const, id, transports })),
    userVerification: "required" as const,
    timeout: 120_000,
  };
}

/**
 * Whether a registered passkey signed exactly this challenge, with its person verified (fingerprint, face or PIN). Knows
 * no transport and keeps no state: whoever serves a page gives the challenge it asked for, once, and moves the passkey's
 * counter on afterwards (`PasskeyStore.used`). `null` for everything that does not fit.
 */
export async function verifyAssertion(
  assertion: Assertion,
  challenge: Challenge,
  rpId: string,
  passkeys: readonly Passkey[],
): Promise<{ readonly passkey: Passkey; readonly counter: number } | null> {
  const passkey = passkeys.find(({ id, rp_id }) => id === assertion.id && rp_id === rpId);
  if (passkey === undefined) return null;
  const { verifyAuthenticationResponse } = await import("@simplewebauthn/server");
  try {
    const { userHandle, ...response } = assertion.response;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        ...assertion,
        response: userHandle === undefined ? response : { ...response, userHandle },
        clientExtensionResults: {},
      },
      expectedChallenge: challengeOf(challenge),
      expectedOrigin: challenge.origin,
      expectedRPID: rpId,
      credential: {
        id: passkey.id,
        publicKey: new Uint8Array(Buffer.from(passkey.public_key, "base64url")),
        // Compared in the store's transaction, where nothing comes between.
        counter: 0,
      },
      requireUserVerification: true,
    });
    if (!verified || !authenticationInfo.userVerified) return null;
    return { passkey, counter: authenticationInfo.newCounter };
  } catch {
    // Whatever the library finds wrong is a refusal.
    return null;
  }
}
