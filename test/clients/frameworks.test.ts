import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { buildCli, CLI, type Home, makeHome } from "../harness/cli-process.ts";
import { LISTED_NAMES, toolNamed } from "../harness/mcp-tools.ts";
import { approveOnPage } from "../harness/page-person.ts";
import { FRAMEWORK_NAMES, type Framework, type FrameworkName } from "./framework.ts";

/**
 * The code of docs/clients.md, word for word, with each framework's real package, against the built server. The packages are
 * installed apart (`npm ci --prefix test/clients/frameworks`), because nothing else needs their 300 MB; .ci/run always does.
 */
const FORMS: readonly string[] = ["AI SDK", "Mastra"];
const FOLDER = fileURLToPath(new URL("frameworks", import.meta.url));
const isInstalled = existsSync(join(FOLDER, "node_modules"));
const isWanted = process.env["FRAMEWORK_CLIENTS"] === "required";
// Their snippets start `npx`, which on Windows only a shell finds.
const isHere = (isInstalled || isWanted) && process.platform !== "win32";
if (!isHere) {
  process.stdout.write("The framework clients are skipped: npm ci --prefix test/clients/frameworks installs them.\n");
}

const found = z.object({ customers: z.array(z.object({ id: z.string() })) });
const listed = z.object({ invoices: z.array(z.object({ number: z.string() })) });
const waiting = z.object({ waiting: z.object({ page: z.string() }) });

describe.runIf(isHere).sequential.each(FRAMEWORK_NAMES)("%s", (name) => {
  let home: Home;
  let framework: Framework;
  const before = { PATH: process.env["PATH"], HOME: process.env["HOME"] };

  beforeAll(async () => {
    buildCli();
    home = makeHome();
    // `npx -y invoicing-mcp` finds what was built here instead of what is published; there is no browser.
    const program = (file: string, text: string) => {
      writeFileSync(join(home.path, file), `#!/bin/sh\n${text}\n`);
      chmodSync(join(home.path, file), 0o755);
    };
    program("npx", `[ "$1 $2" = "-y invoicing-mcp" ] || exit 64\nshift 2\nexec "${process.execPath}" "${CLI}" "$@"`);
    for (const starter of ["xdg-open", "open"]) program(starter, "exit 1");
    process.env["PATH"] = [home.path, before.PATH].join(delimiter);
    process.env["HOME"] = home.path;
    // Not a literal: the checks of this folder know nothing of the packages, frameworks/tsconfig.json does.
    const connected: { FRAMEWORKS: Readonly<Record<FrameworkName, () => Promise<Framework>>> } = await import(
      pathToFileURL(join(FOLDER, "connected.ts")).href
    );
    framework = await connected.FRAMEWORKS[name]();
  }, 90_000);
  afterAll(async () => {
    await framework?.close();
    for (const [key, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[key];
      else process.env[key] = value;
    }
    home?.remove();
  });

  it("gives a model every tool", () => {
    expect(framework.toolNames).toEqual(LISTED_NAMES);
  });

  it("reads", async () => {
    const answer = await framework.call("search_customers", { email: "sonja.brandt@brandt-buch.example" });
    expect(answer.text).toContain("Sonja Brandt");
    expect(found.parse(answer.structured).customers).toMatchObject([{ id: "181227" }]);
  });

  it("writes a draft once, however often it is called", async () => {
    const [example = {}] = toolNamed("prepare_invoice").examples;
    const args: Record<string, unknown> = { ...example };
    const first = await framework.call("prepare_invoice", args);
    expect(first.structured).toMatchObject({ outcome: "done", invoice: { total: "1785.00", status: "draft" } });
    const second = await framework.call("prepare_invoice", args);
    expect(second.structured).toMatchObject({ outcome: "already_done" });
    expect(second.structured["invoice_id"]).toBe(first.structured["invoice_id"]);
  });

  it("tells the model what went wrong, that nothing was changed, and what to do", async () => {
    const { text } = await framework.call("get_invoice", { invoice_id: "#NONE-1" });
    expect(text).toContain('No invoice has the number "NONE-1". Nothing was changed.');
    expect(text).toContain("Find it with list_invoices");
  });

  it(`marks as paid after a person approved ${FORMS.includes(name) ? "in a form" : "on the page"}, and not before`, async () => {
    const { invoices } = listed.parse(
      (await framework.call("list_invoices", { status: "sent", kind: "invoice", limit: 1 })).structured,
    );
    const invoice = { invoice_id: `#${invoices[0]?.number}` };
    const pay = () => framework.call("mark_paid", invoice);
    if (FORMS.includes(name)) {
      expect((await pay()).structured).toMatchObject({ outcome: "done", invoice: { status: "paid" } });
      expect(framework.forms).toHaveLength(1);
      expect(framework.forms[0]).toContain(`Mark invoice ${invoices[0]?.number}`);
    } else {
      const asked = await pay();
      expect(asked.structured).toMatchObject({ outcome: "approval_required" });
      expect((await pay()).structured).toMatchObject({ outcome: "approval_required" });
      expect((await framework.call("get_invoice", invoice)).structured).toMatchObject({ invoice: { status: "sent" } });
      const { page } = waiting.parse(asked.structured).waiting;
      expect(asked.text).toContain(page);
      await approveOnPage(page);
      expect((await pay()).structured).toMatchObject({ outcome: "done", invoice: { status: "paid" } });
    }
    expect((await framework.call("get_invoice", invoice)).structured).toMatchObject({ invoice: { status: "paid" } });
  });
});
