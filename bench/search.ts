import { readFile } from "node:fs/promises";
import { z } from "zod";
import {
  type HostSearch,
  keywordSearch,
  queryFor,
  relevanceSearch,
  type SearchedTool,
  searchesFor,
  unhinted,
} from "../test/laws/host-search.ts";
import { SEARCH_JOBS } from "../test/laws/search-jobs.ts";
import { printTable } from "./table.ts";

/**
 * Hosts that load tools on demand: for the words a person says, is the right tool among the five that a search returns, and
 * how many searches does a job take? Two searches, both models of what hosts do (`test/laws/host-search.ts`), with and
 * without what this server tells hosts.
 */
const Surface = z.array(
  z.object({
    name: z.string(),
    description: z.string(),
    inputSchema: z.record(z.string(), z.unknown()),
    _meta: z.object({
      "anthropic/searchHint": z.string().optional(),
      "anthropic/alwaysLoad": z.boolean().optional(),
    }),
  }),
);
const surface = Surface.parse(
  JSON.parse(await readFile(new URL("../src/tools/surface.json", import.meta.url), "utf8")),
);
const tools: SearchedTool[] = surface
  .filter(({ name }) => name !== "answer_approval")
  .map(({ name, description, inputSchema, _meta }) => ({
    name,
    description,
    inputSchema,
    hint: _meta["anthropic/searchHint"] ?? null,
    always: _meta["anthropic/alwaysLoad"] === true,
  }));

const SEARCHES: readonly (readonly [title: string, search: HostSearch, tools: readonly SearchedTool[]])[] = [
  ["keywords (Claude Code), with our hints", keywordSearch, tools],
  ["keywords (Claude Code), without", keywordSearch, unhinted(tools)],
  ["relevance (BM25), which reads no hints", relevanceSearch, tools.map((tool) => ({ ...tool, always: false }))],
];

const rows = SEARCHES.map(([title, search, offered]) => {
  const counts = (["en", "de"] as const).map((language) => {
    const found = SEARCH_JOBS.map((job) =>
      searchesFor(
        search,
        offered,
        job.tools.map((tool) => ({ tool, words: job[language] })),
      ),
    );
    return {
      missed: found.flatMap(({ missed }) => missed),
      atOnce: found.filter(({ searches }) => searches === 0).length,
    };
  });
  return [
    title,
    ...counts.flatMap(({ missed, atOnce }) => [
      String(atOnce),
      String(SEARCH_JOBS.length - atOnce - missed.length),
      `${missed.length}${missed.length === 0 || missed.length > 5 ? "" : ` (${missed.join(", ")})`}`,
    ]),
  ];
});
printTable(
  `Tools found by what a person says, ${SEARCH_JOBS.length} jobs in each language: loaded at once, by one search, not by it`,
  ["search", "English: at once", "one search", "more", "German: at once", "one search", "more"],
  rows,
);
if (process.argv.includes("--each")) {
  for (const job of SEARCH_JOBS) {
    for (const words of [job.en, job.de]) {
      const found = keywordSearch(tools, queryFor(words));
      const place = found.indexOf(job.tools[0] ?? "") + 1;
      process.stdout.write(`${place === 0 ? "-" : place} ${job.tools[0]} “${words}” ${found.join(" ")}\n`);
    }
  }
}
