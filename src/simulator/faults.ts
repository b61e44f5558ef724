import { z } from "zod";
import { ACTION_STEPS } from "./rules/actions.ts";

const milliseconds = z.number().int().min(0).max(600_000);
const status = z.number().int().min(200).max(599);

/** Which requests a fault meets, and how often. */
const matching = {
  /** HTTP method; any when absent. */
  method: z.string().optional(),
  /** Path below `/api/v1`: `*` is one segment, `**` any rest. Every path when absent. */
  path: z.string().optional(),
  /** How many matching requests it meets; 1 when absent. */
  times: z.number().int().min(1).optional(),
  /** How many matching requests it lets pass first; 0 when absent. */
  skip: z.number().int().min(0).optional(),
};

/** Form of an error answer: JSON:API, `{"title","message"}`, `{"error"}`, a proxy's HTML page, or nothing. */
const errorBody = z.enum(["vnd", "message", "json", "html", "empty"]).optional();

/**
 * A fault on demand. "before" means that nothing was done, "after" that the request was carried out and only its
 * answer is spoilt.
 */
export const faultSchema = z.discriminatedUnion("kind", [
  /** Waits before processing; other faults still apply. */
  z.strictObject({ kind: z.literal("latency"), ms: milliseconds, ...matching }),
  /** TCP reset instead of processing. */
  z.strictObject({ kind: z.literal("reset_before"), ...matching }),
  /** Processes, then TCP reset instead of an answer. */
  z.strictObject({ kind: z.literal("reset_after"), ...matching }),
  /** Processes, then closes the connection cleanly without an answer. */
  z.strictObject({ kind: z.literal("fin_after"), ...matching }),
  /** Answers an error without processing. */
  z.strictObject({
    kind: z.literal("status_before"),
    status,
    body: errorBody,
    retry_after: z.number().int().min(0).optional(),
    ...matching,
  }),
  /** Processes, then answers an error all the same. */
  z.strictObject({
    kind: z.literal("status_after"),
    status,
    body: errorBody,
    retry_after: z.number().int().min(0).optional(),
    ...matching,
  }),
  /** Resets the connection (or answers `status`) at once and processes `ms` later. */
  z.strictObject({ kind: z.literal("late_processing"), ms: milliseconds, status: status.optional(), ...matching }),
  /** Lets only these parts of an action happen, then answers `status` (500 when absent). */
  z.strictObject({
    kind: z.literal("partial"),
    steps: z.array(z.enum(ACTION_STEPS)),
    status: status.optional(),
    ...matching,
  }),
  /** Processes twice, as a proxy that repeats; answers the second result. */
  z.strictObject({ kind: z.literal("duplicate"), ...matching }),
  /** Processes, sends the headers and half of the body, then resets. */
  z.strictObject({ kind: z.literal("truncated_body"), ...matching }),
  /** Processes, answers 200 without a body. */
  z.strictObject({ kind: z.literal("empty_200"), ...matching }),
  /** Processes, answers the right body with another Content-Type (`text/html` when absent). */
  z.strictObject({ kind: z.literal("wrong_content_type"), content_type: z.string().optional(), ...matching }),
  /** Processes, answers 200 with a body that is not JSON. */
  z.strictObject({ kind: z.literal("bad_json"), ...matching }),
  /** Processes, sends the body in pieces over `ms`. */
  z.strictObject({ kind: z.literal("slow_body"), ms: milliseconds, ...matching }),
  /** Never processes, never answers. */
  z.strictObject({ kind: z.literal("hang_before"), ...matching }),
  /** Processes, never answers. */
  z.strictObject({ kind: z.literal("hang_after"), ...matching }),
  /** 307 to `location` (the same path of another port when absent), without processing. */
  z.strictObject({ kind: z.literal("redirect"), location: z.string().optional(), ...matching }),
  /** Processes; what the request created stays invisible in lists for `ms` of the simulator's clock. */
  z.strictObject({ kind: z.literal("list_lag"), ms: milliseconds, ...matching }),
]);
export type Fault = z.infer<typeof faultSchema>;
export type FaultKind = Fault["kind"];

/** The faults that are set, and what is left of each. */
export class FaultList {
  #entries: { readonly fault: Fault; skip: number; left: number }[] = [];

  add(fault: Fault): void {
    this.#entries.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#entries = [];
  }

  all(): Fault[] {
    return this.#entries.map(({ fault }) => fault);
  }

  /** Takes what applies to a request: every latency, and the first other fault. */
  take(method: string, path: string): { readonly latency: number; readonly fault: Fault | null } {
    let latency = 0;
    let found: Fault | null = null;
    for (const entry of this.#entries) {
      const { fault } = entry;
      if (found !== null && fault.kind !== "latency") continue;
      if (!applies(fault, method, path)) continue;
      if (entry.skip > 0) {
        entry.skip -= 1;
        continue;
      }
      entry.left -= 1;
      if (fault.kind === "latency") latency += fault.ms;
      else found = fault;
    }
    this.#entries = this.#entries.filter(({ left }) => left > 0);
    return { latency, fault: found };
  }
}

function applies(fault: Fault, method: string, path: string): boolean {
  if (fault.method !== undefined && fault.method.toUpperCase() !== method) return false;
  return fault.path === undefined || matchesPath(fault.path.split("/"), path.split("/"));
}

function matchesPath(pattern: readonly string[], path: readonly string[]): boolean {
  const [head, ...rest] = pattern;
  if (head === "**") return true;
  if (head === undefined || path.length === 0) return head === undefined && path.length === 0;
  return (head === "*" || head === path[0]) && matchesPath(rest, path.slice(1));
}
