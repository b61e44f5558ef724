import { describe, expect, it } from "vitest";
import { Seen } from "../../src/toolkit/seen.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
const entry = (index: number) => ({ id: `id-${index}`, created_at: at(index) });
const MANY = 20_000;

describe("what of a list was seen", () => {
  it("counts every document of a list in order once, however often a page near by is read again", () => {
    const seen = new Seen();
    for (let index = MANY; index > 0; index -= 1) {
      expect(seen.isNew(entry(index))).toBe(true);
      if (index % 977 !== 0) continue;
      for (let again = index; again < Math.min(MANY, index + 90); again += 1) {
        expect(seen.isNew(entry(again))).toBe(false);
      }
    }
    expect(seen.count).toBe(MANY);
    // Far back, and long forgotten by its id.
    expect(seen.isNew(entry(MANY - 5))).toBe(false);
    // Made while the list is read.
    expect(seen.isNew(entry(MANY + 5))).toBe(false);
  });

  it.each([
    ["oldest first", (index: number) => entry(index)],
    ["without a day", (index: number) => ({ id: `id-${index}`, created_at: null })],
    ["all of one second", (index: number) => ({ id: `id-${index}`, created_at: at(0) })],
  ])("loses none of a list %s", (_order, made) => {
    const seen = new Seen();
    for (let index = 0; index < MANY; index += 1) expect(seen.isNew(made(index))).toBe(true);
    expect(seen.isNew(made(MANY - 1))).toBe(false);
    expect(seen.count).toBe(MANY);
  });

  it("tells a repeated document of a list without order, however long ago", () => {
    const seen = new Seen();
    for (let index = 0; index < MANY; index += 1) seen.isNew(entry(index));
    expect(seen.isNew(entry(3))).toBe(false);
  });

  it("keeps every id where the API said that it does not sort", () => {
    const seen = new Seen();
    seen.isUnordered();
    for (let index = MANY; index > 0; index -= 1) seen.isNew(entry(index));
    expect(seen.isNew(entry(MANY + 5))).toBe(true);
  });

  it("loses none whose day is missing after many that have one", () => {
    const seen = new Seen();
    for (let index = MANY; index > 0; index -= 1) seen.isNew(entry(index));
    expect(seen.isNew({ id: "old", created_at: null })).toBe(true);
    expect(seen.isNew({ id: "old", created_at: null })).toBe(false);
  });
});
