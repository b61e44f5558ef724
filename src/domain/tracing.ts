/** Values of a span. Never a secret, a name, an address or a text of somebody: ids, kinds, outcomes, counts. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

/** How logs and traces name the request that a call came with. */
export interface RequestMark {
  readonly request_id: string | null;
  /** 32 hex digits (W3C). */
  readonly trace_id: string | null;
}

/** The trace that a caller's context names; `null` where it is none. */
export function traceIdOf(traceparent: string | undefined): string | null {
  const id = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent ?? "")?.[1];
  return id === undefined || /^0+$/.test(id) ? null : id;
}

export interface Span {
  /** Where spans are sent somewhere. */
  readonly trace_id: string | null;
  set(facts: SpanFacts): void;
  /** It ended otherwise than asked: `type` is one of a few words. A refusal that is right is no failure and is only `set`. */
  fail(type: string): void;
}

export interface SpanStart {
  /** Low in variety: a method and a tool, never an id. */
  readonly name: string;
  /** Who began it: somebody who called us, ourselves, or we who call somebody. */
  readonly kind: "server" | "internal" | "client";
  readonly facts: SpanFacts;
  /** W3C trace context of the caller. */
  readonly traceparent?: string | undefined;
}

/** Where the time of a call goes, told to whoever runs the server. Spans begun inside `work` are its children. */
export interface Tracing {
  span<T>(start: SpanStart, work: (span: Span) => Promise<T>): Promise<T>;
}

const NO_SPAN: Span = { trace_id: null, set() {}, fail() {} };

/** Nobody listens: costs one call. */
export const NOT_TRACED: Tracing = { span: (_, work) => work(NO_SPAN) };
