import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseInput } from "../../src/toolkit/input.ts";
import { block, flag, line, quantity, taxRate } from "../../src/toolkit/params.ts";

const schema = z.strictObject({
  items: z
    .array(z.strictObject({ title: line(50, ""), price: z.number(), quantity: quantity(), tax_rate: taxRate() }))
    .optional(),
  who: z.strictObject({ email: z.email(), first: line(50, "").optional() }).optional(),
  notify: flag("").optional(),
  notes: block(200, "").optional(),
});
const read = (raw: unknown) => parseInput("tool", schema, raw);
const item = { title: "A", price: 1.5, quantity: 2, tax_rate: 19 };

describe("arguments that arrive as JSON text", () => {
  it.each([
    [{ items: JSON.stringify([item]) }, { items: [item] }],
    [{ items: [JSON.stringify(item)] }, { items: [item] }],
    [{ items: JSON.stringify([{ ...item, price: "1.5", quantity: "2" }]) }, { items: [item] }],
    [{ who: '{"email":"a@example.com","first":null}' }, { who: { email: "a@example.com" } }],
    [{ notify: "false" }, { notify: false }],
    [{ notify: "true" }, { notify: true }],
    // A text that looks like JSON stays a text where a text belongs.
    [{ notes: '{"a":1}' }, { notes: '{"a":1}' }],
    [{ notes: "5" }, { notes: "5" }],
  ])("%j", (raw, expected) => {
    expect(read(raw)).toEqual(expected);
  });

  it.each(["123,00", "1e3", "0x10", "1.000,00", "1 000", "", "five", "Infinity", "007", "+5"])(
    "a price of %j is refused as before",
    (price) => {
      expect(() => read({ items: [{ ...item, price }] })).toThrow(/price/);
    },
  );

  it.each(["yes", "0", "TRUE", "no"])("a flag of %j is refused", (notify) => {
    expect(() => read({ notify })).toThrow(/notify/);
  });

  it.each(["[1", "{}", "null", "items"])("lines of %j are refused", (items) => {
    expect(() => read({ items })).toThrow(/items/);
  });
});

describe("ids that arrive as JSON numbers", () => {
  const ids = z.strictObject({
    customer_id: line(64, ""),
    payments: z.array(z.strictObject({ invoice_id: line(64, "") })).optional(),
    zip_code: line(20, "").optional(),
    title: line(20, "").optional(),
  });
  const readIds = (raw: unknown) => parseInput("tool", ids, raw);

  it("are their digits, at every depth", () => {
    expect(readIds({ customer_id: 181227, payments: [{ invoice_id: 42 }, { invoice_id: "43" }] })).toEqual({
      customer_id: "181227",
      payments: [{ invoice_id: "42" }, { invoice_id: "43" }],
    });
    expect(readIds(JSON.parse('{"customer_id":7,"payments":"[{\\"invoice_id\\":42}]"}'))).toEqual({
      customer_id: "7",
      payments: [{ invoice_id: "42" }],
    });
  });

  it.each([2 ** 53, 1.5, -4, true, Number.NaN])("%j is none", (customer_id) => {
    expect(() => readIds({ customer_id })).toThrow(/customer_id: .*string/);
  });

  it.each([{ zip_code: 1067 }, { title: 2026 }])("%j is no id: a text stays a text", (given) => {
    expect(() => readIds({ customer_id: "7", ...given })).toThrow(/expected string/);
  });
});

describe("values that are none", () => {
  it.each(["null", "undefined", " null "])("the word %j is refused as a text", (notes) => {
    expect(() => read({ notes })).toThrow(/leave the argument out/);
    expect(() => read({ who: { email: "a@example.com", first: notes } })).toThrow(/leave the argument out/);
  });
  it("a person may be called Null", () => {
    expect(read({ who: { email: "a@example.com", first: "Null" } })).toMatchObject({ who: { first: "Null" } });
  });
  it.each([
    [0.19, "give 19 for 19 %"],
    [0.07, "give 7 for 7 %"],
    [0.081, "give 8.1 for 8.1 %"],
  ])("a rate of %d names the right value", (tax_rate, words) => {
    expect(() => read({ items: [{ ...item, tax_rate }] })).toThrow(words);
  });
  it.each([0, 1, 5.5, 8.1, 19, 100])("a rate of %d is one", (tax_rate) => {
    expect(read({ items: [{ ...item, tax_rate }] })).toMatchObject({ items: [{ tax_rate }] });
  });
  it("a line break that was shown as a sign is a line break again", () => {
    expect(read({ notes: "A ⏎ B⏎C" })).toEqual({ notes: "A\nB\nC" });
  });
  it("where only one line may stand, the sign is refused", () => {
    expect(() => read({ items: [{ ...item, title: "A ⏎ B" }] })).toThrow(
      /title: holds ⏎, which stands for a line break/,
    );
  });
});
