import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { ToolAnswer } from "../toolkit/report.ts";
import type { RenewalResult } from "./renewal.ts";

/** What became of a call: refusals that are right are no failures, and the API's failures are not ours. */
export type Outcome = "ok" | "asked" | "refused" | "upstream" | "unknown" | "failed";

export interface Metrics {
  /** `tool` must be one of ours: labels are bounded. */
  called(tool: string, outcome: Outcome, seconds: number): void;
  answered(status: number, seconds: number): void;
  turnedAway(reason: string): void;
  underWay(change: 1 | -1): void;
  /** A person was to be told that something waits for approval. */
  noticed(way: "mail" | "webhook", outcome: "sent" | "failed" | "dropped"): void;
  /** Whether all that says who may do what can be used as it stands. */
  accessRead(isUsable: boolean): void;
  /** The API's sign-in was asked for a new pair, or was not because it does not answer. */
  credentialRenewal(result: RenewalResult, seconds: number): void;
  /** The API refuses a stored credential, and it is dead. */
  credentialRefused(): void;
  /** A call found no credential to work with. */
  credentialMissed(state: "absent" | "dead"): void;
  text(): Promise<string>;
  readonly contentType: string;
}

const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const calls = new Histogram({
    name: "mcp_server_operation_duration_seconds",
    help: "Duration of tool calls.",
    labelNames: ["mcp_method_name", "tool", "outcome"],
    buckets: SECONDS,
    registers,
  });
  const requests = new Histogram({
    name: "http_server_request_duration_seconds",
    help: "Time to the first byte of the answer.",
    labelNames: ["status"],
    buckets: SECONDS,
    registers,
  });
  const refused = new Counter({
    name: "invoicing_requests_refused_total",
    help: "Requests answered before they reached the protocol.",
    labelNames: ["reason"],
    registers,
  });
  const running = new Gauge({ name: "invoicing_requests_under_way", help: "Requests under way.", registers });
  const notices = new Counter({
    name: "invoicing_notices_total",
    help: "Messages that say where something waits for approval.",
    labelNames: ["way", "outcome"],
    registers,
  });
  const usable = new Gauge({
    name: "invoicing_access_usable",
    help: "1: the access file and its policies hold as they stand; 0: something of them cannot be used, and the log says what.",
    registers,
  });
  const renewals = new Counter({
    name: "invoicing_credential_renewals_total",
    help: "Renewals of stored credentials; skipped: not asked for, because the sign-in server had not answered before.",
    labelNames: ["result"],
    registers,
  });
  const renewalSeconds = new Histogram({
    name: "invoicing_credential_renewal_duration_seconds",
    help: "Time in which the API's sign-in answered.",
    buckets: SECONDS,
    registers,
  });
  const died = new Counter({
    name: "invoicing_credentials_died_total",
    help: "Stored credentials that ended: a person has to give a new one.",
    labelNames: ["reason"],
    registers,
  });
  const missed = new Counter({
    name: "invoicing_calls_without_credential_total",
    help: "Calls for which no credential is stored that works.",
    labelNames: ["state"],
    registers,
  });
  return {
    called: (tool, outcome, seconds) => calls.observe({ mcp_method_name: "tools/call", tool, outcome }, seconds),
    answered: (status, seconds) => requests.observe({ status }, seconds),
    turnedAway: (reason) => refused.inc({ reason }),
    underWay: (change) => running.inc(change),
    noticed: (way, outcome) => notices.inc({ way, outcome }),
    accessRead: (isUsable) => usable.set(isUsable ? 1 : 0),
    credentialRenewal(result, seconds) {
      renewals.inc({ result });
      if (result !== "skipped") renewalSeconds.observe(seconds);
      if (result === "over") died.inc({ reason: "over" });
    },
    credentialRefused: () => died.inc({ reason: "refused" }),
    credentialMissed: (state) => missed.inc({ state }),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

const UPSTREAM = ["authentication", "permission", "unavailable", "unreadable_answer", "rate_limited", "route_missing"];
const OURS = ["internal", "journal", "config"];

export function outcomeOf(answer: ToolAnswer): Outcome {
  if (answer.kind !== "result") return "asked";
  const { error, outcome } = answer.structured;
  const code = typeof error === "object" && error !== null && "code" in error ? error["code"] : undefined;
  if (outcome === "approval_required") return "asked";
  if (outcome === "unknown" || outcome === "ambiguous") return "unknown";
  if (code === undefined) return "ok";
  if (typeof code !== "string" || OURS.includes(code)) return "failed";
  return UPSTREAM.includes(code) ? "upstream" : "refused";
}
