import { z } from "zod";
import type { ProxySettings } from "../api/proxy.ts";
import { jsonIn } from "./json-text.ts";
import { postJson } from "./post-json.ts";

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

const refusalSchema = z.object({ error: z.string().regex(/^[a-z_]{1,40}$/) });

/** Asks once, with the JSON body that the API's own documents show (wire facts 3). */
export async function askForTokens(
  { token_url, client_id, client_secret, proxy }: UpstreamClient,
  fields: Readonly<Record<string, string | null>>,
): Promise<TokenAnswer> {
  const secret = client_secret === undefined ? {} : { client_secret };
  const asked = { ...fields, client_id, ...secret };
  const exchange = await postJson(new URL(token_url), asked, proxy, { accept: "application/json" });
  if (exchange.kind !== "answered") {
    return { kind: "unreachable", reason: exchange.reason, isSent: exchange.kind === "lost" };
  }
  const { body } = exchange.answer;
  const json = body === null ? null : jsonIn(new TextDecoder().decode(body));
  const problem = refusalSchema.safeParse(json).data?.error;
  return { kind: "answered", status: exchange.answer.status, json, problem };
}
