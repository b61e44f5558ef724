import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { inTime } from "../../src/toolkit/in-time.ts";
import { supersededAmong } from "../../src/toolkit/superseded.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("a list is read while the record's database is away: what only it knows is left out", async () => {
  const marks = supersededAmong([{ id: "a", status: "draft" }], { journal: () => new Promise(() => {}) });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await marks).toEqual(new Map());
});

it("what comes in time counts, and so does its error", async () => {
  expect(await inTime(Promise.resolve(1), 0)).toBe(1);
  await expect(inTime(Promise.reject(new Error("broken")), 0)).rejects.toThrow("broken");
  expect(vi.getTimerCount()).toBe(0);
});

it("an error that comes too late is nobody's", async () => {
  const work = new Promise<number>((_resolve, reject) => setTimeout(() => reject(new Error("late")), 60_000));
  const answer = inTime(work, 0);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(await answer).toBe(0);
});
