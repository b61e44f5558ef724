import { describe, expect, it } from "vitest";
import type { Fault, FaultKind } from "../../src/simulator/index.ts";
import { at, call, customerBody, idOf, rows, sentInvoice, simulate } from "./client.ts";

const CREATE = { method: "POST", path: "/customers" } as const;

/** What a client sees, and how many customers there are afterwards. */
interface Expectation {
  readonly fault: Fault;
  readonly status: number | "no answer" | "hangs";
  readonly created: number;
  readonly type?: string;
  readonly retryAfter?: string;
  readonly readable?: boolean;
}

const VND = "application/vnd.api+json";

const TABLE: readonly Expectation[] = [
  { fault: { kind: "latency", ms: 30, ...CREATE }, status: 201, created: 1, readable: true },
  { fault: { kind: "reset_before", ...CREATE }, status: "no answer", created: 0 },
  { fault: { kind: "reset_after", ...CREATE }, status: "no answer", created: 1 },
  { fault: { kind: "fin_after", ...CREATE }, status: "no answer", created: 1 },
  ...[500, 502, 503, 504, 408, 422].flatMap((status): Expectation[] => [
    { fault: { kind: "status_before", status, ...CREATE }, status, created: 0, type: VND, readable: true },
    { fault: { kind: "status_after", status, ...CREATE }, status, created: 1, type: VND, readable: true },
  ]),
  {
    fault: { kind: "status_before", status: 429, retry_after: 42, body: "json", ...CREATE },
    status: 429,
    created: 0,
    type: "application/json",
    retryAfter: "42",
    readable: true,
  },
  {
    fault: { kind: "status_before", status: 503, body: "html", ...CREATE },
    status: 503,
    created: 0,
    type: "text/html; charset=utf-8",
    readable: false,
  },
  {
    fault: { kind: "status_before", status: 500, body: "message", ...CREATE },
    status: 500,
    created: 0,
    type: "application/json",
    readable: true,
  },
  { fault: { kind: "status_before", status: 500, body: "empty", ...CREATE }, status: 500, created: 0, readable: false },
  { fault: { kind: "truncated_body", ...CREATE }, status: "no answer", created: 1 },
  { fault: { kind: "empty_200", ...CREATE }, status: 200, created: 1, readable: false },
  {
    fault: { kind: "wrong_content_type", ...CREATE },
    status: 201,
    created: 1,
    type: "text/html; charset=utf-8",
    readable: true,
  },
  { fault: { kind: "bad_json", ...CREATE }, status: 200, created: 1, type: VND, readable: false },
  { fault: { kind: "slow_body", ms: 50, ...CREATE }, status: 201, created: 1, readable: true },
  { fault: { kind: "hang_before", ...CREATE }, status: "hangs", created: 0 },
  { fault: { kind: "hang_after", ...CREATE }, status: "hangs", created: 1 },
  { fault: { kind: "redirect", ...CREATE }, status: 307, created: 0 },
  { fault: { kind: "duplicate", ...CREATE }, status: 201, created: 2, readable: true },
  { fault: { kind: "list_lag", ms: 10, ...CREATE }, status: 201, created: 1, readable: true },
];

