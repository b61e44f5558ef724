import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tools } from "../../src/tools/index.ts";
import { type Bench, startBench } from "../harness/mcp-tools.ts";

/** Ids of old documents are whole numbers, and callers send them as JSON numbers. */
const HOLDERS = tools.flatMap((tool) =>
  [...tool.properties]
    .filter((name) => /^(customer|invoice|item|reference|resource)_id$/.test(name))
    .map((name) => [tool, name] as const),
);

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

describe("an id that arrives as a JSON number", () => {
  it.each(HOLDERS.map((one) => [one[0].name, one[1], one[0]] as const))("%s takes %s", async (name, key, tool) => {
    const example = tool.examples.find((one) => Object.hasOwn(one, key)) ?? tool.examples[0];
    const [number, text] = [999_000_999, "999000999"];
    const asNumber = await bench.call(name, { ...example, [key]: number });
    const asText = await bench.call(name, { ...example, [key]: text });
    // The same answer, whatever it is; operations and times apart.
    const plain = (answer: { readonly text: string }) => answer.text.replaceAll(/op_\w+|\d{2}:\d{2}/g, "");
    expect(asNumber.text).not.toContain("expected string");
    expect(plain(asNumber)).toBe(plain(asText));
  });

  it("is found: a customer and an invoice of old", async () => {
    const answer = await bench.ok("get_customer", { customer_id: 181227 });
    expect(answer.text).toContain("181227");
  });
});
