import { invalid, type Text, type Violation } from "./problems.ts";

/**
 * Reads attributes and collects every violation before refusing. A missing required attribute is reported at `/data`,
 * a present but invalid one at its own pointer (the framework's quirk). Readers give `undefined` for an absent attribute.
 */
export class Fields {
  readonly #attributes: Readonly<Record<string, unknown>>;
  readonly #creating: boolean;
  readonly #violations: Violation[] = [];

  constructor(attributes: Readonly<Record<string, unknown>>, creating: boolean) {
    this.#attributes = attributes;
    this.#creating = creating;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#attributes, name);
  }

  fail(name: string, detail: Text): undefined {
    this.#violations.push({ detail, pointer: this.has(name) ? `/data/attributes/${name}` : "/data" });
    return undefined;
  }

  failRelationship(name: string, detail: Text): undefined {
    this.#violations.push({ detail, pointer: `/data/relationships/${name}` });
    return undefined;
  }

  /** Throws 422 with everything that was wrong. */
  done(): void {
    if (this.#violations.length > 0) throw invalid(this.#violations);
  }

  text(name: string, options: { readonly required?: boolean; readonly max?: number } = {}): string | null | undefined {
    const value = this.#value(name, options.required ?? false);
    if (value === undefined || value === null) return value;
    if (typeof value !== "string") return this.fail(name, sentence(name, "must be a string", "muss ein String sein"));
    const max = options.max ?? 65_535;
    if (Array.from(value).length > max) {
      return this.fail(
        name,
        sentence(name, `may not be greater than ${max} characters`, `darf maximal ${max} Zeichen haben`),
      );
    }
    return value;
  }

  email(name: string, required: boolean): string | undefined {
    const value = this.text(name, { required, max: 255 });
    if (value === undefined || value === null) return undefined;
    return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(value)
      ? value
      : this.fail(name, sentence(name, "must be a valid email address", "muss eine gültige E-Mail-Adresse sein"));
  }

  matching(name: string, pattern: RegExp, required: boolean): string | null | undefined {
    const value = this.text(name, { required });
    if (value === undefined || value === null || pattern.test(value)) return value;
    return this.fail(name, { en: `The selected ${words(name)} is invalid.`, de: `${words(name)} ist ungültig.` });
  }

  boolean(name: string): boolean | undefined {
    const value = this.#attributes[name];
    if (value === undefined || typeof value === "boolean") return value;
    return this.fail(name, {
      en: `The ${words(name)} field must be true or false.`,
      de: `${words(name)} muss true oder false sein.`,
    });
  }

  number(name: string, required: boolean): number | undefined {
    const value = this.#value(name, required);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== "number") return this.fail(name, sentence(name, "must be a number", "muss eine Zahl sein"));
    if (Math.abs(value) > 1e12) {
      return this.fail(
        name,
        sentence(name, "may not be greater than 1000000000000", "darf maximal 1000000000000 sein"),
      );
    }
    return value;
  }

  integer(name: string, required: boolean): number | undefined {
    const value = this.number(name, required);
    if (value === undefined || Number.isInteger(value)) return value;
    return this.fail(name, sentence(name, "must be an integer", "muss eine ganze Zahl sein"));
  }

  /** `YYYY-MM-DD` or an ISO date-time, of which the written calendar day counts. */
  date(name: string): string | null | undefined {
    const value = this.text(name);
    if (value === undefined || value === null) return value;
    const day = /^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.exec(
      value,
    )?.[1];
    if (day !== undefined && isDay(day)) return day;
    return this.fail(name, {
      en: `The ${words(name)} is not a valid date.`,
      de: `${words(name)} ist kein gültiges Datum.`,
    });
  }

  #value(name: string, required: boolean): unknown {
    const value = this.#attributes[name];
    if (value === undefined && !(required && this.#creating)) return undefined;
    if (required && (value === undefined || value === null || value === "")) {
      return this.fail(name, requiredField(name));
    }
    return value;
  }
}

/** Laravel's words for a missing value. */
export function requiredField(name: string): Text {
  return { en: `The ${words(name)} field is required.`, de: `${words(name)} muss ausgefüllt werden.` };
}

export function sentence(name: string, en: string, de: string): Text {
  return { en: `The ${words(name)} ${en}.`, de: `${words(name)} ${de}.` };
}

function words(name: string): string {
  return name.replaceAll("_", " ");
}

function isDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}
