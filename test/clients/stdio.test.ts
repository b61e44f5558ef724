import { spawn } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client as Client2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as Stdio2 } from "@modelcontextprotocol/client/stdio";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as Stdio1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { type RunningSimulator, startSimulator } from "../../src/simulator/index.ts";
import { CARD_MEDIA_TYPE } from "../../src/ui/names.ts";
import { approveOnPage } from "../harness/page-person.ts";
import { Random } from "../journal/random.ts";
import { OUTWARD } from "../malicious/ledger.ts";
import { cardSchema, typedText } from "../malicious/people.ts";
import { ERAS } from "./scene.ts";

/** The command itself, as a client starts it: own process, journal in a file, the browser started by the system. */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SERVER = ["--import", "tsx", join(ROOT, "src", "cli.ts"), "--language=en"];

let folder: string;
let simulator: RunningSimulator;
let env: Record<string, string>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "invoicing-"));
  simulator = await startSimulator();
  // What the system would start for a web address writes it down instead.
  for (const starter of ["xdg-open", "open"]) {
    await writeFile(join(folder, starter), `#!/bin/sh\nprintf '%s\\n' "$1" >> "${folder}/opened"\n`);
    await chmod(join(folder, starter), 0o755);
  }
  env = {
    PATH: `${folder}:${process.env["PATH"] ?? ""}`,
    HOME: folder,
    XDG_STATE_HOME: join(folder, "state"),
    DISPLAY: ":0",
    INVOICES_BASE_URL: simulator.url,
    INVOICES_API_TOKEN: simulator.token,
  };
});
afterEach(async () => {
  await simulator.close();
  await rm(folder, { recursive: true, force: true });
});

const outward = () =>
  simulator
    .effects()
    .map(({ kind }) => kind)
    .filter((kind) => OUTWARD.includes(kind));

const listed = z.object({ invoices: z.array(z.object({ id: z.string(), status: z.string(), is_quote: z.boolean() })) });
async function ids(status: string): Promise<string[]> {
  const state = listed.parse(await (await fetch(`${simulator.url}/_simulator/state`)).json());
  return state.invoices.filter((one) => one.status === status && !one.is_quote).map(({ id }) => id);
}

const result = z.looseObject({
  content: z.array(z.looseObject({ text: z.string().optional() })),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  _meta: z.record(z.string(), z.unknown()).optional(),
});
type Result = z.infer<typeof result>;

interface Stdio {
  call(name: string, args: Record<string, unknown>): Promise<Result>;
  close(): Promise<void>;
}

type Reply = () => { action: "accept" | "decline" | "cancel"; content?: Record<string, string> };

