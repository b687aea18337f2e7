/** What a command answers where that is no JSON: over HTTP under its media type, at the command line as it is. */
export class TextDocument {
  constructor(
    readonly mediaType: string,
    readonly text: string,
  ) {}
}
