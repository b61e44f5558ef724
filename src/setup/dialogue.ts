import type { Readable, Writable } from "node:stream";
import { ConfigError } from "../errors.ts";

/** How setup talks: with a person in a terminal, or with a script that has said everything beforehand. */
export interface Dialogue {
  say(text: string): void;
  /** Several lines under a title. */
  show(title: string, text: string): void;
  /** `flag`: what a script gives instead. */
  choose<T extends string>(question: string, options: readonly Choice<T>[], flag: string): Promise<T>;
  /** Hidden while it is typed. */
  secret(question: string, check: (text: string) => string | null, flag: string): Promise<string>;
  text(question: string, check: (text: string) => string | null, flag: string): Promise<string>;
  /** A script has agreed with `--yes`. */
  agree(question: string): Promise<boolean>;
  busy<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** Whether a wrong answer can be given again. */
  readonly asks: boolean;
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
}

/** The person pressed Ctrl+C or Escape. */
export class Cancelled extends Error {}

/** A person at a terminal. */
export async function dialogueWithPerson(input: Readable, output: Writable): Promise<Dialogue> {
  const prompts = await import("@clack/prompts");
  const streams = { input, output };
  const answered = (answer: string | symbol): string => {
    if (typeof answer === "symbol") throw new Cancelled();
    return answer.trim();
  };
  const validated = (check: (text: string) => string | null) => (text: string | undefined) =>
    check((text ?? "").trim()) ?? undefined;
  return {
    asks: true,
    say: (text) => prompts.log.message(text, { output }),
    show: (title, text) => prompts.note(text, title, { output, format: (line) => line }),
    async choose<T extends string>(message: string, options: readonly Choice<T>[]) {
      const shown = options.map(({ value, label, hint }) => ({
        value,
        label,
        ...(hint === undefined ? {} : { hint }),
      }));
      const chosen = answered(await prompts.select<string>({ message, options: shown, ...streams }));
      const option = options.find(({ value }) => value === chosen);
      if (option === undefined) throw new Cancelled();
      return option.value;
    },
    secret: async (message, check) =>
      answered(await prompts.password({ message, validate: validated(check), ...streams })),
    text: async (message, check) => answered(await prompts.text({ message, validate: validated(check), ...streams })),
    async agree(message) {
      const answer = await prompts.confirm({ message, ...streams });
      if (typeof answer === "symbol") throw new Cancelled();
      return answer;
    },
    async busy(what, work) {
      prompts.log.step(`${what} …`, { output });
      return work();
    },
  };
}

/** A script: what would be asked must be there as a flag. */
export function dialogueWithScript(output: Writable): Dialogue {
  const missing = (flag: string) => {
    throw new ConfigError(`${flag} is missing.`, {
      next: `Give it, or leave out --yes and be asked in a terminal. See setup --help.`,
    });
  };
  const line = (text: string) => void output.write(`${text}\n`);
  return {
    asks: false,
    say: line,
    show: (title, text) => line(`${title}\n${text}`),
    choose: async (_question, _options, flag) => missing(flag),
    secret: async (_question, _check, flag) => missing(flag),
    text: async (_question, _check, flag) => missing(flag),
    agree: async () => true,
    busy: (what, work) => {
      line(`${what} …`);
      return work();
    },
  };
}
