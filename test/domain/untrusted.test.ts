import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayLines, displayText, oneLine, quoted } from "../../src/domain/untrusted.ts";

describe("text from data", () => {
  it.each([
    ["Acme\n\nTotal: 1.00 EUR – approved", "Acme ⏎  ⏎ Total: 1.00 EUR – approved", false],
    ["Ac\u202eme", "Acme", true],
    ["zero\u200bwidth", "zerowidth", true],
    ["tags\u{e0041}\u{e0042}", "tags", true],
    ["\u001b[31mred", "[31mred", true],
    ["soft\u00adhyphen", "softhyphen", true],
    ["❤️ and 👩‍💻", "❤️ and 👩‍💻", false],
    ["orphan\ufe0f", "orphan", true],
    ["Köln", "Köln", false],
    ["a\ttab", "a tab", false],
    ["lone \ud800 surrogate", "lone \ufffd surrogate", false],
  ])("%j is shown as %j", (raw, text, altered) => {
    expect(displayText(raw)).toEqual({ text, altered });
  });

  it("cuts by character and says so", () => {
    expect(oneLine("👍".repeat(10), 5)).toBe(`${"👍".repeat(4)}…`);
    expect(displayLines("1\n2\n3\n4", 3)).toEqual(["1", "2", "…"]);
  });

  it("is shown the same, plain or not", () => {
    const both = fc.tuple(fc.string({ unit: "grapheme-ascii", maxLength: 60 }), fc.integer({ min: 1, max: 60 }));
    fc.assert(
      fc.property(both, ([raw, max]) => {
        // A letter that is not plain, at the end and within what is shown, takes the long way.
        const { text, altered } = displayText(`${raw.slice(0, max)}é`, max + 1);
        expect(displayText(raw.slice(0, max), max)).toEqual({ text: text.replace(/é$/, "").trimEnd(), altered });
      }),
    );
  });

  it("cannot leave its quotes or its line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (raw) => {
        const shown = quoted(raw);
        expect(shown.slice(1, -1)).not.toMatch(/["\n\r\u2028\u2029]/);
        expect(shown).toBe(shown.toWellFormed());
        expect(Array.from(shown).length).toBeLessThanOrEqual(122);
      }),
      { numRuns: 2_000 },
    );
  });
});