/** A client of the era whose forms are answered by nobody. */
async function connect(era: (typeof ERAS)[number], reply: Reply, apps: boolean): Promise<Stdio> {
  const capabilities = {
    elicitation: { form: {} },
    ...(apps ? { extensions: { "io.modelcontextprotocol/ui": { mimeTypes: [CARD_MEDIA_TYPE] } } } : {}),
  };
  const parameters = { command: process.execPath, args: SERVER, env, stderr: "ignore" as const };
  if (era === "2025") {
    const client = new Client1({ name: "hostile", version: "1" }, { capabilities });
    client.setRequestHandler(ElicitRequestSchema, () => reply());
    await client.connect(new Stdio1(parameters));
    return {
      call: async (name, args) => result.parse(await client.callTool({ name, arguments: args })),
      close: () => client.close(),
    };
  }
  const client = new Client2(
    { name: "hostile", version: "2" },
    { capabilities, versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  client.setRequestHandler("elicitation/create", () => reply());
  await client.connect(new Stdio2(parameters));
  return {
    call: async (name, args) => result.parse(await client.callTool({ name, arguments: args })),
    close: () => client.close(),
  };
}

describe.each(ERAS)("a hostile model at a client of the %s era", (era) => {
  it("gets nothing out in 60 calls, and one act out with one click", async () => {
    const random = new Random(era === "2025" ? 2025 : 2026);
    const replies: readonly [ReturnType<Reply>, ...ReturnType<Reply>[]] = [
      { action: "decline" },
      { action: "cancel" },
      { action: "accept" },
      { action: "accept", content: {} },
      { action: "accept", content: { decision: "Approve", typed: "yes" } },
    ];
    const client = await connect(era, () => random.pick(replies), true);
    try {
      const [drafts, sent] = [await ids("draft"), await ids("sent")];
      const heard: string[] = [];
      const secrets: string[] = [];
      for (let count = 0; count < 60; count += 1) {
        const invoice_id = random.pick(["none", ...sent, ...drafts]);
        const tool = random.pick(["send_invoice", "mark_paid", "cancel_invoice", "answer_approval", "settle_payments"]);
        const args =
          tool === "answer_approval"
            ? {
                approval_id: random.pick(["none", ...heard.slice(-3)]).slice(0, 64),
                secret: "guess",
                decision: "approve",
                typed: "1",
              }
            : tool === "settle_payments"
              ? { payments: [{ invoice_id, amount: 1785 }] }
              : { invoice_id, ...(random.chance(0.2) ? { approval_token: "guess", confirm: true } : {}) };
        // The client checks arguments and answers too; what it refuses never left it.
        const answer = await client.call(tool, args).catch(() => null);
        if (answer === null) continue;
        heard.push(answer.content.map(({ text }) => text ?? "").join("\n"), JSON.stringify(answer.structuredContent));
        const card = cardSchema.safeParse(answer._meta?.["invoicing/approval"]);
        if (card.success) secrets.push(card.data.secret);
      }
      expect(outward()).toEqual([]);
      expect(secrets.length).toBeGreaterThan(3);
      expect(secrets.filter((secret) => heard.some((text) => text.includes(secret)))).toEqual([]);
      expect(heard.filter((text) => text.includes(simulator.token))).toEqual([]);

      let asked = null;
      for (const invoice_id of sent) {
        const card = cardSchema.safeParse(
          (await client.call("mark_paid", { invoice_id }))._meta?.["invoicing/approval"],
        );
        if (card.success) asked = { invoice_id, ...card.data };
        if (asked !== null) break;
      }
      if (asked === null) throw new Error("no card was shown");
      const { approval_id, secret, view, invoice_id } = asked;
      const typed = view.typed_prompt === null ? {} : { typed: typedText(view.typed_prompt) };
      await client.call("answer_approval", { approval_id, secret, decision: "approve", ...typed });
      await client.call("mark_paid", { invoice_id });
      await client.call("mark_paid", { invoice_id });
      expect(outward()).toEqual(["invoice.paid"]);
    } finally {
      await client.close();
    }
  }, 120_000);
});

it("a client killed while its form is open: nothing happens, the server ends, and a new client goes on", async () => {
  const [invoice_id = ""] = await ids("sent");
  const script = fileURLToPath(new URL("./dying-client.ts", import.meta.url));
  const call = [process.execPath, JSON.stringify(SERVER), "mark_paid", JSON.stringify({ invoice_id })];
  const dying = spawn(process.execPath, ["--import", "tsx", script, ...call], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    dying.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes("asked")) resolve();
    });
    dying.once("exit", () => reject(new Error(`it ended by itself: ${said}`)));
  });
  dying.removeAllListeners("exit");
  dying.kill("SIGKILL");
  const server = Number(/server (\d+)/.exec(said)?.[1]);
  await until(() => !isAlive(server));
  expect(outward()).toEqual([]);

  // The next client has no person at its forms: the same approval is found, and asked on the page.
  const client = await connect("2025", () => ({ action: "decline" }), false);
  try {
    const answer = await client.call("mark_paid", { invoice_id });
    expect(answer.structuredContent?.["outcome"]).toBe("approval_required");
    const opened = (await readFile(join(folder, "opened"), "utf8")).trim().split("\n");
    expect(opened).toHaveLength(1);
    await approveOnPage(opened[0] ?? "");
    expect((await client.call("mark_paid", { invoice_id })).structuredContent?.["outcome"]).toBe("done");
    expect(outward()).toEqual(["invoice.paid"]);
  } finally {
    await client.close();
  }
}, 120_000);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it did not come to that");
}
