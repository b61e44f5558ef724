import { createHash } from "node:crypto";
import { z } from "zod";
import type { Passkey } from "./port.ts";

const base64url = z.string().regex(/^[A-Za-z0-9_-]*$/);

/** The browser's answer to the making of a passkey, as JSON. */
export const attestationSchema = z.object({
  id: base64url.max(1_400),
  rawId: base64url.max(1_400),
  type: z.literal("public-key"),
  response: z.object({
    clientDataJSON: base64url.max(4_000),
    attestationObject: base64url.max(20_000),
    transports: z.array(z.string().max(30)).max(10).optional(),
  }),
});
export type Attestation = z.infer<typeof attestationSchema>;

export interface Enrolment {
  readonly principal: string;
  /** How the device calls the person. */
  readonly name: string;
  /** Random, base64url, used once. */
  readonly challenge: string;
  readonly origin: string;
  readonly rp_id: string;
}

/** What `navigator.credentials.create` is asked for, as JSON. */
export function attestationOptions({ principal, name, challenge, rp_id }: Enrolment, existing: readonly Passkey[]) {
  return {
    challenge,
    rp: { id: rp_id, name: "invoicing-mcp" },
    user: {
      id: createHash("sha256").update(`invoicing-mcp\n${principal}`).digest("base64url"),
      name,
      displayName: name,
    },
    // EdDSA, ES256, RS256.
    pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: "public-key" as const, alg })),
    authenticatorSelection: { residentKey: "preferred" as const, userVerification: "required" as const },
    attestation: "none" as const,
    excludeCredentials: existing.map(({ id, transports }) => ({ type: "public-key" as const, id, transports })),
    timeout: 180_000,
  };
}

/** The passkey that was made, if it was made for this challenge and page with its person verified; else `null`. */
export async function verifyAttestation(
  attestation: Attestation,
  { challenge, origin, rp_id }: Enrolment,
  { name, now }: { readonly name: string; readonly now: number },
): Promise<Passkey | null> {
  const { verifyRegistrationResponse } = await import("@simplewebauthn/server");
  const { transports: _transports, ...response } = attestation.response;
  try {
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: { ...attestation, response, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: rp_id,
      requireUserVerification: true,
    });
    if (!verified || !registrationInfo.userVerified) return null;
    const { credential } = registrationInfo;
    return {
      id: credential.id,
      public_key: Buffer.from(credential.publicKey).toString("base64url"),
      counter: credential.counter,
      transports: attestation.response.transports ?? [],
      name,
      rp_id,
      created_at: now,
      used_at: null,
    };
  } catch {
    return null;
  }
}
