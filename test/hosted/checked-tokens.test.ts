import { describe, expect, it } from "vitest";
import { createCheckedTokens } from "../../src/hosted/checked-tokens.ts";
import { RefusedRequest, refuse } from "../../src/hosted/refusal.ts";

const START = Date.parse("2026-03-10T09:00:00Z");

function held() {
  let now = START;
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const tokens = createCheckedTokens(clock);
  let checks = 0;
  return {
    advance: (ms: number) => {
      now += ms;
    },
    checks: () => checks,
    ask: (token: string, { at = ["https://a.test/mcp"], lives_ms = 300_000, refused = false } = {}) =>
      tokens.identityOf(token, at, async () => {
        checks += 1;
        if (refused) throw refuse(401, "invalid_token", "no");
        const identity = { principal: `someone with ${token}`, isMember: () => true, rights: new Set([]) };
        return { identity, expires_at: now + lives_ms };
      }),
  };
}

describe("a token that was checked", () => {
  it("is not checked again within a minute, and is after it", async () => {
    const { ask, checks, advance } = held();
    for (let count = 0; count < 10; count += 1) expect((await ask("t")).principal).toBe("someone with t");
    advance(59_999);
    await ask("t");
    expect(checks()).toBe(1);
    advance(1);
    await ask("t");
    expect(checks()).toBe(2);
  });

  it("counts no longer than it says itself", async () => {
    const { ask, checks, advance } = held();
    await ask("t", { lives_ms: 5_000 });
    advance(4_999);
    await ask("t");
    expect(checks()).toBe(1);
    advance(1);
    await expect(ask("t", { refused: true })).rejects.toThrow(RefusedRequest);
    expect(checks()).toBe(2);
  });

  it("stands for no other token and no other address", async () => {
    const { ask, checks } = held();
    await ask("t");
    expect((await ask("u")).principal).toBe("someone with u");
    await expect(ask("t", { at: ["https://b.test/mcp"], refused: true })).rejects.toThrow(RefusedRequest);
    await expect(ask("t", { at: ["https://a.test/mcp", "https://b.test/mcp"], refused: true })).rejects.toThrow();
    expect(checks()).toBe(4);
  });

  it("is not remembered when it was refused, and is looked at again when the clock was set back", async () => {
    const { ask, checks, advance } = held();
    for (let count = 0; count < 3; count += 1) await expect(ask("t", { refused: true })).rejects.toThrow();
    await ask("t");
    expect(checks()).toBe(4);
    advance(-1);
    await ask("t");
    expect(checks()).toBe(5);
  });

  it("makes room for the newest: memory is bounded", async () => {
    const { ask, checks } = held();
    for (let count = 0; count < 5_001; count += 1) await ask(`t${count}`);
    await ask("t5000");
    expect(checks()).toBe(5_001);
    await ask("t0");
    expect(checks()).toBe(5_002);
  });
});
