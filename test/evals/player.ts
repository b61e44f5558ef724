import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { expect } from "vitest";
import { isJsonObject } from "../../src/domain/json.ts";
import { counted, expectGoodCopy, expectKnown, expectTexts } from "./checks.ts";
import type { Conversation, Expected, Step } from "./conversation.ts";
import type { Form, Person } from "./person.ts";
import { type Answer, Seen } from "./seen.ts";
import { startWorld, type World } from "./world.ts";

/** What a conversation cost. */
export interface Played {
  readonly kind: string;
  readonly calls: number;
  /** o200k tokens of all answers, as text and as structure. */
  readonly text: number;
  readonly structure: number;
}

const CLI = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

/** Plays a conversation through a real client over stdio with the built server, on a simulator of its own. */
export async function play(conversation: Conversation): Promise<Played> {
  const world = await startWorld(conversation.outage === true);
  const folder = await mkdtemp(join(tmpdir(), "evals-"));
  try {
    await conversation.given?.(world);
    const before = { effects: world.simulator.effects().length, mails: world.simulator.outbox().length };
    const words = typeof conversation.says === "string" ? conversation.says : await conversation.says(world);
    const table = new Table(conversation, world);
    const seen = await table.sit(folder, (client) => talk(conversation, words, client, table, before.effects));
    const effects = world.simulator.effects().slice(before.effects);
    const mails = world.simulator.outbox().slice(before.mails);
    expect(counted(effects.map(({ kind }) => kind)), "effects in the end").toEqual(conversation.effects);
    expect(mails.map(({ kind, to }) => `${kind} ${to}`)).toEqual(conversation.mails ?? []);
    expect(seen.answers.length).toBeLessThanOrEqual(conversation.calls);
    await conversation.end?.(world, seen);
    const tokens = (texts: readonly string[]) => texts.reduce((sum, text) => sum + countTokens(text), 0);
    return {
      kind: conversation.kind,
      calls: seen.answers.length,
      text: tokens(seen.answers.map(({ text }) => text)),
      structure: tokens(seen.answers.map(({ structured }) => JSON.stringify(structured))),
    };
  } finally {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function talk(
  conversation: Conversation,
  words: string,
  client: Client,
  table: Table,
  effectsBefore: number,
): Promise<Seen> {
  const { world } = table;
  const { tools } = await client.listTools();
  for (const name of conversation.absent ?? []) expect(tools.map((tool) => tool.name)).not.toContain(name);
  const seen = new Seen(words);
  let said = words;
  for (const step of conversation.steps) {
    said = `${said}\n${step.says ?? ""}`;
    await step.before?.(world);
    const args = typeof step.with === "function" ? step.with(seen) : step.with;
    expectKnown(args, said, seen.answers);
    table.turn(step.person);
    const result = await client.callTool({ name: step.call, arguments: { ...args } });
    const text = result.content.map((block) => (block.type === "text" ? block.text : "")).join("\n");
    const structured = isJsonObject(result.structuredContent) ? result.structuredContent : {};
    const answer: Answer = { tool: step.call, isError: result.isError === true, text, structured };
    if (process.env["EVALS_SHOW"] !== undefined) show(conversation, step, args, answer, table.forms);
    seen.answers.push(answer);
    expectAnswer(step.call, step.answer, answer, table);
    if (step.answer.so_far !== undefined) {
      const kinds = world.simulator
        .effects()
        .slice(effectsBefore)
        .map(({ kind }) => kind);
      expect(counted(kinds), `effects after ${step.call}`).toEqual(step.answer.so_far);
    }
  }
  return seen;
}

function expectAnswer(tool: string, expected: Expected, answer: Answer, table: Table): void {
  const { error, outcome } = answer.structured;
  expect(isJsonObject(error) ? error["code"] : undefined, answer.text).toBe(expected.error);
  if (expected.outcome !== undefined) expect(outcome, answer.text).toBe(expected.outcome);
  expectTexts(tool, answer.text, expected.says, expected.hides);
  expectTexts(tool, JSON.stringify(answer.structured), [], expected.hides);
  expect(table.strangers, "forms nobody expected").toEqual([]);
  expect(table.forms.length > 0, `${tool}: somebody was asked`).toBe(expected.asks !== undefined);
  expectTexts(`${tool}, preview`, table.forms.map(shownForm).join("\n\n"), expected.asks);
  expectGoodCopy(answer);
  expect(countTokens(answer.text), answer.text).toBeLessThanOrEqual(expected.tokens ?? 450);
}

/** Where person, client and server sit together for one conversation. */
class Table {
  readonly world: World;
  readonly #conversation: Conversation;
  /** Forms shown during the call under way. */
  forms: Form[] = [];
  strangers: Form[] = [];
  #person: Person | undefined;

  constructor(conversation: Conversation, world: World) {
    this.#conversation = conversation;
    this.world = world;
  }

  turn(person: Person | undefined): void {
    this.#person = person;
    this.forms = [];
  }

  async sit<T>(folder: string, work: (client: Client) => Promise<T>): Promise<T> {
    const { env, formless } = this.#conversation;
    const client = new Client(
      { name: "evals", version: "1" },
      { capabilities: formless === true ? {} : { elicitation: {} } },
    );
    if (formless !== true) {
      client.setRequestHandler("elicitation/create", async ({ params }) => {
        const schema = "requestedSchema" in params ? params.requestedSchema : undefined;
        const properties = isJsonObject(schema) && isJsonObject(schema["properties"]) ? schema["properties"] : {};
        return this.#answer({ message: params.message, properties });
      });
    }
    const { url } = this.world;
    const { token } = this.world.simulator;
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [CLI],
      env: {
        PATH: process.env["PATH"] ?? "",
        INVOICES_BASE_URL: url,
        INVOICES_API_TOKEN: token,
        INVOICES_DATA_DIR: folder,
        INVOICES_LANGUAGE: "en-GB",
        INVOICES_TIMEZONE: "Europe/Berlin",
        ...env,
      },
      stderr: "ignore",
    });
    try {
      await client.connect(transport);
      return await work(client);
    } finally {
      await client.close();
    }
  }

  async #answer(form: Form) {
    this.forms.push(form);
    if (this.#person === undefined) {
      this.strangers.push(form);
      return { action: "cancel" as const };
    }
    return this.#person(form, this.world, this.forms.length);
  }
}

/** What a person sees of a form: its message, and what it asks for. */
function shownForm({ message, properties }: Form): string {
  const fields = Object.values(properties).flatMap((field) =>
    isJsonObject(field) ? [field["title"], field["description"]] : [],
  );
  const texts = [message, ...fields].filter((text) => typeof text === "string");
  // A no-break space looks like any other.
  return texts.join("\n").replaceAll("\u00a0", " ");
}

function show(conversation: Conversation, step: Step, args: object, answer: Answer, forms: readonly Form[]): void {
  const previews = forms.map((form) => `${shownForm(form)}\n`.replaceAll(/^(?=.)/gm, "  | "));
  process.stdout.write(
    `\n## ${conversation.kind}: ${step.call} ${JSON.stringify(args)}\n${previews.join("")}${answer.isError ? "ERROR " : ""}${answer.text}\n`,
  );
}
