import ts from 'typescript';

/** A change of one place that a good test notices. */
export interface Mutant {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly operator: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** What stands for what: each pair is a mistake that people make. */
const SWAPPED: Readonly<Partial<Record<ts.SyntaxKind, readonly [string, string]>>> = {
  [ts.SyntaxKind.LessThanToken]: ['changed comparison', '<='],
  [ts.SyntaxKind.LessThanEqualsToken]: ['changed comparison', '<'],
  [ts.SyntaxKind.GreaterThanToken]: ['changed comparison', '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken]: ['changed comparison', '>'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: ['changed comparison', '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: ['changed comparison', '==='],
  [ts.SyntaxKind.AmpersandAmpersandToken]: ['swapped logic', '||'],
  [ts.SyntaxKind.BarBarToken]: ['swapped logic', '&&'],
  [ts.SyntaxKind.PlusToken]: ['swapped arithmetic', '-'],
  [ts.SyntaxKind.MinusToken]: ['swapped arithmetic', '+'],
  [ts.SyntaxKind.AsteriskToken]: ['swapped arithmetic', '/'],
};

type Found = Pick<Mutant, 'operator' | 'replacement'> & { readonly node: ts.Node };

/** Every mutant of a file, in the order of its text. */
export function mutantsOf(file: string, text: string): Mutant[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const mutants: Mutant[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isInterfaceDeclaration(node)) return;
    for (const { node: at, operator, replacement } of changesOf(node, source)) {
      const start = at.getStart(source);
      const line = source.getLineAndCharacterOfPosition(start).line + 1;
      mutants.push({ file, line, operator, start, end: at.getEnd(), replacement });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mutants;
}

export const mutated = (text: string, { start, end, replacement }: Mutant): string =>
  text.slice(0, start) + replacement + text.slice(end);

function changesOf(node: ts.Node, source: ts.SourceFile): readonly Found[] {
  if (ts.isBinaryExpression(node)) return swapped(node.operatorToken);
  if (ts.isIfStatement(node)) return [negated(node.expression, source)];
  if (ts.isConditionalExpression(node)) return [negated(node.condition, source)];
  if (ts.isNumericLiteral(node)) return [{ node, operator: 'changed constant', replacement: `(${node.text} + 1)` }];
  if (node.kind === ts.SyntaxKind.TrueKeyword) return isValue(node, 'false');
  if (node.kind === ts.SyntaxKind.FalseKeyword) return isValue(node, 'true');
  if (ts.isExpressionStatement(node)) return [{ node, operator: 'removed statement', replacement: ';' }];
  if (ts.isAwaitExpression(node))
    return [{ node, operator: 'removed await', replacement: node.expression.getText(source) }];
  return [];
}

const negated = (node: ts.Expression, source: ts.SourceFile): Found => ({
  ...{ node, operator: 'negated condition', replacement: `!(${node.getText(source)})` },
});

function swapped(token: ts.BinaryOperatorToken): readonly Found[] {
  const swap = SWAPPED[token.kind];
  return swap ? [{ node: token, operator: swap[0], replacement: swap[1] }] : [];
}

/** Not where `true` is a type. */
const isValue = (node: ts.Node, replacement: string): readonly Found[] =>
  ts.isLiteralTypeNode(node.parent) ? [] : [{ node, operator: 'changed constant', replacement }];
