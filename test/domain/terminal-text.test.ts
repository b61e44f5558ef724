import { describe, expect, it } from "vitest";
import { createRedactor } from "../../src/api/redact.ts";
import { terminalText } from "../../src/domain/untrusted.ts";

describe("text for a terminal", () => {
  it.each([
    ["\u001b[2J\u001b]0;owned\u0007RE-1", "[2J]0;ownedRE-1"],
    ["\u009b31mred", "31mred"],
    ["a\rb", "ab"],
    ["a\u202eb\u200bc", "abc"],
    ["  kept: one\n    two\r\nthree\n", "  kept: one\n    two\r\nthree\n"],
  ])("%j", (raw, shown) => {
    expect(terminalText(raw)).toBe(shown);
  });
});

describe("a secret that data breaks up", () => {
  const TOKEN = "canary-7f3a9b2c5d8e1f4a";
  const JWT = "eyJhbGciOiJub25lIn0.eyJ0ZW5hbnQiOiIxIn0.c2lnbmF0dXJl";
  it.each(["\u200b", "\u0007", "\n", "\u00ad", " ", "\r\n", "\t", "\u2060\n"])("by %j is redacted", (gap) => {
    const redactor = createRedactor();
    redactor.secret(TOKEN);
    for (const at of [1, 6, 12, TOKEN.length - 1]) {
      const shown = redactor.text(`said ${TOKEN.slice(0, at)}${gap}${TOKEN.slice(at)} again`, 200);
      expect(shown).toBe("said [redacted] again");
    }
  });
  it.each(["\u200b", "\u0007", "\u00ad"])("unknown to us, by %j", (gap) => {
    const shown = createRedactor().text(`x ${JWT.slice(0, 3)}${gap}${JWT.slice(3, 24)}${gap}${JWT.slice(24)}`, 200);
    expect(shown).toBe("x [redacted]");
  });
});
