import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Budget, DEFAULT_BUDGET } from "../../src/api/budget.ts";
import { path } from "../../src/api/path.ts";
import { createRedactor } from "../../src/api/redact.ts";
import { RetryBudget, readDelay, retryAfterMs, unsentDelay } from "../../src/api/retry.ts";
import type { Clock } from "../../src/domain/clock.ts";
import { InputError, RateLimitedError } from "../../src/errors.ts";

function virtualClock(): Clock & { waited: number } {
  let now = 1_000_000;
  return {
    waited: 0,
    now: () => now,
    async sleep(ms) {
      now += ms;
      this.waited += ms;
    },
  };
}

describe("path", () => {
  it.each(["", ".", "..", "../x", "a/b", "a%2Fb", "a?b", "a#b", "a b", "ä", "a\n", "-a", "x".repeat(65), "a\u202eb"])(
    "refuses %j",
    (id) => {
      expect(() => path`/invoices/${id}/send`).toThrow(InputError);
    },
  );
  it("keeps ids in their segment", () => {
    expect(path`/invoices/${"9b1c-42"}/send`).toBe("/invoices/9b1c-42/send");
    fc.assert(
      fc.property(fc.string(), (id) => {
        try {
          expect(path`/a/${id}/b`.split("/")).toHaveLength(4);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
    );
  });
});

describe("retry", () => {
  const status = (code: number, retry_after_ms: number | null = null) =>
    ({ kind: "status", status: code, retry_after_ms }) as const;
  it.each([
    [{ kind: "network" } as const, 1, 400],
    [{ kind: "network" } as const, 2, 800],
    [{ kind: "network" } as const, 3, null],
    [status(503), 1, 400],
    [status(408), 1, 400],
    [status(400), 1, null],
    [status(404), 1, null],
    [status(501), 1, null],
    [status(429, 2_000), 1, 2_400],
    [status(503, 10_000), 1, 10_400],
    [status(429, 42_000), 1, null],
  ])("%j, attempt %i", (failure, attempt, most) => {
    expect(readDelay(failure, attempt, 1)).toBe(most);
  });
  it("jitter is full and never shortens Retry-After", () => {
    expect(readDelay({ kind: "network" }, 1, 0)).toBe(0);
    expect(readDelay(status(429, 2_000), 1, 0)).toBe(2_000);
  });
  it("an unsent write has three attempts within ten seconds", () => {
    expect([unsentDelay(1, 0, 1), unsentDelay(2, 5_000, 1), unsentDelay(3, 0, 1), unsentDelay(1, 9_900, 1)]).toEqual([
      400,
      800,
      null,
      null,
    ]);
  });
  it("retries are at most a tenth of the reads, after the allowance", () => {
    const budget = new RetryBudget(2);
    let spent = 0;
    for (let index = 0; index < 1_000; index += 1) {
      budget.earn();
      if (budget.spend()) spent += 1;
    }
    expect(spent).toBeGreaterThan(99);
    expect(spent).toBeLessThanOrEqual(102);
  });
  it.each([
    ["42", 42_000],
    ["0", 0],
    ["Wed, 21 Oct 2026 07:28:00 GMT", 60_000],
    ["Wed, 21 Oct 2020 07:28:00 GMT", 0],
    ["999999999", null],
    ["soon", null],
    ["-1", null],
    ["1.5", null],
    [null, null],
  ])("Retry-After %s", (header, ms) => {
    expect(retryAfterMs(header, Date.parse("2026-10-21T07:27:00Z"))).toBe(ms);
  });
});

describe("budget", () => {
  it("keeps writes under the published limit in every minute", async () => {
    const clock = virtualClock();
    const budget = new Budget({ ...DEFAULT_BUDGET, max_wait_ms: 120_000 }, clock);
    const times: number[] = [];
    for (let index = 0; index < 300; index += 1) {
      await budget.acquire("write", `POST ${index}`);
      times.push(clock.now());
    }
    for (const time of times) {
      expect(times.filter((other) => other > time - 60_000 && other <= time).length).toBeLessThanOrEqual(95);
    }
    expect(clock.waited).toBeGreaterThanOrEqual(180_000);
  });
  it("reads and writes have their own window", async () => {
    const clock = virtualClock();
    const budget = new Budget(DEFAULT_BUDGET, clock);
    for (let index = 0; index < 380; index += 1) await budget.acquire("read", `GET ${index}`);
    await budget.acquire("write", "POST");
    expect(clock.waited).toBe(0);
    await expect(budget.acquire("read", "GET x")).rejects.toMatchObject({
      code: "rate_limited",
      retry_after_ms: 60_000,
    });
  });
  it("equal requests are at most four in any second, and a little more", async () => {
    const clock = virtualClock();
    const budget = new Budget(DEFAULT_BUDGET, clock);
    for (let index = 0; index < 9; index += 1) await budget.acquire("write", "POST /items same");
    expect(clock.waited).toBe(2_400);
    await budget.acquire("write", "POST /items other");
    expect(clock.waited).toBe(2_400);
  });
  it("a 429 holds everything back until its time is over", async () => {
    const clock = virtualClock();
    const budget = new Budget(DEFAULT_BUDGET, clock);
    budget.block(5_000);
    await budget.acquire("read", "GET");
    expect(clock.waited).toBe(5_000);
    budget.block(42_000);
    await expect(budget.acquire("write", "POST")).rejects.toBeInstanceOf(RateLimitedError);
  });
  it("parallel callers share one window", async () => {
    const clock = virtualClock();
    const budget = new Budget({ ...DEFAULT_BUDGET, reads_per_minute: 2, max_wait_ms: 1 }, clock);
    const all = await Promise.allSettled([1, 2, 3, 4].map((n) => budget.acquire("read", `GET ${n}`)));
    expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
  });
});

describe("redaction", () => {
  const redactor = createRedactor();
  redactor.secret("s3cr3t-value/+");
  it.each([
    ["at s3cr3t-value/+ end", "at [redacted] end"],
    ["at s3cr3t-value%2F%2B end", "at [redacted] end"],
    ["Authorization: Bearer abc.def", "Authorization: [redacted]"],
    ["jwt eyJhbGciOi.eyJzdWIi.c2ln!", "jwt [redacted]!"],
    ["https://x/y?access_token=abc&b=1", "https://x/y?access_token=[redacted]&b=1"],
    ["https://x/y?b=1&token=abc", "https://x/y?b=1&token=[redacted]"],
    ["two\nlines\u202e", "two ⏎ lines"],
  ])("%j", (raw, shown) => {
    expect(redactor.text(raw, 200)).toBe(shown);
  });
  it("remembers the latest thousand links, and the token for ever", () => {
    const own = createRedactor();
    own.secret("the-token");
    const link = (number: number) => `https://files.example/${number}-unguessable`;
    for (let number = 0; number < 2_000; number += 1) {
      own.passing(link(number));
      own.passing(link(0));
    }
    expect(own.text(`the-token ${link(0)} ${link(1_999)}`, 200)).toBe("[redacted] [redacted] [redacted]");
    expect(own.text(link(500), 200)).toBe(link(500));
  });
});
