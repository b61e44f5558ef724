/** Where an equal call asked it a moment ago, so that its person may be looking at the question now; `null`: none did. */
export type Joined = "here" | "elsewhere" | null;
