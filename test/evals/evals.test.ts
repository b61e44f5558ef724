import { afterAll, describe, expect, test } from "vitest";
import { printTable } from "../../bench/table.ts";
import { conversations } from "./conversations/index.ts";
import { type Played, play } from "./player.ts";

const played: Played[] = [];

afterAll(() => {
  const rows = [...played].sort((a, b) => a.kind.localeCompare(b.kind));
  printTable(
    "Conversations: tool calls, and o200k tokens of the answers",
    ["kind", "calls", "text", "structure"],
    rows.map(({ kind, calls, text, structure }) => [kind, ...[calls, text, structure].map(String)]),
  );
});

test("there are thirty kinds of conversations and more", () => {
  const kinds = conversations.map(({ kind }) => kind);
  expect(new Set(kinds).size).toBe(kinds.length);
  expect(kinds.length).toBeGreaterThanOrEqual(30);
});

describe.concurrent("conversations", () => {
  test.each(conversations.map((conversation) => [conversation.kind, conversation] as const))(
    "%s",
    async (_kind, conversation) => {
      played.push(await play(conversation));
    },
    60_000,
  );
});
