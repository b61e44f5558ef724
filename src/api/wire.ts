import type { Dispatcher } from "undici";
import { NOT_TRACED } from "../domain/tracing.ts";
import { CancelledError, InputError, InvoicingError, UnavailableError, UnreadableAnswerError } from "../errors.ts";
import { MEDIA_TYPE } from "../jsonapi/encode.ts";
import { encodeQuery, type QueryPairs } from "../jsonapi/query.ts";
import { Budget, DEFAULT_BUDGET } from "./budget.ts";
import { type Answer, type Exchange, fetchOnce, openAgent, sendOnce, type Timeouts } from "./connection.ts";
import { createOrganizationLookup, type OrganizationLookup } from "./organization.ts";
import type { CallOptions, WriteSlot } from "./port.ts";
import { createRedactor, type Redactor } from "./redact.ts";
import { refusal, type Subject } from "./refusal.ts";
import { RetryBudget, readDelay, retryAfterMs, unsentDelay } from "./retry.ts";
import { type HttpApiOptions, once, originOf, resolved, tokenSource } from "./settings.ts";
import { refusedBecause } from "./token.ts";
import type { Unreached } from "./unreached.ts";

const API_PREFIX = "/api/v1";
const DEFAULT_TIMEOUTS: Timeouts = { connect_ms: 5_000, response_ms: 25_000, body_ms: 20_000 };
const LARGEST_ANSWER = 20_000_000;
const LARGEST_DOCUMENT = 25_000_000;
/** A mutation's answer holds one resource. */
const LARGEST_WRITE_ANSWER = 5_000_000;

export interface ReadRequest {
  readonly path: string;
  readonly query?: QueryPairs;
  readonly subject: Subject;
  /** `false` only while the organization is being found out. */
  readonly scoped?: boolean;
}

export interface WriteRequest {
  readonly method: "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: QueryPairs;
  readonly body?: string;
  readonly subject: Subject;
}

/** How a mutation's exchange ended. What a 2xx proves, its body says (`created.ts`). */
export type WriteAnswer =
  | { readonly kind: "not_sent"; readonly error: InvoicingError }
  | { readonly kind: "rejected"; readonly status: number; readonly error: InvoicingError }
  | { readonly kind: "unknown"; readonly status: number | null; readonly reason: string }
  | {
      /** 2xx. */
      readonly kind: "answered";
      readonly status: number;
      /** `null`: not readable, `reason` says why. `""`: empty. */
      readonly text: string | null;
      readonly reason: string | null;
      readonly location: string | null;
    };

export interface Wire {
  /** The text of a 2xx answer; everything else is thrown. */
  read(request: ReadRequest, options?: CallOptions): Promise<string>;
  write(request: WriteRequest, options?: CallOptions): Promise<WriteAnswer>;
  readyToWrite(options?: CallOptions): Promise<WriteSlot>;
  /** One GET of an address the caller has checked. The token goes along to the API's own origin only. */
  fetchUrl(url: URL, accept: string, options?: CallOptions): Promise<Answer>;
  /** The API's origin, `https://b.anny.co`. */
  origin(): Promise<string>;
  readonly organization: OrganizationLookup;
  readonly redactor: Redactor;
}

/** HTTP statuses that say "not done"; any other answer but 2xx leaves a mutation's outcome open (safety, B 2.5). */
const CONCLUSIVE: readonly number[] = [400, 401, 403, 404, 405, 409, 410, 415, 422, 429];