describe("faults", () => {
  it.each(TABLE)(
    "$fault.kind $fault.status $fault.body",
    async ({ fault, status, created, type, retryAfter, readable }) => {
      const simulator = await simulate({ seed: "empty" });
      simulator.faults.add(fault);
      const patience = new AbortController();
      const request = call(simulator, "POST", "/customers", { body: customerBody(), signal: patience.signal });
      if (status === "hangs") {
        const first = await Promise.race([
          request.then(
            () => "answered",
            () => "failed",
          ),
          until(() => simulator.requests().length === 1 && simulator.effects().length === created).then(() => "hangs"),
        ]);
        expect(first).toBe("hangs");
        patience.abort();
        await expect(request).rejects.toThrow();
      } else if (status === "no answer") {
        await expect(request).rejects.toThrow();
      } else {
        const answer = await request;
        expect(answer.status).toBe(status);
        if (type !== undefined) expect(answer.headers.get("content-type")).toBe(type);
        if (retryAfter !== undefined) expect(answer.headers.get("retry-after")).toBe(retryAfter);
        if (readable !== undefined) expect(answer.json !== null).toBe(readable);
      }
      expect(simulator.effects().filter(({ kind }) => kind === "customer.created")).toHaveLength(created);
      // The fault is used up: the next request is served.
      const next = await call(simulator, "POST", "/customers", {
        body: customerBody({ email: "next@customer.example" }),
      });
      expect(next.status).toBe(201);
    },
  );

  it("covers every kind", () => {
    const elsewhere: FaultKind[] = ["late_processing", "partial"];
    const kinds = new Set<FaultKind>([...TABLE.map(({ fault }) => fault.kind), ...elsewhere]);
    expect(kinds.size).toBe(18);
  });

  it("processes late after an answer that never came", async () => {
    const simulator = await simulate({ seed: "empty" });
    simulator.faults.add({ kind: "late_processing", ms: 60, ...CREATE });
    await expect(call(simulator, "POST", "/customers", { body: customerBody() })).rejects.toThrow();
    await until(() => simulator.effects().length === 1);
    simulator.faults.add({ kind: "late_processing", ms: 20, status: 504, ...CREATE });
    expect((await call(simulator, "POST", "/customers", { body: customerBody() })).status).toBe(504);
    await until(() => simulator.effects().length === 2);
  });

  it("lets only a part of an action happen", async () => {
    const simulator = await simulate();
    const { id, customer_id } = await sentInvoice(simulator);
    const before = simulator.effects().length;
    simulator.faults.add({ kind: "partial", steps: ["void"], path: "/invoices/*/change-recipient" });
    const answer = await call(simulator, "POST", `/invoices/${id}/change-recipient`, { body: { customer_id } });
    expect(answer.status).toBe(500);
    expect(
      simulator
        .effects()
        .slice(before)
        .map(({ kind }) => kind),
    ).toEqual(["invoice.voided"]);
    const other = await sentInvoice(simulator);
    simulator.faults.add({ kind: "partial", steps: ["credit_note"], status: 504, path: "/invoices/*/cancel" });
    expect((await call(simulator, "POST", `/invoices/${other.id}/cancel`)).status).toBe(504);
    const original = await call(simulator, "GET", `/invoices/${other.id}`);
    expect(at(original.json, "data", "attributes", "status")).toBe("sent");
  });

  it("hides new resources from lists until the clock has moved on", async () => {
    let now = Date.parse("2026-11-23T11:00:00Z");
    const simulator = await simulate({ seed: "empty", now: () => now });
    simulator.faults.add({ kind: "list_lag", ms: 5_000, ...CREATE });
    const id = idOf(await call(simulator, "POST", "/customers", { body: customerBody() }));
    expect(rows(await call(simulator, "GET", "/customers"))).toEqual([]);
    expect((await call(simulator, "GET", `/customers/${id}`)).status).toBe(200);
    now += 5_000;
    expect(rows(await call(simulator, "GET", "/customers"))).toHaveLength(1);
  });

  it("matches method and path, counts times and skips", async () => {
    const simulator = await simulate();
    simulator.faults.add({ kind: "status_before", status: 503, method: "GET", path: "/invoices/*", skip: 1, times: 2 });
    const [first] = rows(await call(simulator, "GET", "/invoices?page[size]=1"));
    const path = `/invoices/${String(at(first, "id"))}`;
    const seen: number[] = [];
    for (let index = 0; index < 4; index += 1) seen.push((await call(simulator, "GET", path)).status);
    expect(seen).toEqual([200, 503, 503, 200]);
    simulator.faults.add({ kind: "status_before", status: 500, path: "/**", times: 9 });
    expect((await call(simulator, "GET", path)).status).toBe(500);
    simulator.faults.clear();
    expect((await call(simulator, "GET", path)).status).toBe(200);
  });

  it("closes while requests hang", async () => {
    const simulator = await simulate({ seed: "empty" });
    simulator.faults.add({ kind: "hang_before" });
    simulator.faults.add({ kind: "latency", ms: 600_000, skip: 1 });
    simulator.faults.add({ kind: "late_processing", ms: 600_000, skip: 1 });
    const hanging = [call(simulator, "GET", "/customers"), call(simulator, "GET", "/customers")];
    const settled = Promise.allSettled(hanging);
    await until(() => simulator.requests().length === 2);
    await simulator.close();
    expect((await settled).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((done) => setTimeout(done, 5));
}
