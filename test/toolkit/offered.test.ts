import { describe, expect, it } from "vitest";
import { possibleNext } from "../../src/toolkit/offered.ts";

describe("the next step an answer names", () => {
  it.each([
    ["Show it to the person; then send_invoice.", [], "Show it to the person; then send_invoice."],
    [
      "Show it to the person; then send_invoice.",
      ["send_invoice"],
      "send_invoice is not available in this mode; a person does it in the dashboard.",
    ],
    ["add_item for each line.", ["send_invoice"], "add_item for each line."],
  ])("%s with %j hidden", (next, hidden, said) => {
    expect(possibleNext(next, hidden)).toBe(said);
  });
});