export function createWire(options: HttpApiOptions): Wire {
  const { clock, tracing = NOT_TRACED } = options;
  const timeouts: Timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const budget = new Budget({ ...DEFAULT_BUDGET, ...options.budget }, clock, options.shared_budget ?? null);
  const retries = new RetryBudget();
  const redactor = createRedactor();
  const token = tokenSource(options.token, redactor);
  const origin = once(async () => originOf(await resolved(options.base_url)));
  let agent: Promise<Dispatcher> | null = null;
  let slots = 0;
  const proxy = options.proxy ?? null;
  const sharedAgent = () => {
    agent ??= openAgent(timeouts, proxy);
    return agent;
  };
  const organization = createOrganizationLookup({
    configured: options.organization_id,
    token,
    read: (path, query, call) =>
      read({ path, query, scoped: false, subject: { action: "read the token's organizations", missing: null } }, call),
  });

  async function headersFor(call: CallOptions | undefined, accept: string): Promise<Record<string, string>> {
    const language = call?.language ?? options.language;
    if (language !== undefined && !/^[A-Za-z0-9*][A-Za-z0-9*,;=. -]{0,99}$/.test(language)) {
      throw new InputError("The language is not a language tag such as de or en-US.");
    }
    return {
      accept,
      authorization: `Bearer ${await token()}`,
      "user-agent": options.user_agent,
      ...(language === undefined ? {} : { "accept-language": language }),
    };
  }

  /** The one place where `o` is added. */
  async function targetOf(
    path: string,
    query: QueryPairs | undefined,
    scoped: boolean,
    call: CallOptions | undefined,
  ): Promise<string> {
    const tenant: QueryPairs = scoped ? [["o", await organization.id(call)]] : [];
    const text = encodeQuery([...tenant, ...(query ?? [])]);
    return `${API_PREFIX}${path}${text === "" ? "" : `?${text}`}`;
  }

  /** One exchange, told to the log and to whoever traces. */
  async function observed(
    method: string,
    path: string,
    origin: string,
    exchange: () => Promise<Exchange>,
  ): Promise<Exchange> {
    const started = clock.now();
    const { hostname } = new URL(origin);
    const name = `${method} ${API_PREFIX}${templateOf(path)}`;
    const facts = { "http.request.method": method, "server.address": hostname };
    const ended = await tracing.span({ name, kind: "client", facts }, async (span) => {
      const result = await exchange();
      if (result.kind === "answered") span.set({ "http.response.status_code": result.answer.status });
      if (result.kind !== "answered" || result.answer.status >= 500) span.fail(result.kind);
      return result;
    });
    try {
      options.log?.(`${method} ${API_PREFIX}${path} ${outcomeOf(ended)} ${clock.now() - started} ms`);
    } catch {
      // A broken log must not hide what became of a request.
    }
    return ended;
  }

  async function acquire(kind: "read" | "write", key: string, signal: AbortSignal | undefined): Promise<void> {
    if (signal?.aborted) throw new CancelledError();
    try {
      await budget.acquire(kind, key, signal);
    } catch (error) {
      throw signal?.aborted ? new CancelledError() : error;
    }
  }

  async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await clock.sleep(ms, signal);
    } catch (error) {
      throw signal?.aborted ? new CancelledError() : error;
    }
  }

  async function read(request: ReadRequest, call?: CallOptions): Promise<string> {
    const base = await origin();
    const scoped = request.scoped !== false;
    const target = await targetOf(request.path, request.query, scoped, call);
    const headers = { ...(await headersFor(call, MEDIA_TYPE)), "content-type": MEDIA_TYPE };
    const answer = await readWithRetries(
      { method: "GET", origin: base, target, headers },
      request.path,
      request.subject,
      LARGEST_ANSWER,
      call?.signal,
      scoped,
    );
    return textOf(answer, request.subject);
  }

  /** A 2xx answer with its whole body, or an error. */
  async function readWithRetries(
    wire: { method: "GET"; origin: string; target: string; headers: Record<string, string> },
    path: string,
    subject: Subject,
    maxBytes: number,
    signal: AbortSignal | undefined,
    scoped: boolean,
  ): Promise<Answer> {
    retries.earn();
    for (let attempt = 1; ; attempt += 1) {
      await acquire("read", `GET ${wire.target}`, signal);
      const exchange = await observed("GET", path, wire.origin, async () =>
        fetchOnce(await sharedAgent(), wire, timeouts, maxBytes, signal),
      );
      if (signal?.aborted) throw new CancelledError("The call was cancelled; it only read.");
      if (exchange.kind !== "answered") {
        const delay = readDelay({ kind: "network" }, attempt, Math.random());
        if (delay === null || !retries.spend()) {
          throw notReached(wire.origin, `to ${subject.action}`, exchange);
        }
        await pause(delay, signal);
        continue;
      }
      const { answer } = exchange;
      if (answer.status >= 200 && answer.status < 300) {
        if (answer.body !== null) return answer;
        // Too large stays too large; a broken answer may be whole the next time.
        const delay = answer.reason?.startsWith("the answer is larger")
          ? null
          : readDelay({ kind: "network" }, attempt, Math.random());
        if (delay === null || !retries.spend()) {
          throw new UnreadableAnswerError(`Could not ${subject.action}: ${answer.reason}.`, { status: answer.status });
        }
        await pause(delay, signal);
        continue;
      }
      const retry_after_ms = retryAfterMs(answer.header("retry-after"), clock.now());
      if (answer.status === 429 && retry_after_ms !== null) budget.block(retry_after_ms);
      const delay = readDelay({ kind: "status", status: answer.status, retry_after_ms }, attempt, Math.random());
      if (delay === null || !retries.spend()) throw await refusalOf(answer, subject, retry_after_ms, scoped);
      await pause(delay, signal);
    }
  }

  async function refusalOf(
    answer: Answer,
    subject: Subject,
    retry_after_ms: number | null,
    scoped: boolean,
  ): Promise<InvoicingError> {
    const { status } = answer;
    const text = answer.body === null ? "" : new TextDecoder().decode(answer.body);
    const base = await origin();
    const chosen = options.organization_id ?? null;
    return refusal(
      {
        status,
        text,
        retry_after_ms,
        host: new URL(base).host,
        token: status === 401 ? refusedBecause(await token(), base, clock.now()) : null,
        organization: chosen,
        seen: status === 403 && scoped && chosen !== null ? await organization.seen() : null,
      },
      subject,
      redactor,
    );
  }

  async function write(request: WriteRequest, call?: CallOptions): Promise<WriteAnswer> {
    let exchange: Exchange;
    try {
      exchange = await dispatch(request, call);
    } catch (error) {
      // `dispatch` throws only before a socket was handed over.
      if (error instanceof InvoicingError) return { kind: "not_sent", error };
      throw error;
    }
    if (exchange.kind === "answered") return classify(exchange.answer, request.subject);
    return { kind: "unknown", status: null, reason: exchange.reason };
  }

  async function readyToWrite(call?: CallOptions): Promise<WriteSlot> {
    slots += 1;
    await acquire("write", `slot ${slots}`, call?.signal);
    let isTaken = false;
    return {
      take() {
        const isFirst = !isTaken;
        isTaken = true;
        return isFirst;
      },
    };
  }

  /** Sends at most once. Throws when nothing was sent. */
  async function dispatch(request: WriteRequest, call: CallOptions | undefined): Promise<Exchange> {
    const signal = call?.signal;
    if (signal?.aborted) throw new CancelledError();
    const base = await origin();
    const target = await targetOf(request.path, request.query, true, call);
    const headers = { ...(await headersFor(call, MEDIA_TYPE)), "content-type": MEDIA_TYPE };
    const { method, body } = request;
    const wire = { method, origin: base, target, headers, ...(body === undefined ? {} : { body }) };
    const begun = clock.now();
    const isInTime = () => call?.not_after === undefined || clock.now() <= call.not_after;
    for (let attempt = 1; ; attempt += 1) {
      if (attempt > 1 || call?.slot?.take() !== true) {
        await acquire("write", `${method} ${target} ${body ?? ""}`, signal);
      }
      if (!isInTime()) throw tooLate(request.subject);
      const exchange = await observed(method, request.path, base, () =>
        sendOnce(wire, timeouts, LARGEST_WRITE_ANSWER, isInTime, signal, proxy),
      );
      if (exchange.kind !== "not_sent") return exchange;
      if (exchange.cancelled) throw new CancelledError();
      if (!isInTime()) throw tooLate(request.subject);
      const delay = unsentDelay(attempt, clock.now() - begun, Math.random());
      if (delay === null) {
        throw notReached(base, `to ${request.subject.action}`, exchange, " Nothing was sent.");
      }
      await pause(delay, signal);
    }
  }

  async function classify(answer: Answer, subject: Subject): Promise<WriteAnswer> {
    const { status } = answer;
    if (status >= 200 && status < 300) {
      const text = answer.body === null ? null : decodedText(answer.body);
      const reason = answer.body === null ? answer.reason : text === null ? "the answer is not UTF-8 text" : null;
      return { kind: "answered", status, text, reason, location: answer.header("location") };
    }
    const retry_after_ms = retryAfterMs(answer.header("retry-after"), clock.now());
    if (status === 429 && retry_after_ms !== null) budget.block(retry_after_ms);
    if (CONCLUSIVE.includes(status)) {
      return { kind: "rejected", status, error: await refusalOf(answer, subject, retry_after_ms, true) };
    }
    return { kind: "unknown", status, reason: `the API answered ${status}, which does not say whether it was done` };
  }

  async function fetchUrl(url: URL, accept: string, call?: CallOptions): Promise<Answer> {
    const headers = await headersFor(call, accept);
    if (url.origin !== (await origin())) delete headers["authorization"];
    const target = `${url.pathname}${url.search}`;
    await acquire("read", `GET ${target}`, call?.signal);
    const wire = { method: "GET", origin: url.origin, target, headers } as const;
    // The path of a document may itself be the secret.
    const exchange = await observed("GET", "/(document)", url.origin, async () =>
      fetchOnce(await sharedAgent(), wire, timeouts, LARGEST_DOCUMENT, call?.signal),
    );
    if (call?.signal?.aborted) throw new CancelledError("The call was cancelled; it only read.");
    if (exchange.kind === "answered") return exchange.answer;
    throw notReached(url.origin, "to fetch the document", exchange);
  }

  return { read, write, readyToWrite, fetchUrl, origin, organization, redactor };
}

