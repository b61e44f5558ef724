import { type Exchange, sendOnce, type Timeouts } from "../api/connection.ts";
import type { ProxySettings } from "../api/proxy.ts";

const TIMEOUTS: Timeouts = { connect_ms: 5_000, response_ms: 10_000, body_ms: 5_000 };
const MOST_BYTES = 65_536;

/** Posts JSON to a server of others, once. Redirects are not followed. */
export function postJson(
  { origin, pathname, search }: URL,
  fields: object,
  proxy: ProxySettings | null,
  headers: Readonly<Record<string, string>> = {},
): Promise<Exchange> {
  const request = {
    method: "POST",
    origin,
    target: `${pathname}${search}`,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(fields),
  } as const;
  return sendOnce(request, TIMEOUTS, MOST_BYTES, () => true, undefined, proxy);
}
