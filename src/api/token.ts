import { isId } from "../domain/ids.ts";
import { isRecord } from "../jsonapi/document.ts";

/** What a token says about itself (a JWT, unverified); all `null` for other tokens. It only explains and saves requests. */
export interface TokenClaims {
  readonly tenant: string | null;
  /** Milliseconds since the epoch. */
  readonly expires: number | null;
  /** Host that issued it. */
  readonly issuer: string | null;
  /** `b.invoices:*` (wire facts 2.9); `null` when it names none. */
  readonly scopes: readonly string[] | null;
}

export function claimsOf(token: string): TokenClaims {
  const claims = payloadOf(token);
  const { tenant, exp, iss, scopes } = claims;
  const id = typeof tenant === "number" ? String(tenant) : tenant;
  return {
    tenant: typeof id === "string" && isId(id) ? id : null,
    expires: typeof exp === "number" && Number.isFinite(exp) && exp > 0 && exp < 1e11 ? exp * 1000 : null,
    issuer: typeof iss === "string" && URL.canParse(iss) ? new URL(iss).hostname.toLowerCase() : null,
    scopes: Array.isArray(scopes) ? scopes.filter((one) => typeof one === "string").slice(0, 100) : null,
  };
}

/** Why the API does not accept a token, as far as the token itself tells; `null`: it does not. */
export function refusedBecause(token: string, origin: string, now: number): string | null {
  const { expires, issuer } = claimsOf(token);
  if (expires !== null && expires <= now) return `It expired on ${new Date(expires).toISOString().slice(0, 10)}.`;
  const host = new URL(origin).hostname;
  if (issuer !== null && regionOf(issuer) !== regionOf(host)) {
    return `It was issued by ${issuer} and is used at ${host}: tokens hold in one region only. Set INVOICES_BASE_URL to the token's region.`;
  }
  return null;
}

/** `auth.staging.anny.co` and `b.staging.anny.co` are one region (wire facts 1). */
function regionOf(host: string): string {
  return host.split(".").slice(1).join(".");
}

function payloadOf(token: string): Readonly<Record<string, unknown>> {
  const payload = token.split(".")[1];
  if (payload === undefined) return {};
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return isRecord(claims) ? claims : {};
  } catch {
    return {};
  }
}
