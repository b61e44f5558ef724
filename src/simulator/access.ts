import { organizationMissing, tooManyRequests, unauthenticated, unauthorized } from "./problems.ts";
import { organizationResources } from "./resources.ts";
import type { World } from "./world.ts";

/** Published budgets per 60 s (admin identity) and of identical requests per second. */
const READS_PER_MINUTE = 400;
const WRITES_PER_MINUTE = 100;
const IDENTICAL_PER_SECOND = 4;

/** Paths that work without naming an organization: they are how a client finds out. */
const UNSCOPED = new Set(["/api/v1/user", "/api/v1/organizations"]);

/** Refuses a wrong token (401) or an organization the token may not see (403, or as the switches say). */
export function checkAccess(world: World, request: Request, url: URL, accepts: (token: string) => boolean): void {
  const token = /^Bearer +(.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  if (token === undefined || !accepts(token)) throw unauthenticated();
  const switches = world.switches();
  if (switches.abilities === "read_only" && request.method !== "GET") throw unauthorized();
  if (switches.abilities === "invoices_only" && /^\/api\/v1\/(customers|addresses)\b/.test(url.pathname)) {
    throw unauthorized();
  }
  if (UNSCOPED.has(url.pathname)) return;
  const claim = tenantClaim(token);
  const asked = url.searchParams.get("o");
  if (claim === null && (asked === null || asked === "")) throw organizationMissing(switches.missing_organization);
  if (claim !== null && asked && asked !== claim && switches.tenant_conflict === "refuse") throw unauthorized();
  const organization = claim ?? asked;
  const visible = organizationResources(world).some(({ id }) => id === organization);
  // The second organization exists so that choosing can be tried; it holds nothing the token may read.
  if (!visible || organization !== world.organization_id) throw unauthorized();
}

/** `tenant` claim of a JWT-looking token, `null` when there is none. */
export function tenantClaim(token: string): string | null {
  const payload = token.split(".")[1];
  if (payload === undefined) return null;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    if (typeof claims !== "object" || claims === null || !("tenant" in claims)) return null;
    return typeof claims.tenant === "string" ? claims.tenant : null;
  } catch {
    return null;
  }
}

/** A token that looks like the API's: unsigned in truth, with the organization as its `tenant`. */
export function makeToken(organizationId: string, secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { sub: "simulator", tenant: organizationId, scopes: ["b.*", "user:read"] };
  return `${part({ typ: "JWT", alg: "none" })}.${part(claims)}.${secret}`;
}

/** Counts requests on the simulator's clock. */
export class RateLimiter {
  #recent: { readonly at: number; readonly write: boolean; readonly key: string }[] = [];

  /** Throws 429 with the seconds to wait. Refused requests do not count. */
  check(now: number, method: string, url: URL, body: string): void {
    const write = method !== "GET";
    const query = [...url.searchParams].map(([name, value]) => `${name}=${value}`).sort();
    const key = [method, url.pathname, query.join("&"), body].join(" ");
    this.#recent = this.#recent.filter(({ at }) => now - at < 60_000);
    const identical = this.#recent.filter((seen) => seen.key === key && now - seen.at < 1_000);
    if (identical.length >= IDENTICAL_PER_SECOND) throw tooManyRequests(1);
    const budget = this.#recent.filter((seen) => seen.write === write);
    const oldest = budget[0];
    if (oldest !== undefined && budget.length >= (write ? WRITES_PER_MINUTE : READS_PER_MINUTE)) {
      throw tooManyRequests(Math.max(1, Math.ceil((oldest.at + 60_000 - now) / 1_000)));
    }
    this.#recent.push({ at: now, write, key });
  }
}
