import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createHttpApi, type HttpApiOptions } from "../../src/api/http.ts";
import type { InvoicesApi, WriteEvidence } from "../../src/api/port.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { FAULTS, type Fault, type FaultProxy, type RequestMatch, startFaultProxy } from "../harness/fault-proxy.ts";
import { type StrictApi, startStrictApi } from "../harness/strict-api.ts";

let strict: StrictApi;
let proxy: FaultProxy;

const isWrite: RequestMatch = ({ method }) => method !== "GET";

function apiOver(base_url: string, more: Partial<HttpApiOptions> = {}): InvoicesApi {
  return createHttpApi({
    base_url,
    token: strict.token,
    organization_id: strict.organization_id,
    clock: systemClock,
    user_agent: "invoicing-mcp/test",
    timeouts: { connect_ms: 1_000, response_ms: 300, body_ms: 300 },
    budget: { identical_per_second: 1_000, writes_per_minute: 10_000, reads_per_minute: 10_000 },
    ...more,
  });
}

beforeAll(async () => {
  strict = await startStrictApi();
  proxy = await startFaultProxy(strict.url);
});
afterEach(() => proxy.clear());
afterAll(async () => {
  await proxy.close();
  await strict.close();
});

type Kind = WriteEvidence<null>["kind"];
/** Evidence, requests that reached the proxy, effects at the API. */
const EXPECTED: Readonly<Record<Fault, { kind: Kind; status?: number | null; wire: number; effects: number }>> = {
  refused: { kind: "not_sent", wire: 0, effects: 0 },
  tls_fail: { kind: "not_sent", wire: 0, effects: 0 },
  reset_before: { kind: "unknown", status: null, wire: 1, effects: 0 },
  reset_after: { kind: "unknown", status: null, wire: 1, effects: 1 },
  fin_before: { kind: "unknown", status: null, wire: 1, effects: 0 },
  fin_after: { kind: "unknown", status: null, wire: 1, effects: 1 },
  hang_never: { kind: "unknown", status: null, wire: 1, effects: 0 },
  hang_after: { kind: "unknown", status: null, wire: 1, effects: 1 },
  hang_late: { kind: "unknown", status: null, wire: 1, effects: 1 },
  status_500_before: { kind: "unknown", status: 500, wire: 1, effects: 0 },
  status_500_after: { kind: "unknown", status: 500, wire: 1, effects: 1 },
  status_502_before: { kind: "unknown", status: 502, wire: 1, effects: 0 },
  status_502_after: { kind: "unknown", status: 502, wire: 1, effects: 1 },
  status_503_before: { kind: "unknown", status: 503, wire: 1, effects: 0 },
  status_503_after: { kind: "unknown", status: 503, wire: 1, effects: 1 },
  status_504_before: { kind: "unknown", status: 504, wire: 1, effects: 0 },
  status_504_after: { kind: "unknown", status: 504, wire: 1, effects: 1 },
  status_429: { kind: "rejected", status: 429, wire: 1, effects: 0 },
  status_422: { kind: "rejected", status: 422, wire: 1, effects: 0 },
  truncated: { kind: "unknown", wire: 1, effects: 1 },
  wrong_type: { kind: "unknown", wire: 1, effects: 1 },
  empty_200: { kind: "unknown", status: 200, wire: 1, effects: 1 },
  bad_json: { kind: "unknown", wire: 1, effects: 1 },
  slow_body: { kind: "applied", wire: 1, effects: 1 },
  duplicate: { kind: "applied", wire: 1, effects: 2 },
  redirect_307: { kind: "unknown", status: 307, wire: 1, effects: 0 },
};

