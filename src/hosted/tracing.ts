import { AsyncLocalStorage } from "node:async_hooks";
import { type Context, defaultTextMapGetter, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import type { Tracing } from "../domain/tracing.ts";

export interface TracingOptions {
  /** Where OTLP over HTTP (JSON) is taken, e.g. `http://127.0.0.1:4318/v1/traces`. */
  readonly url: string;
  /** Sent with each batch: a collector's key. */
  readonly headers: Readonly<Record<string, string>>;
  readonly version: string;
  /** This instance among those of one address. */
  readonly instance: string;
}

export interface OpenTracing extends Tracing {
  /** Sends what waits, within a few seconds. Never throws: a collector that is away loses spans, nothing else. */
  close(): Promise<void>;
}

const KINDS = { server: SpanKind.SERVER, internal: SpanKind.INTERNAL, client: SpanKind.CLIENT } as const;

/**
 * Spans to an OpenTelemetry collector, named by the conventions for MCP. Nothing is registered for the whole process, so
 * that two servers in it (tests) do not mix; a span's children are found by the asynchronous context it runs in.
 */
export function openTracing({ url, headers, version, instance }: TracingOptions): OpenTracing {
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: 3_000 });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      "service.name": "invoicing-mcp",
      "service.version": version,
      "service.instance.id": instance,
    }),
    spanProcessors: [new BatchSpanProcessor(exporter, { exportTimeoutMillis: 3_000 })],
  });
  const tracer = provider.getTracer("invoicing-mcp", version);
  const propagator = new W3CTraceContextPropagator();
  const current = new AsyncLocalStorage<Context>();
  return {
    async span({ name, kind, facts, traceparent }, work) {
      const parent =
        current.getStore() ??
        (traceparent === undefined
          ? ROOT_CONTEXT
          : propagator.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter));
      const span = tracer.startSpan(name, { kind: KINDS[kind], attributes: facts }, parent);
      const fail = (type: string) => {
        span.setAttribute("error.type", type);
        span.setStatus({ code: SpanStatusCode.ERROR });
      };
      try {
        return await current.run(trace.setSpan(parent, span), () =>
          work({ trace_id: span.spanContext().traceId, set: (more) => void span.setAttributes(more), fail }),
        );
      } catch (error) {
        // The message may quote somebody's data.
        fail(error instanceof Error ? error.name : "_OTHER");
        throw error;
      } finally {
        span.end();
      }
    },
    async close() {
      await provider.shutdown().catch(() => {});
    },
  };
}
