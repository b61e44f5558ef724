/** A sentence in the two languages the simulator speaks. */
export interface Text {
  readonly en: string;
  readonly de: string;
}
export type Language = keyof Text;

export interface ProblemItem {
  readonly title: Text;
  readonly detail?: Text;
  readonly code?: string;
  readonly pointer?: string;
  readonly parameter?: string;
}

/** A refusal, rendered as JSON:API errors in the caller's language. */
export class Problem extends Error {
  readonly status: number;
  readonly items: readonly ProblemItem[];
  readonly headers: Readonly<Record<string, string>>;
  /** Rate limits answer as plain JSON (documented), everything else as JSON:API. */
  readonly media_type: string;

  constructor(
    status: number,
    items: readonly ProblemItem[],
    options: { readonly headers?: Readonly<Record<string, string>>; readonly media_type?: string } = {},
  ) {
    super(items[0]?.detail?.en ?? items[0]?.title.en ?? String(status));
    this.status = status;
    this.items = items;
    this.headers = options.headers ?? {};
    this.media_type = options.media_type ?? "application/vnd.api+json";
  }

  body(language: Language): string {
    return JSON.stringify({
      errors: this.items.map((item) => ({
        status: String(this.status),
        ...(item.code === undefined ? {} : { code: item.code }),
        title: item.title[language],
        ...(item.detail === undefined ? {} : { detail: item.detail[language] }),
        ...(item.pointer === undefined ? {} : { source: { pointer: item.pointer } }),
        ...(item.parameter === undefined ? {} : { source: { parameter: item.parameter } }),
      })),
    });
  }
}

function same(text: string): Text {
  return { en: text, de: text };
}

const UNPROCESSABLE: Text = { en: "Unprocessable Entity", de: "Nicht verarbeitbare Eingabe" };

export const unauthenticated = (): Problem => new Problem(401, [{ title: same("Unauthenticated") }]);
export const unauthorized = (): Problem => new Problem(403, [{ title: same("Unauthorized") }]);
export const notFound = (): Problem => new Problem(404, [{ title: same("Not Found") }]);

export const unknownRoute = (method: string, path: string): Problem =>
  new Problem(404, [
    {
      title: same("Not Found"),
      code: "simulator_unknown_route",
      detail: {
        en: `The simulator does not know the route ${method} ${path}.`,
        de: `Der Simulator kennt den Pfad ${method} ${path} nicht.`,
      },
    },
  ]);

export const methodNotAllowed = (): Problem => new Problem(405, [{ title: same("Method Not Allowed") }]);

export const notAcceptable = (): Problem =>
  new Problem(406, [
    {
      title: same("Not Acceptable"),
      detail: {
        en: "The requested media type is not available.",
        de: "Der angeforderte Medientyp ist nicht verfügbar.",
      },
    },
  ]);

export const unsupportedMediaType = (): Problem =>
  new Problem(415, [
    {
      title: same("Unsupported Media Type"),
      detail: {
        en: "The request entity has a media type which the server or resource does not support.",
        de: "Der Medientyp der Anfrage wird nicht unterstützt.",
      },
    },
  ]);

export const tooLarge = (): Problem => new Problem(413, [{ title: same("Payload Too Large") }]);

export const relatedMissing = (relationship: string): Problem =>
  new Problem(404, [
    {
      title: same("Not Found"),
      detail: { en: "The related resource does not exist.", de: "Die verknüpfte Ressource existiert nicht." },
      pointer: `/data/relationships/${relationship}`,
    },
  ]);

export const wrongType = (type: string): Problem =>
  new Problem(409, [
    {
      title: same("Not Supported"),
      detail: {
        en: `Resource type ${type} is not supported by this endpoint.`,
        de: `Der Ressourcentyp ${type} wird hier nicht unterstützt.`,
      },
      pointer: "/data/type",
    },
  ]);

export const clientId = (type: string): Problem =>
  new Problem(403, [
    {
      title: same("Not Supported"),
      detail: {
        en: `Resource type ${type} does not support client-generated IDs.`,
        de: `Der Ressourcentyp ${type} erlaubt keine eigenen IDs.`,
      },
      pointer: "/data/id",
    },
  ]);

export const documentRequired = (): Problem =>
  new Problem(400, [
    {
      title: same("Document Required"),
      detail: {
        en: "Expecting request to contain a JSON API document.",
        de: "Die Anfrage muss ein JSON-API-Dokument enthalten.",
      },
    },
  ]);

export const invalidJson = (): Problem =>
  new Problem(400, [{ title: same("Invalid JSON"), code: "4", detail: { en: "Syntax error", de: "Syntaxfehler" } }]);

export const nonCompliant = (detail: Text, pointer: string): Problem =>
  new Problem(400, [{ title: same("Non-Compliant JSON API Document"), detail, pointer }]);

export const badParameter = (parameter: string, detail: Text): Problem =>
  new Problem(400, [{ title: same("Invalid Query Parameter"), detail, parameter }]);

export const filterNotAllowed = (name: string): Problem =>
  badParameter("filter", {
    en: `Filter parameter ${name} is not allowed.`,
    de: `Der Filterparameter ${name} ist nicht erlaubt.`,
  });

export interface Violation {
  readonly detail: Text;
  readonly pointer: string;
}

export const invalid = (violations: readonly Violation[]): Problem =>
  new Problem(
    422,
    violations.map(({ detail, pointer }) => ({ title: UNPROCESSABLE, detail, pointer })),
  );

/** The document's state forbids the action (the guide's 422). */
export const wrongState = (detail: Text): Problem => new Problem(422, [{ title: UNPROCESSABLE, detail }]);

export const notDeletable = (): Problem =>
  new Problem(422, [
    {
      title: { en: "Not Deletable", de: "Nicht löschbar" },
      detail: { en: "The resource cannot be deleted.", de: "Die Ressource kann nicht gelöscht werden." },
    },
  ]);

export const tooManyRequests = (retryAfterSeconds: number): Problem =>
  new Problem(
    429,
    [{ title: same("Too Many Requests"), detail: { en: "Too many requests.", de: "Zu viele Anfragen." } }],
    { headers: { "retry-after": String(retryAfterSeconds) }, media_type: "application/json" },
  );

export const serverError = (): Problem => new Problem(500, [{ title: same("Internal Server Error") }]);

export const organizationMissing = (status: "400" | "403"): Problem =>
  status === "403"
    ? unauthorized()
    : badParameter("o", { en: "The organization is required.", de: "Die Organisation fehlt." });
