import path from 'node:path';
import ts from 'typescript';

/** Text in place of what a file holds, by absolute path. */
export type Changes = ReadonlyMap<string, string>;

export interface Complaint {
  /** Absolute; blank where it is about the whole program. */
  readonly file: string;
  readonly message: string;
}

/** Checks the types of a tree with some files changed; only what depends on them is looked at again. */
export class TypeChecker {
  private readonly host: ts.CompilerHost;
  private readonly config: ts.ParsedCommandLine;
  private program: ts.SemanticDiagnosticsBuilderProgram | undefined;
  private changes: Changes = new Map();

  constructor(directory: string) {
    const file = path.join(directory, 'tsconfig.json');
    const { config } = ts.readConfigFile(file, (name) => ts.sys.readFile(name)) as { config: unknown };
    this.config = ts.parseJsonConfigFileContent(config, ts.sys, directory);
    this.host = ts.createIncrementalCompilerHost(this.config.options);
    this.keepWhatIsRead();
  }

  /** @returns what is wrong with the tree as it is, or with these changes */
  complaints(changes: Changes = new Map()): Complaint[] {
    this.changes = changes;
    const { options, fileNames } = this.config;
    this.program = ts.createSemanticDiagnosticsBuilderProgram(fileNames, options, this.host, this.program);
    const found: ts.Diagnostic[] = [...this.program.getSyntacticDiagnostics()];
    for (let next; (next = this.program.getSemanticDiagnosticsOfNextAffectedFile());) found.push(...next.result);
    return found.map(({ file, messageText }) => ({
      file: file ? path.resolve(file.fileName) : '',
      message: ts.flattenDiagnosticMessageText(messageText, ' '),
    }));
  }

  /** Files without a change are read and parsed once. */
  private keepWhatIsRead(): void {
    const { host } = this;
    const [read, parse] = [host.readFile.bind(host), host.getSourceFile.bind(host)];
    const kept = new Map<string, ts.SourceFile | undefined>();
    host.readFile = (name) => this.changes.get(path.resolve(name)) ?? read(name);
    host.getSourceFile = (name, ...rest) => {
      if (this.changes.has(path.resolve(name))) return parse(name, ...rest);
      if (!kept.has(name)) kept.set(name, parse(name, ...rest));
      return kept.get(name);
    };
  }
}
