import { afterEach, describe, expect, it } from "vitest";
import { answerOf, bearer, call, type Hosted, post, startHosted, staticKey } from "./setup.ts";

const agent = staticKey("agent");

let hosted: Hosted;
afterEach(() => hosted?.close());

const start = (env: Record<string, string> = {}) =>
  startHosted({ keys: [agent.entry], tenants: [{ members: [{ key: "agent" }] }], env });

/** A call is under way as soon as metrics say so. */
async function reached(): Promise<void> {
  for (;;) {
    const text = await (await fetch(`${hosted.served.adminUrl}/metrics`)).text();
    if (/invoicing_requests_under_way 1/.test(text)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("an instance that is stopped", () => {
  it("lets what is under way end, and takes nothing new", async () => {
    hosted = await start();
    const { url, adminUrl } = hosted.served;
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200);
    hosted.simulators[0]?.faults.add({ kind: "latency", ms: 1_500, path: "/**" });
    const running = post(url, call("list_invoices", { limit: 1 }), bearer(agent.key)).then(answerOf);
    await reached();
    const closing = hosted.served.close();
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(503);
    expect((await fetch(`${adminUrl}/healthz`)).status).toBe(200);
    await expect(post(url, call("list_operations"), bearer(agent.key))).rejects.toThrow();
    expect((await running).result?.isError).not.toBe(true);
    await closing;
  });

  it("cuts off what does not end in time", async () => {
    hosted = await start({ INVOICES_HTTP_DRAIN_SECONDS: "0" });
    hosted.simulators[0]?.faults.add({ kind: "latency", ms: 20_000, path: "/**" });
    const running = post(hosted.served.url, call("list_invoices"), bearer(agent.key)).then(answerOf);
    const ended = running.then(
      () => "answered",
      () => "cut off",
    );
    await reached();
    await hosted.served.close();
    expect(await ended).toBe("cut off");
  });
});

describe("limits of a caller", () => {
  it("hold for one caller and not for another, whatever others do wrong", async () => {
    hosted = await start({ INVOICES_HTTP_CALLS_PER_MINUTE: "5" });
    const { url } = hosted.served;
    for (let count = 0; count < 100; count += 1) {
      expect((await post(url, call("list_operations"), bearer("x".repeat(50)))).status).toBe(401);
    }
    const statuses: number[] = [];
    for (let count = 0; count < 7; count += 1) {
      const response = await post(url, call("list_operations"), bearer(agent.key));
      statuses.push(response.status);
      if (response.status === 429) expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
  });
});

describe("metrics", () => {
  it("count calls by tool and outcome, with names of ours alone", async () => {
    hosted = await start();
    const { url, adminUrl } = hosted.served;
    await answerOf(await post(url, call("list_operations"), bearer(agent.key)));
    await answerOf(await post(url, call("no_such_tool"), bearer(agent.key)));
    await answerOf(await post(url, call("get_invoice", { invoice_id: "no such" }), bearer(agent.key)));
    const text = await (await fetch(`${adminUrl}/metrics`)).text();
    expect(text).toMatch(/operation_duration_seconds_count\{[^}]*tool="list_operations",outcome="ok"[^}]*\} 1/);
    expect(text).toMatch(/tool="get_invoice",outcome="refused"/);
    expect(text).not.toContain("no_such_tool");
    expect(text).not.toContain("agent");
  });
});
