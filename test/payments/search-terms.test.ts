import { describe, expect, it } from "vitest";
import { NumberIndex } from "../../src/payments/number-index.ts";
import { invoice } from "./invoices.ts";

/** What of a line is searched for in the API, when the organization's known numbers begin with these letters. */
function unknownIn(text: string): string[] {
  const index = new NumberIndex([
    invoice({ number: "MA-0008998", total: "10" }),
    invoice({ number: "MA-0008997", total: "20" }),
  ]);
  return index.read({ text }).unknown.map(({ word, groups }) => `${word}-${groups.join("-")}`);
}

describe("numbers that no known invoice has", () => {
  it.each(["Invoice MA-0002002", "MA-0002002", "payment ma 0002002 thanks for Invoice MA-0002002"])(
    "are read by the letters of the organization's own: %s",
    (text) => {
      expect(unknownIn(text)).toContain("MA-0002002");
    },
  );

  it.each(["BOX-0002002", "MA-12"])("are none with letters of others, or too few digits: %s", (text) => {
    expect(unknownIn(text)).toEqual([]);
  });

  it("are not those that are known", () => {
    expect(unknownIn("Invoice MA-0008998")).toEqual([]);
  });
});
