import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isId } from "../../src/domain/ids.ts";
import { allows, statusOf } from "../../src/domain/invoice.ts";
import { canonicalJson, type Json } from "../../src/domain/json.ts";

describe("ids, canonical JSON and statuses", () => {
  it("knows an id from a path", () => {
    for (const id of ["181227", "0b6f3c1e-5a44-4c58-9d3a-8f1c2e7b6a90", "a_b"]) expect(isId(id), id).toBe(true);
    for (const not of ["", "..", ".", "a/b", "a%2fb", "a b", "-a", "ä", "a\n", "x".repeat(65)])
      expect(isId(not), not).toBe(false);
  });

  it("writes equal values as equal text", () => {
    expect(canonicalJson({ b: [1, { d: null, c: "x" }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const parsed: Json = JSON.parse(JSON.stringify(value));
        if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed)) return;
        const turned = Object.fromEntries(Object.entries(parsed).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(parsed));
      }),
    );
  });

  it("allows an act only where the guide does", () => {
    const statuses = ["draft", "sent", "PAID", "Void", "voided", "cancelled", "canceled", "refunded", "??"].map(
      statusOf,
    );
    expect(statuses).toEqual(["draft", "sent", "paid", "void", "void", "void", "void", "refunded", "other"]);
    const able = (act: Parameters<typeof allows>[0]) => [...new Set(statuses)].filter((status) => allows(act, status));
    expect(able("edit")).toEqual(["draft"]);
    expect(able("send")).toEqual(["draft"]);
    expect(able("mark_paid")).toEqual(["sent"]);
    expect(able("cancel")).toEqual(["sent", "paid", "other"]);
  });
});
