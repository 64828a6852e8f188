import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** What an event carries, as the compiler sees it: whatever way it is declared, this is what a listener gets. */
export interface EventFields {
  /** Name of its type. */
  type: string;
  /** What the declaration says of the event. */
  description: string;
  /** Type by name, without what every event has. */
  fields: Map<string, string>;
}

/** The events that `events.ts` adds to the page, by name. Takes about a second. */
export function readEvents(): Map<string, EventFields> {
  const file = fileURLToPath(new URL('../../packages/elements/src/events.ts', import.meta.url));
  const program = ts.createProgram([file], { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext, strict: true, allowImportingTsExtensions: true, noEmit: true, types: [] });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const map = source && checker.getSymbolsInScope(source, ts.SymbolFlags.Interface).find(({ name }) => name === 'HTMLElementEventMap');
  if (!map) throw new Error('events.ts does not add to HTMLElementEventMap');
  const own = checker.getDeclaredTypeOfSymbol(map).getProperties().filter((property) => isDeclaredIn(property, source));
  return new Map(own.map((property) => [property.name, fieldsOf(checker, checker.getTypeOfSymbol(property), program)]));
}

function isDeclaredIn(symbol: ts.Symbol, source: ts.SourceFile): boolean {
  return symbol.declarations?.some((declaration) => declaration.getSourceFile() === source) === true;
}

function fieldsOf(checker: ts.TypeChecker, event: ts.Type, program: ts.Program): EventFields {
  const isOurs = (symbol: ts.Symbol): boolean => !symbol.declarations?.some((declaration) => program.isSourceFileDefaultLibrary(declaration.getSourceFile()));
  const symbol = event.aliasSymbol ?? event.symbol;
  return {
    type: checker.typeToString(event),
    description: ts.displayPartsToString(symbol.getDocumentationComment(checker)).replaceAll(/\s+/g, ' '),
    fields: new Map(event.getProperties().filter(isOurs).map((one) => [one.name, checker.typeToString(checker.getTypeOfSymbol(one))])),
  };
}
