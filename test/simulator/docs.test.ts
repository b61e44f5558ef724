import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { faultSchema } from "../../src/simulator/faults.ts";
import { SWITCHES } from "../../src/simulator/index.ts";

const page = readFileSync(new URL("../../docs/simulator.md", import.meta.url), "utf8");

it("documents exactly the switches there are", () => {
  const table = page.split("switches.ts -->\n")[1]?.split("\n<!-- /switches")[0];
  const expected = Object.entries(SWITCHES).map(([name, entry]) => {
    const values = [entry.default, ...entry.values.filter((value) => value !== entry.default)];
    const shown = values.map((value) => `\`${value}\``).join(", ");
    return `| \`${name}\` | ${shown} | ${entry.sentence} | ${entry.rests_on} |`;
  });
  expect(table?.split("\n").slice(2)).toEqual(expected);
});

it("documents exactly the faults there are", () => {
  const documented = [
    ...(page
      .split("## Faults")[1]
      ?.split("## Control")[0]
      ?.matchAll(/^\| `(\w+)`/gm) ?? []),
  ];
  expect(documented.map((match) => match[1])).toEqual(faultSchema.options.map((option) => option.shape.kind.value));
});
