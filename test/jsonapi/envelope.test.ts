import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UnreadableAnswerError } from "../../src/errors.ts";
import { decodeDocument, manyResources, oneResource, toMany, toOne } from "../../src/jsonapi/decode.ts";
import { encodeDocument } from "../../src/jsonapi/encode.ts";
import { fieldsOf } from "../../src/jsonapi/fields.ts";
import { pageMeta } from "../../src/jsonapi/page.ts";
import { readErrorAnswer } from "../../src/jsonapi/problems.ts";
import { customFieldPairs, encodeQuery } from "../../src/jsonapi/query.ts";

describe("query", () => {
  it.each([
    [[["filter[email]", "jane+x@example.com"]], "filter%5Bemail%5D=jane%2Bx%40example.com"],
    [[["filter[search]", "Köln & Söhne"]], "filter%5Bsearch%5D=K%C3%B6ln%20%26%20S%C3%B6hne"],
    [[["a", "!'()*~-._"]], "a=%21%27%28%29%2A~-._"],
    [
      [
        ["a", undefined],
        ["b", 2],
        ["c", false],
      ],
      "b=2&c=false",
    ],
    [[["a", "\ud800"]], "a=%EF%BF%BD"],
    [[], ""],
  ] as const)("%j", (pairs, text) => {
    expect(encodeQuery(pairs)).toBe(text);
  });

  it.each(["=", "<>", "<", ">", "<=", ">=", "in"])("custom-field operator %s survives", (operator) => {
    const text = encodeQuery(customFieldPairs([{ field_id: "f-1", operator, value: "a,b" }]));
    expect([...new URLSearchParams(text)]).toEqual([
      ["filter[custom_fields][f-1][f_id]", "f-1"],
      ["filter[custom_fields][f-1][o]", operator],
      ["filter[custom_fields][f-1][v]", "a,b"],
    ]);
  });

  it("any text survives", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (value) => {
        expect(new URLSearchParams(encodeQuery([["k", value]])).get("k")).toBe(value.toWellFormed());
      }),
    );
  });
});

describe("encode", () => {
  it("leaves out what is undefined", () => {
    const text = encodeDocument({
      type: "items",
      attributes: { title: "A", subtitle: undefined, quantity: 2 },
      relationships: { document: { type: "invoices", id: "1" }, other: undefined },
    });
    expect(JSON.parse(text)).toEqual({
      data: {
        type: "items",
        attributes: { title: "A", quantity: 2 },
        relationships: { document: { data: { type: "invoices", id: "1" } } },
      },
    });
    expect(JSON.parse(encodeDocument({ type: "x", id: "1", attributes: {} }))).toEqual({
      data: { type: "x", id: "1", attributes: {} },
    });
  });
});

describe("decode", () => {
  it("reads resources, linkage and meta", () => {
    const document = decodeDocument(
      JSON.stringify({
        data: {
          type: "invoices",
          id: 5,
          relationships: {
            customer: { data: { type: "customers", id: "c" } },
            items: { data: [{ type: "items", id: 1 }] },
            none: { data: null },
            links: { links: {} },
          },
        },
        meta: [],
      }),
    );
    const one = oneResource(document, "invoices");
    expect(one.id).toBe("5");
    expect(toOne(one, "customer")).toEqual({ type: "customers", id: "c" });
    expect(toMany(one, "items")).toEqual([{ type: "items", id: "1" }]);
    expect([toOne(one, "none"), toOne(one, "links"), toOne(one, "absent")]).toEqual([null, undefined, undefined]);
    expect(() => manyResources(document, "invoices")).toThrow("data is an object, expected a list");
  });

  it("throws nothing but UnreadableAnswerError on any JSON", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        for (const wrapped of [text, `{"data":${text}}`, `{"data":{"type":"a","id":"1","relationships":${text}}}`]) {
          try {
            decodeDocument(wrapped);
          } catch (error) {
            expect(error).toBeInstanceOf(UnreadableAnswerError);
          }
        }
      }),
    );
  });
});

describe("fields", () => {
  const fields = fieldsOf(
    { n: 0.1, t: "12.30", e: "", b: 1, s: "x", z: 50667, o: [], l: [{ a: 1 }] },
    "data.attributes",
  );
  it("reads numbers as decimal text", () => {
    expect([
      fields.decimalText("n"),
      fields.decimalText("t"),
      fields.decimalText("e"),
      fields.decimalText("?"),
    ]).toEqual(["0.1", "12.30", null, null]);
    expect(() => fields.decimalText("s")).toThrow("data.attributes.s is other text, expected a number");
  });
  it("reads words, flags, lists and objects", () => {
    expect([fields.word("z"), fields.word("e"), fields.flag("b"), fields.object("o")]).toEqual([
      "50667",
      null,
      true,
      null,
    ]);
    expect(fields.list("l")[0]?.decimalText("a")).toBe("1");
    expect(() => fields.text("z")).toThrow("data.attributes.z is a number, expected text");
    expect(() => fields.object("l")).toThrow("is a list, expected an object");
    expect(() => fields.list("s")).toThrow("expected a list");
  });
  it("does not read inherited names", () => {
    expect(fields.text("toString")).toBeNull();
  });
});

describe("page meta", () => {
  const expected = { page: 2, last_page: 4, total: 50 };
  it.each([
    [{ page: { "current-page": 2, "last-page": 4, total: 50 } }, expected],
    [{ page: { current_page: 2, last_page: 4, total: 50 } }, expected],
    [{ current_page: 2, last_page: 4, total: 50 }, expected],
    [{ page: { currentPage: 2, lastPage: 4 }, total: 50 }, expected],
    [{ page: { "current-page": "2", "last-page": -1, total: 1.5 } }, { page: null, last_page: null, total: null }],
    [{}, { page: null, last_page: null, total: null }],
  ])("%j", (meta, read) => {
    expect(pageMeta(meta)).toEqual(read);
  });
});

describe("error answers", () => {
  it.each([
    [
      { errors: [{ status: 422, title: "T", detail: "D", code: "c", source: { pointer: "/data" } }] },
      true,
      [{ status: "422", title: "T", detail: "D", code: "c", pointer: "/data" }],
    ],
    [{ errors: [{ source: { parameter: "include" } }, 7] }, true, [{ parameter: "include" }]],
    [{ error: "nope" }, true, [{ title: "nope" }]],
    [{ error: { code: "x", message: "nope" } }, true, [{ code: "x", detail: "nope" }]],
    [{ title: "T", message: "M" }, true, [{ title: "T", detail: "M" }]],
    [
      { message: "Invalid", errors: { email: ["taken"] } },
      true,
      [{ detail: "Invalid" }, { detail: "taken", pointer: "/data/attributes/email" }],
    ],
    [{}, false, []],
    [[1], false, []],
    [null, false, []],
  ])("%j", (body, from_api, problems) => {
    expect(readErrorAnswer(JSON.stringify(body))).toEqual({ from_api, problems });
  });

  it.each([
    ["<html><head><title>502 Bad&nbsp;Gateway</title></head>", [{ title: "502 Bad Gateway" }]],
    ["<h1>Sorry, you have been blocked</h1><script>x</script>", [{ title: "Sorry, you have been blocked" }]],
    ["<p>nothing</p>", []],
    ["upstream connect error", [{ title: "upstream connect error" }]],
    ["", []],
    [`<title>${"x".repeat(10_000)}`, [{ title: "x".repeat(200) }]],
  ])("a proxy's page: %s", (text, problems) => {
    expect(readErrorAnswer(text)).toEqual({ from_api: false, problems });
  });
});
