import { type ProxySettings, usesProxy } from "../api/proxy.ts";
import { type Reached, reach } from "../api/reach.ts";
import { VERSION } from "../version.ts";
import type { Finding } from "./finding.ts";

/** From here to the API, without the token. */

/** More than this between two clocks is named; a day's end and an approval's time hang on it. */
const CLOCK_MS = 60_000;

export async function checkNetwork(origin: string, proxy: ProxySettings | null): Promise<readonly Finding[]> {
  const url = new URL(origin);
  const way = proxyFinding(url, proxy);
  const reached = await reach(origin, proxy, `invoicing-mcp/${VERSION} (doctor)`);
  if ("reason" in reached) {
    const says = `The API at ${url.host} could not be reached: ${reached.reason}.`;
    const cure = reached.cure ?? "Try again in a moment.";
    return [way, { check: "reach", verdict: "bad", says, cure }];
  }
  return [
    way,
    { check: "reach", verdict: "good", says: `${url.host} answers` },
    url.protocol === "https:"
      ? { check: "tls", verdict: "good", says: "Its certificate is one that this computer trusts" }
      : { check: "tls", verdict: "good", says: "Not needed: the API is on this computer" },
    clockFinding(reached, Date.now()),
  ];
}

function proxyFinding(url: URL, proxy: ProxySettings | null): Finding {
  const check = "proxy";
  if (proxy === null) return { check, verdict: "good", says: "None is set" };
  return usesProxy(proxy, url)
    ? { check, verdict: "good", says: "HTTPS_PROXY is used", detail: hostOf(proxy.url) }
    : { check, verdict: "good", says: `HTTPS_PROXY is set, and not used for ${url.host}` };
}

/** Without the login. */
function hostOf(proxy: string): string {
  return proxy.replace(/^.*@/, "").replace(/^[a-z]+:\/\//i, "");
}

function clockFinding({ date }: Extract<Reached, { readonly status: number }>, now: number): Finding {
  const check = "clock";
  const theirs = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(theirs)) return { check, verdict: "unknown", says: "The API does not tell its time" };
  const apart = now - theirs;
  if (Math.abs(apart) <= CLOCK_MS) return { check, verdict: "good", says: "It agrees with the API's" };
  const minutes = Math.round(Math.abs(apart) / 60_000);
  return {
    check,
    verdict: Math.abs(apart) > 10 * CLOCK_MS ? "bad" : "warning",
    says: `This computer's clock is ${minutes} min ${apart > 0 ? "ahead of" : "behind"} the API's.`,
    cure: "Let the system set its time by itself: due dates, time limits and certificates hang on it.",
  };
}
