import { describe, expect, it } from "vitest";
import { addDays, dayOf, daysBetween, isIsoDate } from "../../src/domain/clock.ts";
import { startOfDay } from "../../src/toolkit/days.ts";

describe("days", () => {
  it.each([
    ["2026-02-28", true],
    ["2028-02-29", true],
    ["2026-02-29", false],
    ["2026-13-01", false],
    ["2026-1-1", false],
    ["2026-01-01T00:00:00Z", false],
  ])("%s is a day: %s", (text, is) => {
    expect(isIsoDate(text)).toBe(is);
  });

  it("knows every day of every kind of year, and none besides", () => {
    for (const year of ["0000", "1900", "2000", "2023", "2024", "2100", "9999"]) {
      for (let month = 0; month <= 13; month += 1) {
        for (let day = 0; day <= 32; day += 1) {
          const text = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
          const time = Date.parse(`${text}T00:00:00Z`);
          const is = !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
          expect(isIsoDate(text), text).toBe(is);
        }
      }
    }
  });

  it("counts across months, years and clock changes", () => {
    expect(daysBetween("2026-03-28", "2026-03-30")).toBe(2);
    expect(daysBetween("2026-12-31", "2027-01-01")).toBe(1);
    expect(daysBetween("2026-01-10", "2026-01-01")).toBe(-9);
    expect(addDays("2026-02-28", 1)).toBe("2026-03-01");
  });

  it("is another day in another zone", () => {
    const instant = Date.parse("2026-11-23T23:30:00Z");
    expect(dayOf(instant, "Europe/Berlin")).toBe("2026-11-24");
    expect(dayOf(instant, "America/New_York")).toBe("2026-11-23");
  });

  it.each([
    ["2026-11-23", "Europe/Berlin", "2026-11-22T23:00:00.000Z"],
    ["2026-07-01", "Europe/Berlin", "2026-06-30T22:00:00.000Z"],
    // The days the clocks change.
    ["2026-03-29", "Europe/Berlin", "2026-03-28T23:00:00.000Z"],
    ["2026-10-25", "Europe/Berlin", "2026-10-24T22:00:00.000Z"],
    ["2026-11-23", "UTC", "2026-11-23T00:00:00.000Z"],
  ])("%s begins in %s at %s", (day, zone, instant) => {
    expect(startOfDay(day, zone)).toBe(instant);
  });
});