describe("evidence of a write, over TCP", () => {
  it.each(FAULTS)("%s", async (fault) => {
    const customers = strict.state.customers.size;
    const seen = proxy.requests.length;
    await proxy.plan(fault, isWrite, { late_ms: 350, slow_ms: 5_000 });
    const api = apiOver(fault === "tls_fail" ? proxy.tls_url : proxy.url);
    const evidence = await api.createCustomer({ email: `${fault}@example.com`, locale: "de" });
    const expected = EXPECTED[fault];
    expect(evidence.kind).toBe(expected.kind);
    if (expected.status !== undefined) expect(evidence).toMatchObject({ status: expected.status });
    if (evidence.kind === "not_sent" || evidence.kind === "rejected") expect(evidence.error.effect).toBe("none");
    if (evidence.kind === "applied" && fault !== "duplicate") {
      // Headers were whole where only the body is slow: the id comes from Location.
      expect(evidence.resource).toMatchObject({ id: expect.any(String) });
      expect(evidence.reason).toMatch(/\w/);
    }
    expect(proxy.requests.length - seen).toBe(expected.wire);
    await expect.poll(() => strict.state.customers.size - customers, { timeout: 3_000 }).toBe(expected.effects);
  });

  it("a PUT that was reset after processing is not sent again", async () => {
    const seen = proxy.requests.length;
    await proxy.plan("reset_after", isWrite);
    expect(await apiOver(proxy.url).markPaid("1", true)).toMatchObject({ kind: "unknown", status: null });
    expect(proxy.requests.slice(seen).map(({ method }) => method)).toEqual(["PUT"]);
  });

  it("a host that cannot be found is not sent, and tried at most three times", async () => {
    const lines: string[] = [];
    const api = apiOver("https://invoices.invalid", { log: (line) => lines.push(line) });
    expect(await api.sendInvoice("1")).toMatchObject({ kind: "not_sent", error: { code: "unavailable" } });
    expect(lines).toHaveLength(3);
  });

  it("a connection that is refused twice and then accepted sends once", async () => {
    const customers = strict.state.customers.size;
    await proxy.plan("refused");
    let waits = 0;
    const clock = {
      now: () => Date.now(),
      sleep: async () => {
        waits += 1;
        if (waits === 2) await proxy.clear();
      },
    };
    const evidence = await apiOver(proxy.url, { clock }).createCustomer({ email: "later@example.com", locale: "de" });
    expect(evidence).toMatchObject({ kind: "applied", resource: { id: expect.any(String) } });
    expect(strict.state.customers.size - customers).toBe(1);
  });

  it("the caller's abort counts before the socket and not after it", async () => {
    const early = AbortSignal.abort();
    const seen = proxy.connections;
    const api = apiOver(proxy.url);
    expect(await api.sendInvoice("1", { signal: early })).toMatchObject({
      kind: "not_sent",
      error: { code: "cancelled" },
    });
    expect(proxy.connections).toBe(seen);

    const late = new AbortController();
    const customers = strict.state.customers.size;
    const watching: RequestMatch = () => {
      late.abort();
      return false;
    };
    await proxy.plan("hang_never", watching);
    const evidence = await api.createCustomer({ email: "abort@example.com", locale: "de" }, { signal: late.signal });
    expect(late.signal.aborted).toBe(true);
    expect(evidence.kind).toBe("applied");
    expect(strict.state.customers.size - customers).toBe(1);
  });

  it("200 parallel writes with every fourth one reset are labelled one by one", async () => {
    const customers = strict.state.customers.size;
    await proxy.plan("reset_after", ({ body }) => /cell-\d*[048]@/.test(body));
    const api = apiOver(proxy.url, { timeouts: { connect_ms: 20_000, response_ms: 20_000, body_ms: 20_000 } });
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        api.createCustomer({ email: `cell-${index}@example.com`, locale: "de" }),
      ),
    );
    all.forEach((evidence, index) => {
      expect(evidence.kind).toBe([0, 4, 8].includes(index % 10) ? "unknown" : "applied");
    });
    expect(strict.state.customers.size - customers).toBe(200);
  });
});

describe("reads, over TCP", () => {
  it.each([
    "reset_before",
    "fin_before",
    "status_500_before",
    "status_502_before",
    "status_503_before",
    "truncated",
  ] as const)("survive two times %s", async (fault) => {
    await proxy.plan(fault, () => true, { times: 2 });
    const seen = proxy.requests.length;
    await expect(apiOver(proxy.url).listCustomers({ page_size: 1 })).resolves.toMatchObject({ page: 1 });
    expect(proxy.requests.length - seen).toBe(3);
  });

  it.each([
    ["status_422", "rejected", 1],
    ["wrong_type", "unreadable_answer", 1],
    ["bad_json", "unreadable_answer", 1],
    ["empty_200", "unreadable_answer", 1],
    ["redirect_307", "config", 1],
    ["hang_never", "unavailable", 3],
    ["status_504_before", "unavailable", 3],
  ] as const)("%s is %s after %i attempts", async (fault, code, attempts) => {
    await proxy.plan(fault);
    const seen = proxy.requests.length;
    const api = apiOver(proxy.url, { timeouts: { connect_ms: 100, response_ms: 100, body_ms: 200 } });
    await expect(api.listInvoices({})).rejects.toMatchObject({ code, effect: "none" });
    expect(proxy.requests.length - seen).toBe(attempts);
  });

  it("wait for the whole Retry-After", async () => {
    await proxy.plan("status_429", () => true, { times: 1 });
    const waits: number[] = [];
    const clock = {
      now: () => Date.now(),
      sleep: (ms: number, signal?: AbortSignal) => {
        waits.push(ms);
        return systemClock.sleep(ms, signal);
      },
    };
    await apiOver(proxy.url, { clock }).listCustomers({ page_size: 1 });
    expect(waits[0]).toBeGreaterThanOrEqual(1_000);
  });

  it("are cancelled at any time", async () => {
    await proxy.plan("hang_never");
    const stop = new AbortController();
    const reading = apiOver(proxy.url, { timeouts: { response_ms: 60_000 } }).getInvoice("1", { signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    await expect(reading).rejects.toMatchObject({ code: "cancelled", effect: "none" });
  });
});