/** The host is named: which one is meant, a setting says, and which network it is in, nobody else can say. */
function notReached(origin: string, purpose: string, { reason, cure }: Unreached, more = ""): UnavailableError {
  return new UnavailableError(
    `The API at ${new URL(origin).host} could not be reached ${purpose}: ${reason}.${more}`,
    cure === null ? {} : { next: cure },
  );
}

function tooLate(subject: Subject): UnavailableError {
  return new UnavailableError(
    `Too much time passed before the request to ${subject.action} could leave (a slow connection, or a suspended computer). Nothing was sent.`,
    { next: "Make the same call again." },
  );
}

function textOf(answer: Answer, subject: Subject): string {
  const text = answer.body === null ? null : decodedText(answer.body);
  if (text === null) throw new UnreadableAnswerError(`Could not ${subject.action}: the answer is not UTF-8 text.`);
  return text;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function decodedText(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** `/invoices/{id}/send`. */
function templateOf(path: string): string {
  return path.replaceAll(/[^/]+/g, (part) => (/^[a-z-]{1,24}$/.test(part) ? part : "{id}"));
}

function outcomeOf(exchange: Exchange): string {
  return exchange.kind === "answered" ? String(exchange.answer.status) : `${exchange.kind}: ${exchange.reason}`;
}
