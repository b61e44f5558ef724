import { type BlockList, isIP } from "node:net";
import { oneLine } from "../domain/untrusted.ts";
import type { Peer } from "./listener.ts";
import { refuse } from "./refusal.ts";
import { isLoopback } from "./setting-values.ts";

/** The addresses of this server, as clients see them. */
export interface Places {
  /** The canonical address: the audience of tokens, and the base of every organization's own. */
  readonly canonical: string;
  /** Its path, without a slash at the end. */
  readonly path: string;
  readonly origin: string;
  readonly hosts: readonly string[];
  readonly origins: readonly string[];
  /** Whether requests from this address come through one of our own proxies. */
  readonly isProxy: (address: string) => boolean;
}

export function placesOf(
  url: string,
  config: { readonly hosts: readonly string[]; readonly origins: readonly string[]; readonly proxies: BlockList },
): Places {
  const parsed = new URL(url);
  const path = parsed.pathname.replace(/\/+$/, "");
  return {
    canonical: `${parsed.origin}${path}`,
    path,
    origin: parsed.origin,
    hosts: [parsed.host, ...namesHere(parsed), ...config.hosts],
    origins: [parsed.origin, ...config.origins],
    isProxy: memberOf(config.proxies),
  };
}

/** Whoever calls a server on this computer means it by any of these, and no other site can be made to bear them. */
function namesHere({ hostname, port }: URL): readonly string[] {
  if (!isLoopback(hostname)) return [];
  return ["127.0.0.1", "localhost", "[::1]"].map((name) => (port === "" ? name : `${name}:${port}`));
}

export function addressOf({ canonical }: Places, organizationId: string): string {
  return `${canonical}/o/${organizationId}`;
}

/** RFC 9728: the path of a resource stands behind the well-known one. */
export function metadataUrlOf({ origin }: Places, resource: string): string {
  return `${origin}/.well-known/oauth-protected-resource${new URL(resource).pathname}`;
}

/** Another site that was made to resolve to us ends at Host; another site's page ends at Origin. */
export function checkPlace(request: Request, { hosts, origins, origin: own }: Places): void {
  // A target that names a server itself counts before Host (RFC 9112), and may have been routed by.
  for (const host of [request.headers.get("host")?.toLowerCase() ?? "", new URL(request.url).host]) {
    if (hosts.includes(host) || hosts.includes(withoutDefaultPort(host, own))) continue;
    const said = host === "" ? "" : ` (${oneLine(host, 80)})`;
    throw refuse(421, "wrong_host", `This server is not known by the name in Host${said}. Nothing was done.`);
  }
  const origin = request.headers.get("origin");
  if (origin !== null && !origins.includes(origin)) {
    throw refuse(403, "wrong_origin", "Pages of this origin may not call this server. Nothing was done.");
  }
}

/** Some proxies name the port that goes without saying. */
function withoutDefaultPort(host: string, origin: string): string {
  return host.replace(origin.startsWith("https:") ? /:443$/ : /:80$/, "");
}

/** Who connected, as far as it can be believed: what a proxy says counts only when the proxy is one of ours. */
export function remoteOf(
  from: Peer,
  isOurs: Places["isProxy"],
): { readonly address: string; readonly isProxy: boolean } {
  const peer = plain(from.remoteAddress);
  if (!isOurs(peer)) return { address: peer, isProxy: false };
  const named = from.forwardedFor.split(",").map((part) => plain(part.trim()));
  // From the right: what stands left of the first stranger was written by whoever that is.
  for (const address of named.reverse()) {
    if (isIP(address) === 0) break;
    if (!isOurs(address)) return { address, isProxy: true };
  }
  return { address: peer, isProxy: true };
}

/** Addresses whose membership is remembered: looking one up costs more than the rest of reading a head. */
const MOST_KEPT = 1_000;

function memberOf(list: BlockList): (address: string) => boolean {
  if (list.rules.length === 0) return () => false;
  const known = new Map<string, boolean>();
  return (address) => {
    const before = known.get(address);
    if (before !== undefined) return before;
    const family = isIP(address);
    const isMember = family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
    if (known.size >= MOST_KEPT) known.clear();
    known.set(address, isMember);
    return isMember;
  };
}

function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
