import { errors, jwtVerify } from "jose";
import type { Access, Identity } from "./access.ts";
import type { AuthorizationServer } from "./authorization-server.ts";
import type { Checked, CheckedTokens } from "./checked-tokens.ts";
import { NotAnswering } from "./patience.ts";
import { refuse } from "./refusal.ts";
import { RIGHTS, rightsIn } from "./scopes.ts";

/** Asymmetric ones alone: a key that checks must not be one that signs. */
const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];
const CLOCK_TOLERANCE_S = 30;
const MAX_TOKEN = 16_384;

export interface Authentication {
  /** Whom requests without a credential are from; `null`: nobody. */
  readonly local: string | null;
  readonly access: () => Access;
  readonly server: AuthorizationServer | null;
  readonly tokens: CheckedTokens;
}

/** Who sent it. `audiences`: the addresses a token for this request may name. Throws a `RefusedRequest`. */
export async function authenticate(
  authorization: string | undefined,
  audiences: readonly string[],
  { local, access, server, tokens }: Authentication,
): Promise<Identity> {
  if (local !== null) return { principal: local, isMember: () => true, rights: new Set(RIGHTS) };
  if (authorization === undefined) {
    throw refuse(401, "invalid_token", "No access token was sent. Sign in, and send it as Authorization: Bearer.");
  }
  const token = /^Bearer +([\x21-\x7e]+) *$/i.exec(authorization)?.[1];
  if (token === undefined || token.length > MAX_TOKEN) {
    throw refuse(401, "invalid_request", "The Authorization header does not hold one bearer token.");
  }
  const name = access().keyName(token);
  if (name !== null) {
    return {
      principal: `key:${name}`,
      isKnown: (later) => later.keyName(token) === name,
      isMember: (member) => "key" in member && member.key === name,
      rights: new Set(RIGHTS),
    };
  }
  if (server === null) throw refuse(401, "invalid_token", "The key is not known here.");
  return tokens.identityOf(token, audiences, () => checked(token, audiences, server));
}

async function checked(token: string, audiences: readonly string[], server: AuthorizationServer): Promise<Checked> {
  const keys = await server.keys().catch(() => {
    throw refuse(
      503,
      "temporarily_unavailable",
      "The sign-in server cannot be reached, so no token can be checked.",
      10,
    );
  });
  const accepted = audiences.flatMap((audience) => [audience, `${audience}/`]);
  const { payload } = await jwtVerify(token, keys, {
    issuer: server.issuer,
    audience: accepted,
    algorithms: ALGORITHMS,
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ["exp", "sub", "aud", "iss"],
  }).catch((error: unknown) => {
    throw refusalOf(error, audiences[0] ?? "");
  });
  const { sub } = payload;
  if (typeof sub !== "string" || sub === "" || sub.length > 255) {
    throw refuse(401, "invalid_token", "The access token names no subject.");
  }
  // Bound to a key that a bearer does not prove.
  if (payload["cnf"] !== undefined) {
    throw refuse(401, "invalid_token", "The access token is bound to a key; a plain bearer token is needed.");
  }
  return {
    identity: {
      principal: `${server.issuer}|${sub}`,
      isMember: memberBy(sub, payload),
      rights: rightsIn([...spaced(payload["scope"]), ...spaced(payload["scp"])]),
    },
    expires_at: (payload.exp ?? 0) * 1000,
  };
}

/** Whether an entry of the access file means who is called this, with these claims. */
export function memberBy(subject: string, claims: Readonly<Record<string, unknown>>): Identity["isMember"] {
  return (member) =>
    "subject" in member
      ? member.subject === subject
      : "claim" in member && wordsOf(claims[member.claim]).includes(member.value);
}

function spaced(claim: unknown): readonly string[] {
  return typeof claim === "string" ? claim.split(" ") : wordsOf(claim);
}

export function wordsOf(claim: unknown): readonly string[] {
  if (typeof claim === "string") return [claim];
  return Array.isArray(claim) ? claim.filter((word) => typeof word === "string") : [];
}

/** What is wrong with a token, in words that help its holder and tell nothing that it does not say itself. */
function refusalOf(error: unknown, audience: string) {
  const invalid = (description: string) => refuse(401, "invalid_token", description);
  if (error instanceof errors.JWTExpired) return invalid("The access token has expired. Sign in again.");
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "aud")
      return invalid(`The access token is for another server: its audience is not ${audience}.`);
    if (error.claim === "iss") return invalid("The access token is from another issuer.");
    return invalid(`The access token is not usable: its claim ${error.claim} is missing or not valid now.`);
  }
  if (
    error instanceof errors.JWKSTimeout ||
    error instanceof NotAnswering ||
    (error instanceof TypeError && error.message === "fetch failed")
  ) {
    return refuse(
      503,
      "temporarily_unavailable",
      "The sign-in server cannot be reached, so no token can be checked.",
      10,
    );
  }
  if (error instanceof errors.JOSEError) return invalid("The access token is not one of the sign-in server's.");
  return refuse(503, "temporarily_unavailable", "The access token could not be checked.", 10);
}
