import { readdir, readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync, Visitor } from "rolldown/utils";

/** Path below `src/`, with forward slashes, mapped to the text of the file. */
export type Sources = ReadonlyMap<string, string>;

export interface Module {
  readonly path: string;
  readonly lines: number;
  /** Own files, as paths below `src/`. Type imports, re-exports and `import()` count: knowing a type is knowing. */
  readonly own: readonly string[];
  readonly packages: readonly string[];
  /** Members of the global `process` that are touched. */
  readonly process: readonly string[];
}

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export async function readSources(folder: string): Promise<Sources> {
  const entries = await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".ts"));
  const base = join(ROOT, folder);
  const texts = await Promise.all(
    files.map(async (file) => {
      const path = join(file.parentPath, file.name);
      return [path.slice(base.length + 1).replaceAll("\\", "/"), await readFile(path, "utf8")] as const;
    }),
  );
  return new Map(texts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function parseModules(sources: Sources): readonly Module[] {
  return [...sources].map(([path, text]) => parseModule(path, text));
}

/** Names and sizes only: a script may load what it finds. */
export function measureModules(sources: Sources): readonly Module[] {
  return [...sources].map(([path, text]) => ({ path, lines: lineCount(text), own: [], packages: [], process: [] }));
}

function lineCount(text: string): number {
  return text.split("\n").length - 1;
}

function parseModule(path: string, text: string): Module {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message}`);
  const specifiers = new Set<string>();
  const process = new Set<string>();
  const literal = (node: { readonly type: string; readonly value?: unknown } | null): void => {
    if (node === null) return;
    if (typeof node.value !== "string") throw new Error(`${path}: an import whose target is not a literal.`);
    specifiers.add(node.value);
  };
  new Visitor({
    ImportDeclaration: (node) => literal(node.source),
    ExportNamedDeclaration: (node) => literal(node.source),
    ExportAllDeclaration: (node) => literal(node.source),
    ImportExpression: (node) => literal(node.source),
    TSImportType: (node) => literal(node.source),
    CallExpression: (node) => {
      const argument = node.arguments[0];
      if (node.callee.type === "Identifier" && node.callee.name === "require" && argument?.type === "Literal")
        literal(argument);
    },
    MemberExpression: (node) => {
      if (!isProcess(node.object)) return;
      if (node.property.type === "Identifier" && !node.computed) process.add(node.property.name);
      else if (node.property.type === "Literal") process.add(String(node.property.value));
    },
    VariableDeclarator: (node) => {
      if (node.id.type !== "ObjectPattern" || node.init === null || !isProcess(node.init)) return;
      for (const property of node.id.properties)
        if (property.type === "Property" && property.key.type === "Identifier") process.add(property.key.name);
    },
  }).visit(program);
  const own = [...specifiers].filter((specifier) => specifier.startsWith("."));
  return {
    path,
    lines: lineCount(text),
    own: own.map((specifier) => posix.join(posix.dirname(path), specifier)),
    packages: [...specifiers].filter((specifier) => !specifier.startsWith(".")),
    process: [...process],
  };
}

function isProcess(node: { readonly type: string; readonly name?: unknown; readonly property?: unknown }): boolean {
  if (node.type === "Identifier") return node.name === "process";
  if (node.type !== "MemberExpression") return false;
  const { property } = node;
  return typeof property === "object" && property !== null && "name" in property && property.name === "process";
}
