import { describe, expect, it } from "vitest";
import { z } from "zod";
import { ACT_KINDS, ACTS } from "../../src/acts/index.ts";
import { ACTS as ASKED } from "../../src/guard/port.ts";

describe.each(ACT_KINDS)("%s", (kind) => {
  const act = ACTS[kind];
  const fields = (schema: z.ZodType) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : []);

  it("is listed under its own name", () => {
    expect(act.kind).toBe(kind);
  });

  it("keeps arguments that it has, and names a field of its result", () => {
    expect(fields(act.schemas.args)).toEqual(expect.arrayContaining([...act.keeps]));
    if (act.created !== null) expect(fields(act.schemas.result)).toContain(act.created);
  });

  it("keeps no text about people", () => {
    const texts = /title|subtitle|name|email|recipient|party|notes|street|city|zip|mobile|locale|changes|lines/;
    expect(act.keeps.filter((field) => texts.test(field))).toEqual([]);
  });
});

it("asks a person for what cannot be undone, and for nothing else", () => {
  const guarded = ACT_KINDS.filter((kind) => ACTS[kind].guarded !== false);
  expect([...guarded, "resolve_operation", "settle_payments"].sort()).toEqual([...ASKED].sort());
});
