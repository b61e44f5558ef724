import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bench, part, stable, startBench, textOf } from "../harness/mcp-tools.ts";

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.close());

const JANE = {
  email: "jane@example.com",
  locale: "de",
  given_name: "Jane",
  family_name: "Doe",
  company: "Acme Inc",
  mobile: "+4917612345678",
};

describe("create_customer", () => {
  it("creates the guide's customer and reads it back", async () => {
    const requests = await bench.recorded(async () => {
      const answer = await bench.ok("create_customer", JANE);
      expect(stable(answer.structured)).toMatchInlineSnapshot(`
        {
          "account": ""Lindenhof Studios" (simulator: nothing is real)",
          "customer": {
            "company": "Acme Inc",
            "created_at": "<time>",
            "email": "jane@example.com",
            "family_name": "Doe",
            "given_name": "Jane",
            "id": "<id 1>",
            "locale": "de",
            "mobile": "+4917612345678",
            "name": "Acme Inc (Jane Doe)",
            "number": "10015",
          },
          "next": "create_address for this customer.",
          "operation_id": "<operation 1>",
          "outcome": "done",
        }
      `);
      expect(stable(answer.text)).toMatchInlineSnapshot(`
        "Customer created.
        "Acme Inc (Jane Doe)" · jane@example.com · id <id 1>
          Company: Acme Inc
          Given name: Jane
          Family name: Doe
          Locale: de
          Mobile: +4917612345678
          Number: 10015
          Created: <time>
        Operation: <operation 1>
        Next: create_address for this customer.
        Account: "Lindenhof Studios" (simulator: nothing is real)"
      `);
    });
    const posts = requests.filter(({ method }) => method === "POST");
    expect(posts).toHaveLength(1);
    expect(JSON.parse(posts[0]?.body ?? "")).toEqual({ data: { type: "customers", attributes: JANE } });
    expect(posts[0]?.headers["content-type"]).toBe("application/vnd.api+json");
    expect(posts[0]?.headers["accept"]).toBe("application/vnd.api+json");
  });

  it("does it once: a repeated call answers with the first outcome", async () => {
    const before = bench.simulator.effects().length;
    const again = await bench.ok("create_customer", JANE);
    expect(again.structured["outcome"]).toBe("already_done");
    expect(again.structured["operation_id"]).toMatch(/^op_/);
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("returns the customer that has this e-mail already, in any case, and creates nothing", async () => {
    const before = bench.simulator.effects().length;
    const answer = await bench.ok("create_customer", {
      email: "Sonja.Brandt@brandt-buch.example",
      locale: "en",
      company: "Other",
    });
    expect(answer.structured["outcome"]).toBe("already_done");
    expect(textOf(answer, "note")).toMatchInlineSnapshot(
      `"This e-mail already has a customer. Nothing was created; check that it is the right one."`,
    );
    expect(part(answer, "customer")).toMatchObject({ id: "181227", company: "Brandt & Töchter Buchhandlung" });
    expect(bench.simulator.effects().length).toBe(before);
  });

  it("writes text as it was given and shows it without what hides in it", async () => {
    const requests = await bench.recorded(async () => {
      const answer = await bench.ok("create_customer", {
        email: "bidi@example.com",
        locale: "en",
        company: "Acme \u202eknaB",
      });
      expect(part(answer, "customer")["company"]).toBe("Acme knaB");
    });
    expect(requests.some(({ body }) => body.includes("Acme \u202eknaB"))).toBe(true);
  });

  it.each([
    [{ ...JANE, email: "x@y" }],
    [{ ...JANE, locale: "german" }],
    [{ ...JANE, locale: "d" }],
    [{ ...JANE, mobile: "0176 12345678" }],
    [{ ...JANE, mobile: "+49176abc" }],
    [{ ...JANE, company: "x".repeat(191) }],
    [{ ...JANE, given_name: "a\nb" }],
    [{ ...JANE, given_name: "   " }],
    [{ locale: "de" }],
    [{ email: "jane@example.com" }],
  ])("sends nothing for %j", async (args) => {
    const traffic = await bench.traffic(async () => {
      const answer = await bench.refused("create_customer", args);
      expect(part(answer, "error")).toMatchObject({ code: "invalid_input", effect: "none" });
    });
    expect(traffic).toEqual([]);
  });
});
