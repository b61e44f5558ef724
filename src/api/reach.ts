import { MEDIA_TYPE } from "../jsonapi/encode.ts";
import { fetchOnce, openAgent, type Timeouts } from "./connection.ts";
import type { ProxySettings } from "./proxy.ts";
import type { Unreached } from "./unreached.ts";

const TIMEOUTS: Timeouts = { connect_ms: 5_000, response_ms: 15_000, body_ms: 10_000 };

export type Reached = { readonly status: number; readonly date: string | null } | Unreached;

/** Whether anything answers at the address, without the token. Never throws. */
export async function reach(origin: string, proxy: ProxySettings | null, userAgent: string): Promise<Reached> {
  const agent = await openAgent(TIMEOUTS, proxy);
  try {
    const headers = { accept: MEDIA_TYPE, "user-agent": userAgent };
    const request = { method: "GET", origin, target: "/api/v1/user", headers } as const;
    const exchange = await fetchOnce(agent, request, TIMEOUTS, 1_000_000);
    if (exchange.kind !== "answered") return { reason: exchange.reason, cure: exchange.cure };
    return { status: exchange.answer.status, date: exchange.answer.header("date") };
  } finally {
    await agent.destroy();
  }
}
