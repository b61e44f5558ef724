/** A tool as a host that loads tools on demand knows it before it is loaded. */
export interface SearchedTool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: unknown;
  readonly hint: string | null;
  readonly always: boolean;
}

export type HostSearch = (tools: readonly SearchedTool[], query: string, server?: string) => readonly string[];

/** Tools that one search returns unless it asks for more. */
const RESULTS = 5;

/**
 * A model of the tool search of Claude Code (weights read in version 2.1.332): each word of the query counts by where it
 * stands. It is compared with parts of the name, and as a whole word with hint and description. Its word boundary knows
 * ASCII only, so a word that begins or ends with an umlaut is found in no hint.
 */
export const keywordSearch: HostSearch = (tools, query, server = "invoicing") => {
  const words = wordsOf(query);
  return best(
    tools.map(({ name, description, hint }) => {
      const whole = [server, name].map((part) => part.toLowerCase());
      const parts = whole.flatMap((part) => part.split(/[\s_.]+/));
      const said = description.toLowerCase();
      const hinted = hint?.toLowerCase() ?? "";
      let score = 0;
      for (const word of words) {
        const asWord = new RegExp(`\\b${word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\b`);
        score += parts.includes(word) ? 12 : parts.some((part) => part.includes(word)) ? 6 : 0;
        score += whole.includes(word) ? 12 : whole.some((part) => part.includes(word)) ? 4 : 0;
        if (score === 0 && parts.join(" ").includes(word)) score += 3;
        if (asWord.test(hinted)) score += 4;
        if (asWord.test(said)) score += 2;
      }
      return { name, score };
    }),
  );
};

/**
 * A model of a search by relevance (BM25 with its usual constants) over names, descriptions and arguments, as model APIs
 * offer it. It reads no hints.
 */
export const relevanceSearch: HostSearch = (tools, query) => {
  const documents = tools.map(({ name, description, inputSchema }) => ({
    name,
    words: wordsOf(`${name.replaceAll("_", " ")} ${description} ${wordsIn(inputSchema)}`),
  }));
  const average = documents.reduce((sum, { words }) => sum + words.length, 0) / documents.length;
  const [k1, b] = [1.5, 0.75];
  return best(
    documents.map(({ name, words }) => {
      let score = 0;
      for (const word of new Set(wordsOf(query))) {
        const holding = documents.filter((one) => one.words.includes(word)).length;
        const often = words.filter((one) => one === word).length;
        const rarity = Math.log(1 + (documents.length - holding + 0.5) / (holding + 0.5));
        score += (rarity * often * (k1 + 1)) / (often + k1 * (1 - b + (b * words.length) / average));
      }
      return { name, score };
    }),
  );
};

function best(scored: readonly { readonly name: string; readonly score: number }[]): string[] {
  return scored
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score)
    .slice(0, RESULTS)
    .map(({ name }) => name);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}@.-]*[\p{L}\p{N}]/gu) ?? [];
}

/** Names and descriptions of arguments, at every depth. */
function wordsIn(schema: unknown): string {
  return JSON.stringify(schema).replaceAll(/[^\p{L}]+/gu, " ");
}

/** Articles, pronouns, prepositions and the like: who writes a query leaves them out. */
const EMPTY_WORDS = new Set(
  `a an and any are as at be by do for from has have i in is it its me my no of on one our still that the there they this to us we
  with you your
  aber als am an auf aus bei bitte das dem den der des die du ein eine einem einen es für haben hat hatten ich ihm im in ist mir
  mit nach noch sie über und uns vom von war wir zu zum`.split(/\s+/),
);

/** The query for what a person said. */
export function queryFor(said: string): string {
  const words = wordsOf(said).filter((word) => !EMPTY_WORDS.has(word) && !/^[\d.,-]+$/.test(word));
  return words.join(" ");
}

export interface Searches {
  /** Searches until each tool of the job was loaded. */
  readonly searches: number;
  /** Tools that no search with these words brought. */
  readonly missed: readonly string[];
}

/** What a job costs beside its calls where tools are loaded on demand: one search for each tool not loaded yet. */
export function searchesFor(
  search: HostSearch,
  tools: readonly SearchedTool[],
  steps: readonly { readonly tool: string; readonly words: string }[],
): Searches {
  const loaded = new Set(tools.filter(({ always }) => always).map(({ name }) => name));
  const missed: string[] = [];
  let searches = 0;
  for (const { tool, words } of steps) {
    if (loaded.has(tool)) continue;
    searches += 1;
    const found = search(
      tools.filter(({ name }) => !loaded.has(name)),
      queryFor(words),
    );
    for (const name of found) loaded.add(name);
    if (!loaded.has(tool)) missed.push(tool);
  }
  return { searches, missed };
}

/** The same tools, as they would be without what this server tells hosts. */
export function unhinted(tools: readonly SearchedTool[]): SearchedTool[] {
  return tools.map((tool) => ({ ...tool, hint: null, always: false }));
}
