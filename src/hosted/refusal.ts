import { InvoicingError } from "../errors.ts";

/** A request that is answered before it reaches the protocol. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 413 | 415 | 421 | 429 | 503;
  /** A word of RFC 6750 or of ours. */
  readonly error: string;
  readonly description: string;
  readonly retryAfterSeconds?: number;
}

export class RefusedRequest extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.description);
    this.refusal = refusal;
  }
}

export function refuse(
  status: Refusal["status"],
  error: string,
  description: string,
  retryAfterSeconds?: number,
): RefusedRequest {
  return new RefusedRequest({
    status,
    error,
    description,
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

/** What is said of an error that nobody foresaw, or that keeps everything from working. */
export function refusalOf(error: unknown, otherwise: string): Refusal {
  if (error instanceof RefusedRequest) return error.refusal;
  if (!(error instanceof InvoicingError)) return refuse(503, "internal", otherwise).refusal;
  // What helps against it is for whoever runs this server, and in its log.
  return refuse(503, "temporarily_unavailable", `${error.message} Try again in a moment.`, 10).refusal;
}

/** For a person at a browser: in the words of the page's own answers where its script asks, else as text. */
export function pageRefusal({ status, description }: Refusal, isScript: boolean): Response {
  const body = isScript ? JSON.stringify({ ok: false, message: description }) : `${description}\n`;
  return new Response(body, {
    status,
    headers: {
      "content-type": isScript ? "application/json" : "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}

/** Where a client learns how to sign in, told with every 401. */
export interface Challenge {
  readonly metadataUrl: string | null;
  readonly scopes: readonly string[];
}

/**
 * As JSON-RPC for clients that look for it there, with the OAuth words beside it. A 401 always says what is wrong, and asks
 * for all that may be had.
 */
export function refusalResponse(refusal: Refusal, requestId: string, challenge: Challenge): Response {
  const { status, error, description, retryAfterSeconds } = refusal;
  const headers = new Headers({ "content-type": "application/json", "cache-control": "no-store" });
  if (retryAfterSeconds !== undefined) headers.set("retry-after", String(retryAfterSeconds));
  if (status === 405) headers.set("allow", "POST");
  if (status === 401) {
    const parts = [
      ...(challenge.metadataUrl === null ? [] : [`resource_metadata="${challenge.metadataUrl}"`]),
      ...(challenge.scopes.length === 0 ? [] : [`scope="${challenge.scopes.join(" ")}"`]),
      `error="${error}"`,
      `error_description="${description.replace(/["\\]/g, "'")}"`,
      `request_id="${requestId}"`,
    ];
    headers.set("www-authenticate", `Bearer ${parts.join(", ")}`);
  }
  const body = {
    jsonrpc: "2.0",
    id: null,
    error: { code: -32_000, message: description, data: { error, request_id: requestId } },
    error_description: description,
    request_id: requestId,
  };
  return new Response(JSON.stringify(body), { status, headers });
}
