import { z } from "zod";
import { sendOnce, type Timeouts } from "../api/connection.ts";
import type { ProxySettings } from "../api/proxy.ts";

/** The authorization server of the invoices API, and this server as its client. */
export interface UpstreamClient {
  readonly token_url: string;
  readonly client_id: string;
  /** Absent: a public client. */
  readonly client_secret: string | undefined;
  readonly proxy: ProxySettings | null;
}

export type TokenAnswer =
  /** `isSent`: it may have got there, and its answer is lost. */
  | { readonly kind: "unreachable"; readonly reason: string; readonly isSent: boolean }
  /** `problem`: its word for what is wrong (RFC 6749). */
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly json: unknown;
      readonly problem: string | undefined;
    };

const TIMEOUTS: Timeouts = { connect_ms: 5_000, response_ms: 10_000, body_ms: 5_000 };
const MOST_BYTES = 65_536;
const refusalSchema = z.object({ error: z.string().regex(/^[a-z_]{1,40}$/) });

/** Asks once, with the JSON body that the API's own documents show (wire facts 3). */
export async function askForTokens(
  { token_url, client_id, client_secret, proxy }: UpstreamClient,
  fields: Readonly<Record<string, string | null>>,
): Promise<TokenAnswer> {
  const { origin, pathname } = new URL(token_url);
  const secret = client_secret === undefined ? {} : { client_secret };
  const body = JSON.stringify({ ...fields, client_id, ...secret });
  const headers = { "content-type": "application/json", accept: "application/json" };
  const request = { method: "POST", origin, target: pathname, headers, body } as const;
  const exchange = await sendOnce(request, TIMEOUTS, MOST_BYTES, () => true, undefined, proxy);
  if (exchange.kind !== "answered") {
    return { kind: "unreachable", reason: exchange.reason, isSent: exchange.kind === "lost" };
  }
  const json = jsonIn(exchange.answer.body);
  const problem = refusalSchema.safeParse(json).data?.error;
  return { kind: "answered", status: exchange.answer.status, json, problem };
}

function jsonIn(bytes: Uint8Array | null): unknown {
  try {
    return bytes === null ? null : JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
