import { describe, expect, it } from "vitest";
import { NumberPlaces } from "../../src/payments/number-places.ts";

const PAGE = 30;

/** Follows the guesses to the page that holds the number: how many pages were read, or `null` if they led nowhere. */
function readsTo(list: readonly (string | null)[], number: string): number | null {
  const pages = Math.ceil(list.length / PAGE);
  const pageOf = (page: number) => list.slice((page - 1) * PAGE, page * PAGE);
  const places = new NumberPlaces(pages);
  places.saw(1, pageOf(1));
  if (pageOf(1).includes(number)) return 1;
  for (let reads = 2; reads <= pages; reads += 1) {
    const page = places.pageOf(number);
    if (page === null) return null;
    expect(page).toBeGreaterThan(0);
    expect(page).toBeLessThanOrEqual(pages);
    if (pageOf(page).includes(number)) return reads;
    places.saw(page, pageOf(page));
  }
  return null;
}

const newestFirst = (numbers: (string | null)[]) => numbers.toReversed();

describe("where a number stands", () => {
  it("is the page itself, where every document has one", () => {
    const list = newestFirst(Array.from({ length: 30_000 }, (_, at) => `R-${at + 1}`));
    for (const number of ["R-1", "R-17", "R-15000", "R-29000"]) expect(readsTo(list, number)).toBeLessThanOrEqual(3);
  });

  it("is found among drafts without a number, quotes and credit notes, too", () => {
    const list = newestFirst(
      Array.from({ length: 20_000 }, (_, at) =>
        at % 5 === 0 ? null : at % 7 === 0 ? `AN-${at}` : `RE-2026-${String(at).padStart(5, "0")}`,
      ),
    );
    for (const at of [1, 3_001, 9_998, 16_003]) {
      expect(readsTo(list, `RE-2026-${String(at).padStart(5, "0")}`)).toBeLessThanOrEqual(6);
    }
  });

  it("is found in an earlier year, whose counter began anew", () => {
    const list = newestFirst(
      [2021, 2022, 2023, 2024, 2025, 2026].flatMap((year) =>
        Array.from({ length: 1_500 + (year % 3) * 700 }, (_, at) => `RE-${year}-${String(at + 1).padStart(4, "0")}`),
      ),
    );
    for (const number of ["RE-2021-0001", "RE-2022-1400", "RE-2024-0777", "RE-2025-0002"]) {
      expect(readsTo(list, number)).toBeLessThanOrEqual(12);
    }
  });

  it("is nowhere for what does not exist, and ends", () => {
    const list = newestFirst(Array.from({ length: 3_000 }, (_, at) => (at === 1_234 ? null : `R-${at}`)));
    expect(readsTo(list, "R-1234")).toBeNull();
    expect(readsTo(list, "R-999999")).toBeNull();
    expect(readsTo(list, "X-17")).toBeNull();
    expect(readsTo(list, "no number")).toBeNull();
  });
});
